"""What is wrong with an input file; faults and warnings are collected, so that all are told at once."""

from __future__ import annotations

from dataclasses import dataclass

MOST_FAULTS = 5_000
LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input file: where, what was found, what was expected, what to do."""

    file: str
    found: str
    expected: str
    sheet: str = ""
    row: int | None = None  # as the spreadsheet numbers it, the header is row 1
    column: str = ""
    advice: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.sheet:
            place += f"「{self.sheet}」シート"
        if self.row is not None:
            place += f" {self.row}行"
        if self.column:
            place += f"「{self.column}」"
        return f"{place}：「{self.found}」。{self.expected}。{self.advice}".rstrip("。") + "。"


class BadInput(ValueError):
    """The input cannot be used; ``faults`` names every place."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


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
