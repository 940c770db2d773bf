"""Two faces, two networks: which tables the resident pages may touch.

Every model of ours carries ``face``; a test fails when one does not. ``yakuba.site.routers`` refuses
staff tables while a request of the resident face is being answered.
"""

from __future__ import annotations

from enum import StrEnum


class Face(StrEnum):
    """Which face of the product reads a table."""

    STAFF = "staff"
    RESIDENT = "resident"
    SHARED = "shared"  # technical tables that hold nothing personal
