"""Memory of a process that reads: what the engines free goes back to the system.

glibc gives every thread an arena of its own and keeps what was freed there; two engines in two threads
leave 100 MB and more behind. With one arena, trimmed after each page, the peak stays that of one page.
Elsewhere (musl, macOS) nothing happens.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

_ARENAS = -8  # M_ARENA_MAX of malloc.h


@cache
def _glibc() -> Any:
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
    except OSError:
        return None


def keep_small() -> None:
    """One arena for all threads; call it before the engines are loaded."""
    if _glibc() is not None:
        _glibc().mallopt(_ARENAS, 1)


def give_back() -> None:
    """Return what is free to the system; call it after a page."""
    if _glibc() is not None:
        _glibc().malloc_trim(0)
