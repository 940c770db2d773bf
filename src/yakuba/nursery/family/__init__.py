"""The families' own page on the resident side: entry by a code and a birth date, the result, the way out."""
