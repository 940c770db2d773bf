"""Records without faults to ``Applications``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from yakuba.nursery.applications.check import by_household
from yakuba.nursery.applications.check_children import kind_of
from yakuba.nursery.applications.check_families import chosen
from yakuba.nursery.applications.field_types import CHILDREN, CLASSES, GUARDIANS, HOUSEHOLDS, TUPLES
from yakuba.nursery.applications.records import Record
from yakuba.nursery.applications.tables import Tables
from yakuba.nursery.domain.application import (
    Applicant,
    Applications,
    Guardian,
    Household,
    OfferedClass,
    WishTuple,
)
from yakuba.nursery.ledger.rows import GENERAL


def build(tables: Tables) -> Applications:
    """The records must have passed ``check`` without a fault."""
    records = tables.records
    guardians = by_household(records[GUARDIANS])
    households = {one.get("id"): _household(one, guardians) for one in records[HOUSEHOLDS]}
    enrolled = {one.get("id"): one.get("siblings_enrolled") for one in records[HOUSEHOLDS]}
    return Applications(
        classes=tuple(_class(one) for one in records[CLASSES]),
        households=households,
        applicants=tuple(_applicant(one) for one in records[CHILDREN]),
        tuples=_tuples(records[TUPLES]),
        siblings_enrolled={household: nurseries for household, nurseries in enrolled.items() if nurseries},
    )


def _class(record: Record) -> OfferedClass:
    return OfferedClass(
        nursery=record.get("nursery"),
        name=record.get("name"),
        age=record.get("age"),
        recruits=record.get("recruits"),
        track=record.get("track") or GENERAL,
        row=record.number,
    )


def _household(record: Record, guardians: dict[str, list[Record]]) -> Household:
    return Household(
        id=record.get("id"),
        guardians=tuple(_guardian(one) for one in guardians.get(record.get("id"), ())),
        facts=record.facts(),
        rows=record.get("rows") or (),
        marks=record.get("marks") or (),
        leave_extension_ok=bool(record.get("leave_extension_ok")),
        addressee=record.get("addressee") or "",
        postal_code=record.get("postal_code") or "",
        address=record.get("address") or "",
    )


def _guardian(record: Record) -> Guardian:
    return Guardian(
        relation=record.get("relation"),
        name=record.get("name") or "",
        facts=record.facts(),
        rows=record.get("rows") or (),
        reasons=record.get("reasons") or (),
        marks=record.get("marks") or (),
    )


def _applicant(record: Record) -> Applicant:
    kind = kind_of(record)
    return Applicant(
        id=record.get("id"),
        household=record.get("household"),
        name=record.get("name"),
        age=record.get("age"),
        wishes=tuple(nursery for _, nursery in record.wishes() if nursery is not None),
        kana=record.get("kana") or "",
        birth=record.get("birth"),
        track=record.get("track") or GENERAL,
        kind="transfer" if kind == "transfer" else "continue" if kind == "continue" else "entry",
        current=record.get("current"),
        pattern=record.get("pattern"),
        tier=record.get("tier"),
        facts=record.facts(),
        marks=record.get("marks") or (),
        applied_on=record.get("applied_on"),
        wished_start=record.get("wished_start"),
        row=record.number,
    )


def _tuples(records: Sequence[Record]) -> tuple[WishTuple, ...]:
    """By household in the order of the file, then by rank."""
    groups: dict[str, dict[int, dict[str, str | None]]] = defaultdict(lambda: defaultdict(dict))
    for one in records:
        groups[one.get("household")][one.get("rank")][one.get("child")] = chosen(one)
    return tuple(
        WishTuple(household, rank, ranks[rank])
        for household, ranks in groups.items()
        for rank in sorted(ranks)
    )
