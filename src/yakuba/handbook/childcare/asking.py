"""What the address bar asks for → ``Query``; what can't be read is said, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext_noop

from yakuba.core.facilities.domain.ages import Child, age_in_months
from yakuba.core.facilities.domain.dates import minute
from yakuba.core.facilities.domain.points import BadPoint, Point, point
from yakuba.core.facilities.domain.records import SERVICES
from yakuba.core.facilities.domain.search import Query
from yakuba.core.facilities.domain.texts import words

LONGEST = 100  # characters of a search
OLDEST = timedelta(days=366 * 20)
FURTHEST = timedelta(days=366)  # visits and births lie within a year from now
DISTANCES = ("1", "2", "3", "5")  # km
PLACE_KINDS = ("childcare", "clinic", "baby", "public")
VIEWS = ("list", "map")
_SHARED = ("q", "kind", "service", "age", "on", "time", "open", "from", "within", "sure", "view")


class Params(Protocol):
    """``QueryDict``, as far as it is used."""

    def get(self, key: str, default: str, /) -> str: ...

    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(slots=True)
class Asked:
    """A search as it was asked. ``faults``: field → English text, for gettext."""

    query: Query
    values: dict[str, str]
    kinds: tuple[str, ...]
    services: tuple[str, ...]
    view: str = "list"
    page: int = 1
    months: int | None = None  # the child's age on the day of the visit; negative before birth
    here: bool = False  # the point is the device's own
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether anything narrows the search."""
        one = self.query
        return bool(
            one.words or one.kinds or one.services or one.child or one.opening or one.near or one.sure
        )

    def address(self, **changes: object) -> str:
        """The same search with changes, as a query string."""
        return "?" + urlencode(self._pairs({**self.values, "view": self.view}, changes))

    def shared(self, **changes: object) -> str:
        """The same without a birth date and without the device's place: what a link to others says."""
        kept = {key: value for key, value in {**self.values, "view": self.view}.items() if key in _SHARED}
        if "born" in self.values and self.months is not None and self.months >= 0:
            kept["age"] = str(self.months)
        if self.here:
            kept.pop("within", None)
        return "?" + urlencode(self._pairs(kept, changes))

    def _pairs(self, values: Mapping[str, str], changes: Mapping[str, object]) -> list[tuple[str, str]]:
        merged: dict[str, object] = {**values, **changes}
        pairs = [(key, str(value)) for key, value in merged.items() if value not in ("", None)]
        pairs = [
            (key, value) for key, value in pairs if (key, value) not in (("view", "list"), ("page", "1"))
        ]
        return [*pairs, *(("kind", one) for one in self.kinds), *(("service", one) for one in self.services)]


def read(params: Params, today: date, districts: Mapping[str, Point]) -> Asked:
    """A search. What is not understood is left out and named in ``faults``."""
    faults: dict[str, str] = {}
    values: dict[str, str] = {}
    on = _visit(params.get("on", ""), today, values, faults)
    child, months = _child(params, on, today, values, faults)
    at = _time(params.get("time", ""), values, faults)
    opening = bool(params.get("open", "")) or at is not None
    near, here = _near(params, districts, values, faults)
    within = params.get("within", "")
    text = params.get("q", "").replace("\0", "").strip()[:LONGEST]
    values |= {"q": text} if text else {}
    values |= {"open": "1"} if opening else {}
    values |= {"within": within} if near and within in DISTANCES else {}
    sure = bool(params.get("sure", ""))
    values |= {"sure": "1"} if sure else {}
    kinds = _chosen(params.getlist("kind"), PLACE_KINDS)
    services = _chosen(params.getlist("service"), SERVICES)
    query = Query(
        on=on,
        words=words(text),
        kinds=frozenset(kinds),
        services=frozenset(services),
        child=child,
        opening=opening,
        minute=at,
        near=near,
        within=float(values["within"]) if "within" in values else None,
        sure=sure,
    )
    view = params.get("view", "")
    number = params.get("page", "")[:6]
    return Asked(
        query,
        values,
        kinds,
        services,
        view if view in VIEWS else "list",
        int(number) if number.isascii() and number.isdigit() and int(number) else 1,
        months,
        here,
        faults,
    )


def _chosen(given: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in known if one in given)


def _visit(text: str, today: date, values: dict[str, str], faults: dict[str, str]) -> date:
    if not text:
        return today
    values["on"] = text[:20]
    found = _date(text)
    if found is None or abs(found - today) > FURTHEST:
        faults["on"] = gettext_noop("This is not a day within a year from today. The search uses today.")
        return today
    return found


def _child(
    params: Params, on: date, today: date, values: dict[str, str], faults: dict[str, str]
) -> tuple[Child | None, int | None]:
    """By the birth date, or, of a shared link, by the age in months on the day of the visit."""
    text = params.get("born", "")
    if text:
        values["born"] = text[:20]
        birth = _date(text)
        if birth is None or not today - OLDEST <= birth <= today + FURTHEST:
            faults["born"] = gettext_noop(
                "This is not a birth date of a child. The search leaves the age out."
            )
            return None, None
        return Child.born(birth), age_in_months(birth, on)
    months = params.get("age", "")[:4]
    if months.isascii() and months.isdigit() and int(months) <= 240:
        values["age"] = months
        return Child.aged(int(months), on), int(months)
    return None, None


def _time(text: str, values: dict[str, str], faults: dict[str, str]) -> int | None:
    if not text:
        return None
    values["time"] = text[:20]
    try:
        found = minute(text)
    except ValueError:
        faults["time"] = gettext_noop(
            "This is not a time of day, for example 10:30. The search leaves it out."
        )
        return None
    return min(found, 24 * 60 - 1)


def _near(
    params: Params, districts: Mapping[str, Point], values: dict[str, str], faults: dict[str, str]
) -> tuple[Point | None, bool]:
    at = params.get("at", "")[:60]
    if at:
        try:
            latitude, longitude = at.split(",")
            found = point(latitude, longitude)
        except (BadPoint, ValueError):
            faults["from"] = gettext_noop("This place is not in Japan. The search leaves the distance out.")
            return None, False
        if found is not None:
            values["at"] = f"{found.latitude:.3f},{found.longitude:.3f}"  # about 100 metres
            return found, True
    code = params.get("from", "")
    if code in districts:
        values["from"] = code
        return districts[code], False
    return None, False


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
