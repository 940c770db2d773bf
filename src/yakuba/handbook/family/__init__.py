"""The families' pages of the handbook, on the resident side."""
