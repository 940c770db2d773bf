"""Template tags of the border."""
