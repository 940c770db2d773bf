"""Checks of siblings and of explicit wishes (希望の組)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import prod

from yakuba.nursery.applications.offers import Offers
from yakuba.nursery.applications.records import Record
from yakuba.nursery.domain.siblings import MAX_SIBLINGS


def check_family(household: str, members: Sequence[Record], explicit: bool) -> None:
    """``explicit``: the household's wishes are in 希望の組, so that no pattern is needed."""
    start = next((one for one in members if one.get("wished_start") is not None), None)
    for one in members:
        month = one.get("wished_start")
        if start is not None and month is not None and month != start.get("wished_start"):
            first = start.get("wished_start")
            record_month = f"{month:%Y-%m}"
            one.note(
                "start-differs", "wished_start", record_month, first=start.number, other=f"{first:%Y-%m}"
            )
    if len(members) > MAX_SIBLINGS:
        found = f"世帯 {household} に{len(members)}人"
        members[0].note("siblings-too-many", "household", found, limit=MAX_SIBLINGS)
    elif not explicit:
        _pattern(household, members)


def _pattern(household: str, members: Sequence[Record]) -> None:
    given = [one.get("pattern") for one in members]
    used = {pattern for pattern in given if pattern is not None}
    if len(members) == 1:
        if used:
            members[0].note("pattern-single", "pattern", given[0])
    elif not used:
        members[0].note("pattern-missing", "pattern", "空欄")
    elif len(used) > 1 or None in given:
        shown = "、".join(f"{one.get('id')}：{one.get('pattern') or '空欄'}" for one in members)
        members[0].note("pattern-differs", "pattern", shown, household=household)
    elif used == {1}:
        lists = [{nursery for _, nursery in one.wishes() if nursery is not None} for one in members]
        if not set.intersection(*lists):
            members[0].note("pattern-no-common", "pattern", 1)


def check_tuples(
    records: Sequence[Record],
    members: Mapping[str, Sequence[Record]],
    children: Mapping[str, Record],
    offers: Offers,
) -> None:
    """``members``: per household, ``children``: by id, the records of the sheet 児童."""
    groups: dict[str, dict[int, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        household, rank = record.get("household"), record.get("rank")
        if household is not None and household not in members:
            record.note("tuple-household-unknown", "household", household)
            continue
        if rank is not None and rank < 1:
            record.note("tuple-rank", "rank", rank)
        child = children.get(record.get("child"))
        if child is None or child.get("household") != household:
            if record.get("child") is not None:
                record.note("tuple-stranger", "child", record.get("child"))
        else:
            _choice(record, child, offers)
        if household is not None and rank is not None and rank >= 1:
            groups[household][rank].append(record)
    for household, ranks in groups.items():
        _household(members[household], ranks)


def chosen(record: Record) -> str | None:
    """施設番号 of a row of 希望の組; ``None`` = does not enter."""
    nursery: str | None = record.get("nursery")
    return None if nursery == "入所しない" else nursery


def _choice(record: Record, child: Record, offers: Offers) -> None:
    nursery = chosen(record)
    if nursery is None or nursery == child.get("current"):
        return
    offers.check(record, "nursery", nursery, child, "wish-unknown-nursery", "wish-no-class")
    if nursery in offers.nurseries and nursery not in {wish for _, wish in child.wishes()}:
        record.note("tuple-not-wished", "nursery", nursery)


def _household(members: Sequence[Record], ranks: Mapping[int, Sequence[Record]]) -> None:
    missing = (
        [str(rank) for rank in range(1, max(ranks) + 1) if rank not in ranks] if max(ranks) < 10**5 else []
    )
    if missing:
        record = ranks[max(ranks)][0]
        record.note("tuple-rank-gap", "rank", max(ranks), missing="、".join(missing[:20]))
    seen: dict[frozenset[tuple[str, str | None]], int] = {}
    for rank in sorted(ranks):
        rows = ranks[rank]
        counts = Counter(record.get("child") for record in rows)
        twice = [record for n, record in enumerate(rows) if record.get("child") in _ids(rows[:n])]
        for record in twice:
            record.note("tuple-child-twice", "child", f"順位{rank}・{record.get('child')}")
        absent = [one.get("id") for one in members if one.get("id") not in counts]
        if absent:
            found = f"順位{rank}に {'、'.join(map(str, absent))} なし"
            rows[0].note("tuple-child-missing", "child", found)
        choices = frozenset((record.get("child"), chosen(record)) for record in rows)
        if seen.setdefault(choices, rank) != rank:
            rows[0].note("tuple-repeated", "rank", rank, first=seen[choices])
    most = prod(len(one.wishes()) + 1 for one in members)
    if len(ranks) > most:
        ranks[max(ranks)][0].note("tuple-too-many", "rank", f"{len(ranks)}組", limit=most)


def _ids(rows: Sequence[Record]) -> set[object]:
    return {record.get("child") for record in rows}
