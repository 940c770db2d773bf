"""Staff pages of the border."""
