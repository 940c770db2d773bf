"""One child under the rule book: the two records put together, judged, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from yakuba.handbook.domain.evaluate import of_pregnancy
from yakuba.handbook.domain.missing import unsaid_without_sex
from yakuba.handbook.domain.observed import Moved, moved
from yakuba.handbook.domain.outlook import DoseLine, NextDose, outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.reconcile import Entry, Mismatch, reconcile
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.models import RegisteredChild, RegisteredDose, RegisteredObservation
from yakuba.handbook.services.books import CALENDAR

BEFORE_BIRTH, UNKNOWN_VACCINE = "before_birth", "unknown_vaccine"


@dataclass(frozen=True, slots=True)
class Judged:
    """One dose. ``line`` is None for what the engine can't be asked about; ``reason`` says why.

    ``counted`` is False for a family's record of a dose that the office holds too.
    """

    dose: RegisteredDose
    line: DoseLine | None
    reason: str
    counted: bool = True

    @property
    def outside(self) -> bool:
        """Whether the dose may lie outside the rules."""
        return self.reason == BEFORE_BIRTH or (self.line is not None and self.line.valid is False)


@dataclass(frozen=True, slots=True)
class Look:
    """Everything about one child on one day. ``doses`` in the order of days.

    ``moved``: what each observation changes; ``unsaid``: vaccines that wait for the child's sex. Both are
    computed where asked for, else empty.
    """

    doses: tuple[Judged, ...]
    forecasts: tuple[NextDose, ...]
    mismatches: tuple[Mismatch, ...]
    moved: tuple[Moved, ...] = ()
    unsaid: tuple[str, ...] = ()


def look(
    child: RegisteredChild,
    doses: Iterable[RegisteredDose],
    observations: Sequence[Observation],
    book: Rulebook,
    on: date,
    *,
    explain: bool = False,
) -> Look:
    """Judge the doses that were not taken back, and forecast. Doses that can't be judged get a reason.

    ``explain``: also say what each observation changes (one more forecast for each), and what is missing.
    """
    rows = [dose for dose in doses if dose.taken_back_at is None]
    by_reference = {dose.reference: dose for dose in rows}
    together = reconcile(_entries(rows))
    given: list[Given] = []
    asked: list[RegisteredDose] = []
    judged: dict[str, Judged] = {}
    for one in together.entries:
        dose = by_reference[one.reference]
        if dose.vaccine not in book.vaccines:
            judged[one.reference] = Judged(dose, None, UNKNOWN_VACCINE)
        elif not _can_be_asked(child, dose, book):
            judged[one.reference] = Judged(dose, None, BEFORE_BIRTH)
        else:
            given.append(Given(dose.vaccine, dose.given_on, dose.product))
            asked.append(dose)
    person = Person(child.birth, child.sex, child.due)
    found = outlook(book, person, given, observations, on, CALENDAR)
    for dose, line in zip(asked, found.doses, strict=True):
        judged[dose.reference] = Judged(dose, line, line.reason)
    for dose in rows:
        if dose.reference not in judged:
            judged[dose.reference] = Judged(dose, None, "", counted=False)
    ordered = sorted(judged.values(), key=lambda one: (one.dose.given_on, one.dose.pk or 0))
    changed = moved(book, person, given, observations, on, CALENDAR, found) if explain else ()
    unsaid = unsaid_without_sex(book, person, given, observations, on, CALENDAR) if explain else ()
    return Look(tuple(ordered), found.forecasts, together.mismatches, changed, unsaid)


def _entries(doses: Sequence[RegisteredDose]) -> list[Entry]:
    return [Entry(one.reference, one.vaccine, one.given_on, one.product, one.source) for one in doses]


def look_at(child: RegisteredChild, book: Rulebook, on: date, *, explain: bool = False) -> Look:
    """``look`` with the child's doses and observations from the register."""
    doses = child.doses.filter(taken_back_at=None)
    observations = observations_of([child.pk]).get(child.pk, [])
    return look(child, doses, observations, book, on, explain=explain)


def observations_of(children: Sequence[int]) -> dict[int, list[Observation]]:
    """What rules ask for, as far as the office has recorded it, by the child's key; one query."""
    found: dict[int, list[Observation]] = {}
    for one in RegisteredObservation.objects.filter(child__in=children, taken_back_at=None):
        found.setdefault(one.child_id, []).append(Observation(one.code, one.on))
    return found


def _can_be_asked(child: RegisteredChild, dose: RegisteredDose | Entry, book: Rulebook) -> bool:
    """A dose before the birth is a fault of the record, but for the mother's (母子免疫)."""
    return (
        child.birth is None
        or dose.given_on >= child.birth
        or of_pregnancy(book, Person(child.birth), Given(dose.vaccine, dose.given_on))
    )


def given_of(
    child: RegisteredChild, doses: Iterable[RegisteredDose], books: Sequence[Rulebook]
) -> list[Given]:
    """The doses that count, each once, as far as all of these rule books can be asked about them."""
    rows = [dose for dose in doses if dose.taken_back_at is None]
    return [
        Given(one.vaccine, one.given_on, one.product)
        for one in reconcile(_entries(rows)).entries
        if all(one.vaccine in book.vaccines and _can_be_asked(child, one, book) for book in books)
    ]
