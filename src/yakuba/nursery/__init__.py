"""保育所利用調整: allocate, verify and explain nursery places, as a Python library.

``allocate(market)`` → :class:`~yakuba.nursery.domain.solve.Allocation`; ``verify(market, result)`` on decoded
JSON → problems; ``explain`` is the module of reasons; ``score(book, applications, on=…)`` → points with a
trace. Each is loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "allocate": ("yakuba.nursery.domain.solve", "allocate"),
    "verify": ("yakuba.nursery.domain.verify", "verify"),
    "explain": ("yakuba.nursery.domain.explain", ""),
    "score": ("yakuba.nursery.domain.scores.score", "score"),
}

__all__ = ["allocate", "explain", "score", "verify"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module_name, attribute = _PUBLIC[name]
    module = importlib.import_module(module_name)
    return getattr(module, attribute) if attribute else module
