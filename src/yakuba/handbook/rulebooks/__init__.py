"""Japanese rule books: strict YAML, read once, and what a municipality adds to them."""
