"""Measured working time."""

from yakuba.effects.domain.active_time import active_seconds
from yakuba.effects.domain.saving import Saving, saving

__all__ = ["Saving", "active_seconds", "saving"]
