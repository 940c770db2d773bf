"""What a token may be allowed to do: ``system:act`` words, known once an operation asks for them."""

from __future__ import annotations

import re

FORM = re.compile(r"[a-z][a-z_]{1,29}:[a-z][a-z_]{1,29}")
ACTS = {"read": "読む", "write": "登録する", "run": "処理を始める"}

_known: set[str] = set()


class BadScope(ValueError):
    """A scope that is not written as ``system:act``."""


def know(scope: str) -> str:
    """Remember a scope that an operation asks for; :class:`BadScope` when it is misspelt."""
    if FORM.fullmatch(scope) is None:
        raise BadScope(f"「{scope}」はできることの名前ではありません。nursery:read のように書いてください。")
    _known.add(scope)
    return scope


def known() -> list[str]:
    """Every scope that some operation asks for."""
    return sorted(_known)


def describe(scope: str) -> str:
    """``nursery:read（読む）``."""
    act = ACTS.get(scope.partition(":")[2])
    return f"{scope}（{act}）" if act else scope
