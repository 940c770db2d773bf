"""What crosses from the staff side to the resident side and back: signed, listed, idempotent batches.

``docs/exchange.md`` is the format. Importing this package never imports Django.
"""

from __future__ import annotations

from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.lanes import Lane

__all__ = ["ExchangeError", "Lane"]
