"""Use cases of families, on the resident side: no staff table is touched here."""
