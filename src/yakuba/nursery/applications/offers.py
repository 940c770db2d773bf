"""Which classes the file offers."""

from __future__ import annotations

from collections.abc import Iterable

from yakuba.nursery.applications.records import Record
from yakuba.nursery.ledger.rows import GENERAL


class Offers:
    """``nurseries``: every 施設番号 of the sheet 施設."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.nurseries: set[str] = set()
        self._classes: set[tuple[str, int, str]] = set()
        for record in records:
            nursery, age = record.get("nursery"), record.get("age")
            if nursery is not None:
                self.nurseries.add(nursery)
                self._classes.add((nursery, age, record.get("track") or GENERAL))

    def check(
        self, record: Record, key: str, nursery: str, child: Record, unknown: str, missing: str
    ) -> None:
        """Notes a nursery that is not there, or has no class for the child, at ``record``'s column."""
        age, track = child.get("age"), child.get("track") or GENERAL
        if nursery not in self.nurseries:
            record.note(unknown, key, nursery)
        elif age is not None and (nursery, age, track) not in self._classes:
            record.note(missing, key, f"{nursery}（{age}歳・{track}）")
