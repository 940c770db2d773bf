"""Use cases of form reading."""
