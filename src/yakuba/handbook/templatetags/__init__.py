"""Template tags of handbook."""
