"""What is shown now, ready to be searched: read once for a set of versions and kept in memory.

Rows of a version never change, so the versions that are shown name the content.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from yakuba.core.facilities import keeping
from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.facilities.domain.records import Place, Scheme
from yakuba.core.facilities.domain.search import Listed, listed
from yakuba.core.facilities.models import Dataset


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind's data come from."""

    kind: str
    label: str
    source: str
    as_of: date | None
    published_at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Register:
    """All that is shown."""

    places: tuple[Listed, ...]
    schemes: tuple[Scheme, ...]
    sources: tuple[Source, ...]

    def place(self, key: str) -> Listed | None:
        """The place of a ``Listed.key``."""
        return next((one for one in self.places if one.key == key), None)

    def scheme(self, kind: str, code: str) -> Scheme | None:
        """One scheme."""
        return next((one for one in self.schemes if (one.kind, one.code) == (kind, code)), None)


_Key = tuple[tuple[int, str, int, str, datetime], ...]
_lock = Lock()
_kept: tuple[_Key, Register] | None = None


def shown() -> Register:
    """The register as it is now; one small query when nothing changed."""
    global _kept
    datasets = list(Dataset.objects.filter(current=True).order_by("kind"))
    key = tuple((one.pk, one.kind, one.number, one.sha256, one.published_at) for one in datasets)
    kept = _kept
    if kept is not None and kept[0] == key:
        return kept[1]
    made = _read(datasets)
    with _lock:
        _kept = (key, made)
    return made


def _read(datasets: list[Dataset]) -> Register:
    places: list[Place] = []
    schemes: list[Scheme] = []
    for dataset in datasets:
        for one in keeping.records_of(dataset):
            if isinstance(one, Place):
                places.append(one)
            else:
                schemes.append(one)
    sources = tuple(
        Source(one.kind, KINDS[one.kind].label, one.source, one.as_of, one.published_at, one.rows)
        for one in datasets
    )
    return Register(listed(places), tuple(schemes), sources)
