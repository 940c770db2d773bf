"""Use cases of the handbook: transactions around the engine and the tables."""
