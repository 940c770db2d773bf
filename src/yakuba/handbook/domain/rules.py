"""A rule book as data: antigens, series, target doses, and what each of them asks for.

The shape follows the Logic Specification for ACIP Recommendations v4.6 (appendix A), with what Japanese
law needs beside it: windows that lapse, start windows, birth cohorts, extensions, sources. Ends of windows
are exclusive: the first day that is too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from yakuba.handbook.domain.calendars import FIRST_DAY, LAST_DAY, Point
from yakuba.handbook.domain.offsets import Offset

STANDARD, RISK, EVALUATION_ONLY = "standard", "risk", "evaluation only"
_EXPIRES = 4  # April
_FEBRUARY = 2
PREVIOUS, TARGET, PRODUCT, OBSERVATION = "previous", "target", "product", "observation"


@dataclass(frozen=True, slots=True)
class Period:
    """When a rule is in force, both days inclusive (Logic Specification 3.3)."""

    first: date = FIRST_DAY
    last: date = LAST_DAY

    def holds(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return self.first <= day <= self.last


ALWAYS = Period()


def season_of(season: Period, day: date) -> Period:
    """The season that a day lies in or looks forward to.

    Data carry the season of their own year and are renewed every year. For a day of an earlier season the
    same season is meant, whole years before; a season that is over says nothing about the next one.
    """
    years = season.last.year - day.year if season.last < LAST_DAY else 0
    while years > 0:
        earlier = Period(_years_before(season.first, years), _years_before(season.last, years))
        if day <= earlier.last:
            return earlier
        years -= 1
    return season


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28) if day.month == _FEBRUARY else day.day)


@dataclass(frozen=True, slots=True)
class AgeWindow:
    """Ages of a target dose (6.4). ``recommended_until`` and ``until`` are exclusive.

    ``band``: ``until`` only tells courses apart by the age at the start; extensions do not move it.
    """

    absolute_from: Point | None = None
    from_: Point | None = None
    recommended_from: Point | None = None
    recommended_until: Point | None = None
    until: Point | None = None
    period: Period = ALWAYS
    source: tuple[str, ...] = ()
    band: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """A gap that a target dose keeps from something else (6.5, 6.6).

    ``reference``: ``previous`` dose, the dose that satisfied ``target``, the latest of ``products``, or the
    latest ``observation``. ``only_for``: the interval concerns these vaccines alone (empty: every one).
    """

    reference: str = PREVIOUS
    target: int = 0
    products: frozenset[str] = frozenset()
    observation: str = ""
    absolute: Offset | None = None
    minimum: Offset | None = None
    recommended_from: Offset | None = None
    recommended_until: Offset | None = None
    priority: bool = False
    period: Period = ALWAYS
    source: tuple[str, ...] = ()
    only_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class VaccineUse:
    """A vaccine that a target dose takes, at some ages (6.8, 6.9); without ``product`` any product of it."""

    vaccine: str
    product: str = ""
    from_: Point | None = None
    until: Point | None = None
    offered: bool = False
    period: Period = ALWAYS
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a conditional skip (tables 6-6 to 6-9)."""

    kind: str
    from_age: Point | None = None
    until_age: Point | None = None
    first: date = FIRST_DAY
    before: date = LAST_DAY
    gap: Offset | None = None
    count: int = 0
    comparison: str = ">"
    valid_only: bool = False
    vaccines: frozenset[str] = frozenset()
    series_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConditionSet:
    """Conditions that hold together (``every``) or each alone (table 6-10)."""

    conditions: tuple[Condition, ...]
    every: bool = True
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class Skip:
    """When a target dose is not needed (6.2); used while judging history, while forecasting, or both."""

    sets: tuple[ConditionSet, ...]
    every: bool = False
    in_history: bool = True
    in_forecast: bool = True


@dataclass(frozen=True, slots=True)
class TargetDose:
    """One dose that a series asks for.

    ``lapses``: once its own window is over it is simply left out. ``named``: its number is a name of law
    (第2期) and stays, whatever was left out before it.
    """

    number: int
    ages: tuple[AgeWindow, ...] = ()
    intervals: tuple[Interval, ...] = ()
    allowed_intervals: tuple[Interval, ...] = ()
    preferable: tuple[VaccineUse, ...] = ()
    allowable: tuple[VaccineUse, ...] = ()
    inadvertent: frozenset[str] = frozenset()
    skips: tuple[Skip, ...] = ()
    recurring: bool = False
    season: Period | None = None  # every year again: ``season_of``
    lapses: bool = False
    named: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Indication:
    """An observation that makes a risk series relevant, at some ages (5.1)."""

    observation: str
    from_: Point | None = None
    until: Point | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One way to be protected from a disease: target doses in order, and how it competes with others."""

    name: str
    antigen: str
    group: str
    doses: tuple[TargetDose, ...]
    kind: str = STANDARD
    series_group: str = "1"
    equivalent_groups: frozenset[str] = frozenset()
    sexes: frozenset[str] = frozenset()
    default: bool = False
    product_path: bool = False
    priority: str = "A"
    preference: int = 99
    start_from: Point | None = None
    start_until: Point | None = None
    indications: tuple[Indication, ...] = ()
    born: Period = ALWAYS
    requires_due_date: bool = False
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contraindication:
    """An observation that forbids an antigen, or (``vaccines``) some vaccines of it (7.3)."""

    observation: str
    from_: Point | None = None
    until: Point | None = None
    vaccines: tuple[VaccineUse, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BornBefore:
    """Immunity of those born before a day in a country, with exceptions (7.2)."""

    day: date
    country: str = ""
    exceptions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Extension:
    """A later end of the windows of some groups for those whom an exception covers.

    With ``within`` the new end is that long after the observation's date (「事由がなくなった日から2年」), at
    most ``until_age``; without it, ``until`` is a fixed day. Like every end, both are exclusive; ends never
    move earlier.
    """

    name: str
    observation: str
    until_age: Mapping[str, Point | None]
    within: Offset | None = None
    until: date | None = None
    born: Period = ALWAYS
    doses: frozenset[int] = frozenset()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Antigen:
    """A disease's series and what makes them unnecessary or forbidden."""

    name: str
    series: tuple[Series, ...]
    immune_after: frozenset[str] = frozenset()
    born_before: tuple[BornBefore, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What is forecast together (a vaccine group of CDSi, a vaccine of the Japanese table).

    ``counts_for``: vaccines whose presence in a history makes this group a question of its own; without any
    of them another group covers it. ``keep``: products that a course begun with them is finished with.
    """

    name: str
    antigens: tuple[str, ...]
    full: bool = False
    title: str = ""
    law: str = ""
    product: str = ""
    keep: frozenset[str] = frozenset()
    covered_by: str = ""
    counts_for: frozenset[str] = frozenset()
    source: tuple[str, ...] = ()

    @property
    def optional(self) -> bool:
        """Whether no law offers it (任意接種): nothing is said then of law or of being free."""
        return self.law == "optional"


@dataclass(frozen=True, slots=True)
class Association:
    """An antigen in a vaccine, at some ages (4.2)."""

    antigen: str
    from_: Point | None = None
    until: Point | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two vaccines that keep a gap from each other (6.7): ``begin`` to ``end`` after the earlier one."""

    begin: Offset
    end_after_valid: Offset
    end: Offset
    period: Period = ALWAYS
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read: its address, what it says, and when it was published."""

    url: str
    what: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A health check (健診) and, where the law sets one, its window; ``until`` is exclusive."""

    id: str
    title: str
    law: str
    from_: Point | None = None
    until: Point | None = None
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOff:
    """The nurse or official who answers for a rule book. It holds until the next 1 April."""

    name: str
    day: date

    def holds_on(self, day: date) -> bool:
        """Whether the sign-off is in force on a day."""
        april = date(self.day.year + (self.day.month >= _EXPIRES), _EXPIRES, 1)
        return self.day <= day < april


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, so that what follows from it is kept
class Rulebook:
    """A dated set of rules. ``selection``: ``scored`` (chapter 8) or ``start`` (by the first dose)."""

    name: str
    version: str
    antigens: Mapping[str, Antigen]
    groups: Mapping[str, Group]
    vaccines: Mapping[str, tuple[Association, ...]]
    conflicts: Mapping[tuple[str, str], tuple[Conflict, ...]] = field(default_factory=dict)
    selection: str = "scored"
    extensions: tuple[Extension, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    recalled: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    country: str = ""
    signed_off: SignOff | None = None
    sha256: str = ""
    health_checks: tuple[HealthCheck, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)  # of vaccines that are only known by name


@lru_cache(maxsize=8)
def products_of(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """The products of every vaccine whose products a rule of the book tells apart, in the book's order."""
    found: dict[str, dict[str, None]] = {}
    for antigen in rulebook.antigens.values():
        for series in antigen.series:
            for dose in series.doses:
                for use in (*dose.preferable, *dose.allowable):
                    if use.product:
                        found.setdefault(use.vaccine, {})[use.product] = None
    return {vaccine: tuple(products) for vaccine, products in found.items()}
