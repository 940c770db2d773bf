"""What is known about one series while a history is walked through: judged doses and target doses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from yakuba.handbook.domain.person import Given
from yakuba.handbook.domain.rules import Series, TargetDose, VaccineUse

VALID, NOT_VALID, EXTRANEOUS, SUB_STANDARD = "valid", "not valid", "extraneous", "sub-standard"
UNSATISFIED, SATISFIED, SKIPPED = "not satisfied", "satisfied", "skipped"
NOT_COMPLETE, COMPLETE, IMMUNE = "not complete", "complete", "immune"
CONTRAINDICATED, AGED_OUT, NOT_RECOMMENDED = "contraindicated", "aged out", "not recommended"

# why a dose is judged as it is (6.1 to 6.10); wording for people is the pages' work
TOO_YOUNG, TOO_OLD, TOO_SOON, GRACE = "too_young", "too_old", "too_soon", "grace_period"
CONFLICT, WRONG_VACCINE, INADVERTENT = "live_conflict", "vaccine_not_listed", "inadvertent_vaccine"
EXPIRED, FAULTY, SERIES_COMPLETE = "lot_expired", "dose_condition", "series_complete"
NOT_IN_USE = "product_not_in_use_then"
ALLOWED_INTERVAL, NO_SERIES, NOT_IN_FORCE = "allowed_interval", "no_rule_for_person", "rule_not_in_force"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code, the day that decides (if one does), and the rule's source."""

    code: str
    day: date | None = None
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one dose in one series."""

    given: Given
    status: str
    target: int | None  # number of the target dose it was held against
    reasons: tuple[Reason, ...] = ()

    @property
    def inadvertent(self) -> bool:
        """Whether the dose was a mistake that counts for nothing."""
        return any(reason.code == INADVERTENT for reason in self.reasons)


@dataclass(slots=True)
class Target:
    """A target dose of this person, and what satisfied it."""

    dose: TargetDose
    status: str = UNSATISFIED
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class DatedBy:
    """A day and the rule that set it."""

    day: date
    rule: str
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """The dates of a series's next dose. ``past_due`` and ``latest`` are the last days of their windows."""

    dose: TargetDose
    number: int
    earliest: DatedBy
    recommended: DatedBy
    unadjusted_recommended: date
    past_due: DatedBy | None
    unadjusted_past_due: date | None
    latest: DatedBy | None
    vaccines: tuple[VaccineUse, ...]
    priority: bool


@dataclass(slots=True)
class PatientSeries:
    """A series of this person."""

    series: Series
    targets: list[Target]
    judged: list[Judged] = field(default_factory=list)
    position: int = 0
    status: str = NOT_COMPLETE
    forecast: SeriesForecast | None = None
    because: tuple[Reason, ...] = ()

    @property
    def current(self) -> Target | None:
        """The target dose that comes next, if any is left."""
        return self.targets[self.position] if self.position < len(self.targets) else None

    @property
    def satisfied(self) -> list[Target]:
        """The target doses that a dose satisfied."""
        return [target for target in self.targets if target.status == SATISFIED]

    @property
    def first_valid(self) -> date | None:
        """The date of the earliest valid dose."""
        return min((target.given.date for target in self.satisfied if target.given), default=None)

    def previous(self) -> Given | None:
        """The immediately previous dose that intervals count from (CALCDTINT-1)."""
        for judged in reversed(self.judged):
            if judged.status in (VALID, NOT_VALID) and not judged.inadvertent:
                return judged.given
        return None

    def status_of(self, given: Given) -> str | None:
        """The verdict on a dose in this series, if it has one."""
        return next((judged.status for judged in self.judged if judged.given is given), None)
