"""Find places and schemes: words, a child's age on the day of the visit, opening, distance. Pure.

What is not known is neither found nor hidden: it stays in the answer and is marked (要確認).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from yakuba.core.facilities.domain.ages import Ages, Child, fits
from yakuba.core.facilities.domain.hours import Holiday, Hours, open_on
from yakuba.core.facilities.domain.points import Point, kilometres
from yakuba.core.facilities.domain.records import SERVICES, Place, Scheme
from yakuba.core.facilities.domain.texts import fold

SAME_PLACE_KM = 0.3
_FIRST = ("childcare", "clinic", "baby", "public")  # which row of one place speaks for it


@dataclass(frozen=True, slots=True)
class Listed:
    """A place ready to be searched. ``kinds``: of all tables that list it."""

    place: Place
    kinds: frozenset[str]
    services: tuple[str, ...]
    hours: Hours
    ages: Ages
    blob: str = field(repr=False)

    @property
    def key(self) -> str:
        """Its address on pages: the kind and the code."""
        return f"{self.place.kind}:{self.place.code}"


def listed(places: Iterable[Place]) -> tuple[Listed, ...]:
    """Places by name, each once though two tables list it (児童館 as 公共施設 and as 赤ちゃんの駅)."""
    by_name: dict[str, list[list[Place]]] = {}
    for place in places:
        groups = by_name.setdefault(fold(place.name), [])
        near = next((one for one in groups if _same(one[0], place)), None)
        if near is None:
            groups.append([place])
        else:
            near.append(place)
    made = [_listed(group) for groups in by_name.values() for group in groups]
    return tuple(sorted(made, key=lambda one: (fold(one.place.kana or one.place.name), one.key)))


def _same(first: Place, second: Place) -> bool:
    """Whether two rows of one name are one place; within one table they never are."""
    if first.kind == second.kind:
        return False
    if first.point is None or second.point is None:
        return not first.address or not second.address or fold(first.address) == fold(second.address)
    return kilometres(first.point, second.point) <= SAME_PLACE_KM


_GAPS = ("kana", "english", "category", "address", "phone", "operator", "url", "description", "ages")


def _filled(ordered: Sequence[Place]) -> Place:
    """The first row; what it leaves out is taken from the next that says it, hours only as a whole."""
    main = ordered[0]
    for other in ordered[1:]:
        gaps: dict[str, Any] = {one: getattr(other, one) for one in _GAPS if not getattr(main, one)}
        if not (main.days or main.opens or main.closes or main.remarks):
            gaps |= {one: getattr(other, one) for one in ("days", "opens", "closes", "remarks")}
        if main.point is None:
            gaps |= {"latitude": other.latitude, "longitude": other.longitude}
        main = replace(main, **gaps)
    return main


def _listed(group: Sequence[Place]) -> Listed:
    ordered = sorted(group, key=lambda one: _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST))
    main = _filled(ordered)
    services = tuple(one for one in SERVICES if any(one in place.services for place in ordered))
    texts = [
        part
        for one in ordered
        for part in (
            one.name,
            one.kana,
            one.english,
            one.category,
            one.address,
            one.description,
            *one.departments,
        )
    ]
    blob = "\n".join(fold(part) for part in (*texts, *(SERVICES[one] for one in services)) if part)
    kinds = frozenset(one.kind for one in ordered)
    return Listed(main, kinds, services, main.hours(), main.for_ages(), blob)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; empty = not asked. ``minute``: of the day ``on``; ``sure``: no 要確認."""

    on: date
    words: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    child: Child | None = None
    opening: bool = False
    minute: int | None = None
    near: Point | None = None
    within: float | None = None  # kilometres
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One answer. ``fit`` and ``open``: ``None`` = 要確認; ``asked_age``: whether its ages matter."""

    listed: Listed
    fit: bool | None = True
    asked_age: bool = False
    open: bool | None = True
    distance: float | None = None

    @property
    def sure(self) -> bool:
        """Whether nothing about it needs to be asked."""
        return self.fit is True and self.open is True


def search(places: Iterable[Listed], query: Query, holiday: Holiday) -> list[Found]:
    """Matching places: the sure ones first, then by distance (unknown last), then by name."""
    found = []
    holiday = lru_cache(maxsize=4)(holiday)  # the same day for every place
    for one in places:
        if not _named(one, query):
            continue
        match = _judged(one, query, holiday)
        if match is not None and (match.sure or not query.sure):
            found.append(match)
    far = float("inf")
    found.sort(key=lambda one: (not one.sure, one.distance if one.distance is not None else far))
    return found


def _named(one: Listed, query: Query) -> bool:
    if query.kinds and not query.kinds & one.kinds:
        return False
    if not query.services <= set(one.services):
        return False
    return all(word in one.blob for word in query.words)


def _judged(one: Listed, query: Query, holiday: Holiday) -> Found | None:
    match = Found(one)
    if query.near is not None:
        where = one.place.point
        away = None if where is None else kilometres(query.near, where)
        if query.within is not None and (away is None or away > query.within):
            return None
        match = replace(match, distance=away)
    if query.child is not None and (one.place.ages or "childcare" in one.kinds):
        match = replace(match, asked_age=True, fit=fits(one.ages, query.child, query.on))
    if match.fit is False:
        return None
    if query.opening:
        match = replace(match, open=open_on(one.hours, query.on, query.minute, holiday))
    return None if match.open is False else match


@dataclass(frozen=True, slots=True)
class FoundScheme:
    """A scheme that fits, or may fit (``None`` = 要確認). ``accepting``: applications are taken."""

    scheme: Scheme
    fit: bool | None
    accepting: bool


def schemes_for(schemes: Iterable[Scheme], query: Query) -> list[FoundScheme]:
    """Schemes with the words, for the child on the day; those that ended are left out."""
    found = []
    for scheme in schemes:
        blob = "\n".join(
            map(fold, (scheme.name, scheme.subtitle, scheme.category, scheme.summary, scheme.target))
        )
        if not all(word in blob for word in query.words):
            continue
        fit = True if query.child is None else fits(scheme.for_ages(), query.child, query.on)
        if (
            fit is False
            or (scheme.ends and scheme.ends < query.on.isoformat())
            or (query.sure and fit is None)
        ):
            continue
        begun = not scheme.starts or scheme.starts <= query.on.isoformat()
        found.append(FoundScheme(scheme, fit, begun))
    return sorted(found, key=lambda one: (one.fit is None, fold(one.scheme.name)))
