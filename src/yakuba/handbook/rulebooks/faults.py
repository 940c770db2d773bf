"""What is wrong with a rule book file: every fault with its file, place, what was found and expected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file."""

    file: str
    place: str
    found: str
    expected: str
    line: int | None = None

    def __str__(self) -> str:
        row = f" {self.line}行" if self.line else ""
        place = f"「{self.place}」" if self.place else ""
        return f"{self.file}{row}{place}：「{self.found}」。{self.expected}。"


class BadRulebook(ValueError):
    """A rule book cannot be used; ``faults`` names every place."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
