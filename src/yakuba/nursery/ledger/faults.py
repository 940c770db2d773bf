"""Collecting faults and warnings while a ledger is read, so that all are told at once."""

from __future__ import annotations

from yakuba.nursery.domain.market import BadInput, Fault

MOST_FAULTS = 5_000
LONGEST_QUOTE = 60


class Findings:
    """Faults and warnings of one reading. Past 5,000 faults only their number is kept, and told."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._more = 0
        self.warnings: list[str] = []

    def fault(
        self,
        file: str,
        found: str,
        expected: str,
        advice: str = "",
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
    ) -> None:
        if len(self._faults) >= MOST_FAULTS:
            self._more += 1
            return
        if len(found) > LONGEST_QUOTE:
            found = found[:LONGEST_QUOTE] + "…"
        self._faults.append(Fault(file, found, expected, sheet=sheet, row=row, column=column, advice=advice))

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    @property
    def faulty(self) -> bool:
        return bool(self._faults)

    def raise_if_any(self) -> None:
        """Raise ``BadInput`` with every fault found so far."""
        if not self._faults:
            return
        faults = list(self._faults)
        if self._more:
            faults.append(
                Fault(
                    faults[0].file,
                    f"ほか{self._more}件",
                    "すべての誤りを直す必要があります",
                    advice="上の誤りから直してください",
                )
            )
        raise BadInput(faults)


def refuse(file: str, found: str, expected: str, advice: str = "", *, sheet: str = "") -> BadInput:
    """The error for a file that cannot be opened at all."""
    return BadInput([Fault(file, found, expected, sheet=sheet, advice=advice)])
