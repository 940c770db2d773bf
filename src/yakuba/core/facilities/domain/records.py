"""One place and one support scheme as the register keeps them: the source's texts, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from yakuba.core.facilities.domain.age_texts import ages
from yakuba.core.facilities.domain.ages import Ages
from yakuba.core.facilities.domain.capacity import Capacity, capacity
from yakuba.core.facilities.domain.hour_texts import hours
from yakuba.core.facilities.domain.hours import Hours
from yakuba.core.facilities.domain.points import Point

# What a place offers, by the columns that say 有 or 無; the label is what a search for words finds.
SERVICES = {
    "temporary_care": "一時預かり",
    "sick_care": "病児保育",
    "nursing_room": "授乳室",
    "diaper": "おむつ替え",
    "hot_water": "お湯の提供",
    "stroller": "ベビーカー貸出し",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A facility. ``code`` is unique within its kind; texts are the source's own."""

    kind: str
    code: str
    name: str
    kana: str = ""
    english: str = ""
    category: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    operator: str = ""
    url: str = ""
    description: str = ""
    days: str = ""
    opens: str = ""
    closes: str = ""
    remarks: str = ""  # on days and times
    ages: str = ""
    capacity: str = ""
    permitted: str = ""  # ISO date
    departments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def point(self) -> Point | None:
        """Where it is, when that is known."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    def hours(self) -> Hours:
        """When it is open."""
        return hours(self.days, self.opens, self.closes, self.remarks)

    def for_ages(self) -> Ages:
        """For whom it is."""
        return ages(self.ages)

    def takes(self) -> Capacity:
        """How many it takes."""
        return capacity(self.capacity)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A support scheme (支援制度): an allowance, a subsidy, a service to apply for."""

    kind: str
    code: str
    name: str
    subtitle: str = ""
    category: str = ""
    summary: str = ""
    target: str = ""
    ages: str = ""  # of a column of its own; without one ``target`` is read
    support: str = ""
    cost: str = ""
    method: str = ""
    counter: str = ""  # where to apply
    contact: str = ""
    phone: str = ""
    url: str = ""
    starts: str = ""  # ISO date, applications are taken from
    ends: str = ""
    updated: str = ""

    def for_ages(self) -> Ages:
        """For whom it is, by its ages or by the words on its target."""
        return ages(self.ages or self.target)


Record = Place | Scheme


def as_json(record: Record) -> dict[str, Any]:
    """A record for the database and for the other installation; empty fields are left out."""
    return {name: value for name, value in asdict(record).items() if value not in ("", None, ())}


def place_of(content: Mapping[str, Any]) -> Place:
    """The place of ``as_json``. ``ValueError`` for anything else."""
    values = _known(Place, content)
    for name in ("departments", "services"):
        values[name] = tuple(str(one) for one in values.get(name, ()))
    for name in ("latitude", "longitude"):
        if values.get(name) is not None:
            values[name] = float(values[name])
    return Place(**values)


def scheme_of(content: Mapping[str, Any]) -> Scheme:
    """The scheme of ``as_json``. ``ValueError`` for anything else."""
    return Scheme(**_known(Scheme, content))


def _known(record: type[Place] | type[Scheme], content: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(record)}
    if not {"kind", "code", "name"} <= set(content) <= names:
        raise ValueError(f"not a {record.__name__}: {sorted(set(content) ^ names)}")
    return dict(content)
