"""The facts of families that letters are written from: the result, the ledger, the applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from yakuba.nursery.domain.application import Applicant, Applications
from yakuba.nursery.domain.letters import ChildFacts, FamilyFacts, Outcome, natural
from yakuba.nursery.ledger import ChildFacts as LedgerChild
from yakuba.nursery.models import Allocation, ApplicationFile, ChildOutcome, ClassOutcome
from yakuba.nursery.services.ledgers import source_of
from yakuba.nursery.services.visibility import protected_ids, without_names_of

Reader = Callable[[ApplicationFile], Applications]
_reader: list[Reader] = []


def read_applications_with(reader: Reader) -> None:
    """Say how a kept application file is read again; letters then know addresses and dates."""
    _reader[:] = [reader]


@dataclass(frozen=True, slots=True)
class Facts:
    """Families by 世帯番号 in the order of the result; ``labels``: class id → name."""

    families: dict[str, FamilyFacts]
    labels: dict[str, str]
    protected: frozenset[str] = field(default_factory=frozenset)  # 世帯番号 of protected families


def gather(allocation: Allocation, family_id: str | None = None) -> Facts:
    """The families of a finished result, or one of them."""
    rows = allocation.child_rows.all()
    if family_id is not None:
        rows = rows.filter(family_id=family_id)
    classes = {row.class_id: row for row in allocation.class_rows.all()}
    applications = _applications(allocation)
    applicants = {} if applications is None else {one.id: one for one in applications.applicants}
    ledger = source_of(allocation.ledger).children
    guarded = protected_ids()
    members: dict[str, list[ChildFacts]] = {}
    shielded = set()
    for row in rows:
        if row.child_id in guarded:
            shielded.add(row.family_id)
        child = _child(row, classes.get(row.class_id), ledger, applicants, guarded)
        members.setdefault(row.family_id, []).append(child)
    return Facts(
        families={family: _family(family, _sorted(own), applications) for family, own in members.items()},
        labels={class_id: row.label for class_id, row in classes.items()},
        protected=frozenset(shielded),
    )


def _sorted(children: list[ChildFacts]) -> tuple[ChildFacts, ...]:
    return tuple(sorted(children, key=lambda child: natural(child.id)))


def _applications(allocation: Allocation) -> Applications | None:
    scoring = getattr(allocation.ledger, "scoring", None)
    if scoring is None or not _reader:
        return None
    return _reader[0](scoring.applications)


def _child(
    row: ChildOutcome,
    seat: ClassOutcome | None,
    ledger: Mapping[str, LedgerChild],
    applicants: Mapping[str, Applicant],
    guarded: set[str],
) -> ChildFacts:
    applied = applicants.get(row.child_id)
    known = ledger.get(row.child_id)
    # Paper is read by others too: a child of another family who is protected is nowhere named on it.
    claims = without_names_of(guarded - {row.child_id}, row.claims)
    return ChildFacts(
        id=row.child_id,
        name=row.name,
        outcome=cast(Outcome, row.outcome),
        claims=claims,
        birth=(applied.birth if applied is not None else None) or (known.birth if known else None),
        facility="" if seat is None else seat.nursery,
        class_name="" if seat is None else _class_name(seat),
        applied_on=None if applied is None else applied.applied_on,
        wished_start=None if applied is None else applied.wished_start,
    )


def _class_name(seat: ClassOutcome) -> str:
    age = "" if seat.age is None else f"{seat.age}歳児"
    track = "" if seat.track in ("", "一般") else seat.track
    return "・".join(part for part in (age, track) if part)


def _family(family: str, children: tuple[ChildFacts, ...], applications: Applications | None) -> FamilyFacts:
    home = None if applications is None else applications.households.get(family)
    if home is None:
        return FamilyFacts(family, children)
    return FamilyFacts(
        id=family,
        children=children,
        addressee=home.addressee,
        postal_code=home.postal_code,
        address=home.address,
        leave_extension_ok=home.leave_extension_ok,
    )
