"""Rule books (利用調整基準) as dated, sourced data, and their worked examples."""
