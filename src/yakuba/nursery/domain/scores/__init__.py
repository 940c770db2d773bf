"""Points (指数) of applications by a rule book: what counts, what each counts, and the order that follows."""
