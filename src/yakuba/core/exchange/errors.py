"""Why a hand-over between the two sides is refused. Messages never hold what is handed over."""

from __future__ import annotations


class ExchangeError(Exception):
    """The batch is not made or not taken; nothing of it was kept."""


class NoSharedKey(ExchangeError):
    """The resident installation has no key of the exchange yet."""


class BadBatch(ExchangeError):
    """The file is cut off, altered, of another installation, or no batch at all."""


class OutOfOrder(ExchangeError):
    """A batch before this one is missing, or its number was used by another one."""
