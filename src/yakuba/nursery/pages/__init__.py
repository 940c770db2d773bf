"""Staff pages of 保育所利用調整."""
