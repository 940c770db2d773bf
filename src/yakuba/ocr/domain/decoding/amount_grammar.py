"""Amounts of yen as an automaton: separators stand at thousands or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from yakuba.ocr.domain.amounts import MOST_DIGITS


@dataclass(frozen=True, slots=True)
class _State:
    part: str = "start"  # start, marked (¥), signed, ready (¥ after the sign), digits, yen, end
    digits: int = 0
    since: int = -1  # digits since the last separator; -1 before the first


class AmountGrammar:
    """``1,234,500``, ``¥1234500``, ``△3,000円``, ``-3000``, ``¥3,000-``."""

    @property
    def alphabet(self) -> frozenset[str] | None:
        return frozenset("0123456789,¥円也△▲-")

    @property
    def start(self) -> Any:
        return _State()

    def step(self, state: Any, char: str) -> Any:
        if state.part in ("yen", "end"):
            return replace(state, part="end") if state.part == "yen" and char == "也" else None
        if "0" <= char <= "9":
            return _digit(state)
        if char == ",":
            return _separator(state)
        if char in "円也-" and state.part == "digits":
            part = "yen" if char == "円" else "end"
            return replace(state, part=part) if state.since in (-1, 3) else None
        if char in "△▲-":
            return replace(state, part="signed") if state.part in ("start", "marked") else None
        if char == "¥":
            after = {"start": "marked", "signed": "ready"}.get(state.part)
            return replace(state, part=after) if after else None
        return None

    def complete(self, state: Any) -> bool:
        return state.part in ("yen", "end") or (state.part == "digits" and state.since in (-1, 3))


def _digit(state: _State) -> _State | None:
    if state.digits == MOST_DIGITS or state.since == 3:
        return None
    since = state.since + 1 if state.since >= 0 else -1
    return _State("digits", state.digits + 1, since)


def _separator(state: _State) -> _State | None:
    first = state.since == -1 and 1 <= state.digits <= 3
    if state.part == "digits" and (first or state.since == 3):
        return replace(state, since=0)
    return None
