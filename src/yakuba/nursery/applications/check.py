"""Checks across the rows of an applications file: everything that is wrong, each with its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from yakuba.nursery.applications.check_children import check_child
from yakuba.nursery.applications.check_families import check_family, check_tuples
from yakuba.nursery.applications.check_guardians import check_guardians
from yakuba.nursery.applications.field_types import CHILDREN, CLASSES, GUARDIANS, HOUSEHOLDS, NEEDED, TUPLES
from yakuba.nursery.applications.offers import Offers
from yakuba.nursery.applications.records import Record
from yakuba.nursery.applications.rules import Rules
from yakuba.nursery.applications.tables import Tables
from yakuba.nursery.domain.application import Mark
from yakuba.nursery.ledger.rows import GENERAL


def check(tables: Tables, rules: Rules) -> None:
    """Notes every inconsistency of the records in the notes of their views."""
    records = tables.records
    for title in NEEDED:
        if not records[title] and title in tables.views:
            tables.views[title].note("table-empty", None, "", f"「{title}」に行なし")
    offers = Offers(records[CLASSES])
    _classes(records[CLASSES])
    households = _unique(records[HOUSEHOLDS], "id", "household-duplicate")
    children = _unique(records[CHILDREN], "id", "child-duplicate")
    _unique(records[CHILDREN], "lottery_number", "lottery-duplicate")
    members = by_household(records[CHILDREN])
    guardians = by_household(records[GUARDIANS])
    for record in records[CHILDREN]:
        _known_household(record, households, "child-household-unknown")
        check_child(record, offers, rules)
    for record in records[GUARDIANS]:
        _known_household(record, households, "guardian-household-unknown")
    check_guardians(records[GUARDIANS], rules)
    for household, record in households.items():
        _household(record, guardians.get(household, ()), members.get(household, ()), offers, rules)
    explicit = {record.get("household") for record in records[TUPLES]}
    for household, siblings in members.items():
        check_family(household, siblings, household in explicit)
    _alike(records[CHILDREN], households, guardians)
    check_tuples(records[TUPLES], members, children, offers)


def by_household(records: Iterable[Record]) -> dict[str, list[Record]]:
    """世帯番号 → its records, in the order of the file."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.get("household") is not None:
            found[record.get("household")].append(record)
    return found


def _unique(records: Sequence[Record], key: str, code: str) -> dict[str, Record]:
    first: dict[str, Record] = {}
    for record in records:
        value = record.get(key)
        if value is not None and first.setdefault(value, record) is not record:
            record.note(code, key, value, first=first[value].number)
    return first


def _known_household(record: Record, households: dict[str, Record], code: str) -> None:
    household = record.get("household")
    if household is not None and household not in households:
        record.note(code, "household", household)


def _classes(records: Sequence[Record]) -> None:
    first: dict[tuple[str, int, str], Record] = {}
    names: dict[str, Record] = {}
    for record in records:
        nursery, age, track = record.get("nursery"), record.get("age"), record.get("track") or GENERAL
        if nursery is None or age is None:
            continue
        kept = first.setdefault((nursery, age, track), record)
        if kept is not record:
            record.note("class-duplicate", "nursery", f"{nursery}（{age}歳・{track}）", first=kept.number)
        named = names.setdefault(nursery, record)
        if named.get("name") != record.get("name"):
            name = record.get("name")
            record.note("nursery-name-differs", "name", name, first=named.number, other=named.get("name"))


def _household(
    record: Record, guardians: Sequence[Record], members: Sequence[Record], offers: Offers, rules: Rules
) -> None:
    if not guardians and not record.get("rows"):  # both parents absent: a row of the rule book says so
        record.note("household-no-guardian", "id", record.get("id"))
    if not members:
        record.note("household-no-child", "id", record.get("id"))
    both = {"father", "mother"} <= {one.get("relation") for one in guardians}
    if both and record.get("lone_parent"):
        record.note("lone-parent-two", "lone_parent", "はい")
    for nursery in record.get("siblings_enrolled") or ():
        if nursery not in offers.nurseries:
            record.note("sibling-nursery-unknown", "siblings_enrolled", nursery)
    check_codes(record, rules, ("basic_household",), ("household",))
    for key in ("preschool_children_count", "children_up_to_elementary_count", "children_under_18_count"):
        count = record.get(key)
        if count is not None and count < len(members):
            record.note("children-count-small", key, count, count=len(members))


def check_codes(record: Record, rules: Rules, rows: Sequence[str], marks: Sequence[str]) -> None:
    """Codes that the rule book does not have in these scopes."""
    for code in record.get("rows") or ():
        if rules.unknown(code, *rows):
            record.note("row-unknown", "rows", code)
    found: tuple[Mark, ...] = record.get("marks") or ()
    for mark in found:
        if rules.unknown(mark.code, *marks):
            record.note("mark-unknown", "marks", mark.code)


def _alike(
    children: Sequence[Record], households: Mapping[str, Record], guardians: Mapping[str, Sequence[Record]]
) -> None:
    """One child twice, and twins in two households: same birth and address, or same birth and parent."""
    same: dict[tuple[object, ...], Record] = {}
    twins: dict[tuple[object, ...], Record] = {}
    for record in children:
        name, birth, household = record.get("name"), record.get("birth"), record.get("household")
        if name is None or birth is None:
            continue
        first = same.setdefault((name, birth), record)
        if first is not record:
            record.note("child-twice", "name", name, first=first.number)
            continue
        home = households.get(household)
        signs = [("address", home.get("address"))] if home is not None else []
        signs += [("guardian", one.get("name")) for one in guardians.get(household, ())]
        others = [twins.setdefault((birth, *sign), record) for sign in signs if sign[1] is not None]
        twin = next((one for one in others if one.get("household") != household), None)
        if twin is not None:
            record.note("twins-unlinked", "name", name, first=twin.number)
