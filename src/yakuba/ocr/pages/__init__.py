"""Pages of form reading for staff."""
