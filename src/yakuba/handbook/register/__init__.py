"""Files of the resident register and the immunisation register, read row by row (no database)."""
