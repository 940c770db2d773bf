"""What a field may say, as a small automaton that the search walks character by character."""

from __future__ import annotations

from typing import Any, Protocol


class Grammar(Protocol):
    """Deterministic: the state after a text depends on the text alone."""

    @property
    def alphabet(self) -> frozenset[str] | None:
        """Every character that may occur anywhere; ``None`` for any."""

    @property
    def start(self) -> Any:
        """The state before the first character."""

    def step(self, state: Any, char: str) -> Any:
        """The state after ``char``, or ``None`` when it may not follow."""

    def complete(self, state: Any) -> bool:
        """Whether the text may end here."""


def accepts(grammar: Grammar, text: str) -> bool:
    """Whether the grammar allows the whole text."""
    state: Any = grammar.start
    for char in text:
        state = grammar.step(state, char)
        if state is None:
            return False
    return grammar.complete(state)


class Anything:
    """Any text of at most ``most`` characters, of a charset when one is given."""

    def __init__(self, charset: frozenset[str] | None = None, most: int = 400) -> None:
        self._charset = charset
        self._most = most

    @property
    def alphabet(self) -> frozenset[str] | None:
        return self._charset

    @property
    def start(self) -> Any:
        return 0

    def step(self, state: Any, char: str) -> Any:
        if state >= self._most or (self._charset is not None and char not in self._charset):
            return None
        return state + 1

    def complete(self, state: Any) -> bool:
        return True


class Digits:
    """Digits, exactly ``count`` of them (any number from one when ``None``), with signs between ignored."""

    def __init__(self, count: int | None = None, between: str = "") -> None:
        self._count = count
        self._between = frozenset(between)

    @property
    def alphabet(self) -> frozenset[str] | None:
        return frozenset("0123456789") | self._between

    @property
    def start(self) -> Any:
        return (0, False)  # digits so far, whether the last character was a sign

    def step(self, state: Any, char: str) -> Any:
        count, after_sign = state
        if char in self._between:
            return None if after_sign or count == 0 else (count, True)
        if not ("0" <= char <= "9" and len(char) == 1) or count == (self._count or 40):
            return None
        return (count + 1, False)

    def complete(self, state: Any) -> bool:
        count, after_sign = state
        return not after_sign and (count == self._count if self._count else count > 0)
