"""Collecting coded faults and warnings while applications are read, so that all are told at once."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.core.sheets.faults import LONGEST_QUOTE, MOST_FAULTS, Findings
from yakuba.nursery.applications.kinds import BY_CODE
from yakuba.nursery.domain.market import BadInput, Fault


@dataclass(frozen=True, slots=True)
class CodedFault(Fault):
    """A fault with the stable ``code`` of its kind (``applications.kinds.FAULTS``)."""

    code: str = ""

    __str__ = Fault.__str__


class Notes(Findings):
    """``Findings`` whose faults carry codes. Past 5,000 faults only their number is kept, and told."""

    def __init__(self) -> None:
        super().__init__()
        self.coded_warnings: list[CodedFault] = []

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
        """A fault of a reader that knows no codes: the file itself."""
        fault = CodedFault(file, found, expected, sheet, row, column, advice, "file-unreadable")
        self._keep(fault)

    def note(
        self,
        code: str,
        found: str,
        *,
        file: str,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        **words: object,
    ) -> None:
        """Note a fault or a warning of the kind ``code``; ``words`` fill its text."""
        kind = BY_CODE[code]
        if len(found) > LONGEST_QUOTE:
            found = found[:LONGEST_QUOTE] + "…"
        noted = CodedFault(
            file,
            found,
            kind.expected.format(**words),
            sheet,
            row,
            column,
            kind.advice.format(**words),
            code,
        )
        if not kind.warning:
            self._keep(noted)
        elif len(self.coded_warnings) < MOST_FAULTS:
            self.coded_warnings.append(noted)
            self.warn(str(noted))

    def raise_if_any(self) -> None:
        """Raise ``BadInput`` with every fault found so far."""
        if self._faults:
            more, self._more = self._more, 0
            if more:
                kind = BY_CODE["more-faults"]
                found = f"ほか{more:,}件"
                fault = CodedFault(
                    self._faults[0].file, found, kind.expected, advice=kind.advice, code=kind.code
                )
                self._faults.append(fault)
            raise BadInput(list(self._faults))

    def sort(self) -> None:
        """Faults and warnings in the order of the file: by sheet as first met, then by row."""
        for found in (self._faults, self.coded_warnings):
            sheets = {
                place: n for n, place in enumerate(dict.fromkeys((one.file, one.sheet) for one in found))
            }
            found.sort(key=lambda one: (sheets[one.file, one.sheet], one.row or 0))

    def _keep(self, fault: CodedFault) -> None:
        if len(self._faults) >= MOST_FAULTS:
            self._more += 1
        else:
            self._faults.append(fault)


def refused(bad: BadInput) -> BadInput:
    """The same faults, each with a code."""
    return BadInput(
        [
            fault
            if isinstance(fault, CodedFault)
            else CodedFault(
                fault.file,
                fault.found,
                fault.expected,
                fault.sheet,
                fault.row,
                fault.column,
                fault.advice,
                "file-unreadable",
            )
            for fault in bad.faults
        ]
    )
