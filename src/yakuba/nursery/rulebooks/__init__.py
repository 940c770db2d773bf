"""Rule books (利用調整基準) as dated, sourced data, and their worked examples."""

from yakuba.nursery.rulebooks.examples import ExampleResult, run_examples
from yakuba.nursery.rulebooks.load import builtin, load, load_builtin, parse
from yakuba.nursery.rulebooks.versions import changes_between, report

__all__ = [
    "ExampleResult",
    "builtin",
    "changes_between",
    "load",
    "load_builtin",
    "parse",
    "report",
    "run_examples",
]
