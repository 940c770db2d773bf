"""Addresses as an automaton: Latin letters do not stand where 丁目, 番 and 号 count houses.

Thin small print makes 3丁目17番 look like 3JH17番 or 3丁H17番 to a line reader. A building may be called ABC
and a room 3A, so that only what no address has is refused: two letters or more between numbers or before a
counter, one letter before 目, 丁 or 番, and a letter behind 丁.
"""

from __future__ import annotations

from typing import Any

MOST = 400
_IN_NUMBER, _ELSEWHERE, _BEHIND_CHO = 0, -1, -2
_DIGITS = frozenset("0123456789０１２３４５６７８９")
_LATIN = frozenset(
    chr(start + letter) for start in (ord("A"), ord("a"), ord("Ａ"), ord("ａ")) for letter in range(26)
)
_NOT_AFTER_ONE = frozenset("丁目番")
_NOT_AFTER_MORE = _NOT_AFTER_ONE | _DIGITS | frozenset("号")


class AddressGrammar:
    """Any text of the charset without letters for counters."""

    def __init__(self, charset: frozenset[str]) -> None:
        self._charset = charset

    @property
    def alphabet(self) -> frozenset[str] | None:
        return self._charset

    @property
    def start(self) -> Any:
        # Characters so far; letters since the last number, when they follow it at once.
        return (0, _ELSEWHERE)

    def step(self, state: Any, char: str) -> Any:
        count, letters = state
        if count >= MOST or char not in self._charset:
            return None
        if char in _LATIN:
            if letters == _BEHIND_CHO:
                return None
            return (count + 1, letters if letters == _ELSEWHERE else letters + 1)
        if letters >= 1 and char in (_NOT_AFTER_ONE if letters == 1 else _NOT_AFTER_MORE):
            return None
        if char == "丁":
            return (count + 1, _BEHIND_CHO)
        return (count + 1, _IN_NUMBER if char in _DIGITS else _ELSEWHERE)

    def complete(self, state: Any) -> bool:
        return True
