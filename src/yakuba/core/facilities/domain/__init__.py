"""Reading and searching what a town publishes of its facilities; pure."""
