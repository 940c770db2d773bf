"""Service accounts and their tokens for ``/api/v1``."""
