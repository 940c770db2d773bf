"""Postal codes and telephone numbers as automata."""

from __future__ import annotations

from typing import Any


class PostalGrammar:
    """``〒123-4567``, ``1234567``."""

    @property
    def alphabet(self) -> frozenset[str] | None:
        return frozenset("0123456789-〒")

    @property
    def start(self) -> Any:
        return (0, "")  # digits so far, the last sign

    def step(self, state: Any, char: str) -> Any:
        count, sign = state
        if char == "〒":
            return (0, "〒") if (count, sign) == (0, "") else None
        if char == "-":
            return (3, "-") if count == 3 and sign != "-" else None
        return (count + 1, "") if "0" <= char <= "9" and count < 7 else None

    def complete(self, state: Any) -> bool:
        return bool(state[0] == 7)


class PhoneGrammar:
    """``03-1234-5678``, ``(03)1234-5678``, ``09012345678``: ten or eleven digits from a zero."""

    @property
    def alphabet(self) -> frozenset[str] | None:
        return frozenset("0123456789-()")

    @property
    def start(self) -> Any:
        return (0, "")

    def step(self, state: Any, char: str) -> Any:
        count, sign = state
        if "0" <= char <= "9":
            return (count + 1, "") if count < 11 and (count > 0 or char == "0") else None
        if char == "(":
            return (count, "(") if sign == "" else None
        if char in "-)":
            return (count, char) if count > 1 and sign == "" else None
        return None

    def complete(self, state: Any) -> bool:
        return state[0] in (10, 11) and state[1] == ""
