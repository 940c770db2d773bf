"""Staff pages of the handbook."""
