"""``LedgerRows`` to ``Ledger``: families and their wishes, seats, keys turned to bigger-is-better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations, islice

from yakuba.core.sheets.faults import Findings
from yakuba.nursery.domain.market import Family, Labels
from yakuba.nursery.domain.priority import Key, Keys
from yakuba.nursery.domain.siblings import placements
from yakuba.nursery.ledger.check import Checker
from yakuba.nursery.ledger.ledger import ChildFacts, Ledger
from yakuba.nursery.ledger.rows import GENERAL, ChildRow, KeyRule, LedgerRows, class_id

MOST_TUPLES = 10_000


def build(
    rows: LedgerRows, name: str, sha256: str, findings: Findings, *, most_tuples: int = MOST_TUPLES
) -> Ledger:
    """Check the rows and put the ledger together. Raises ``BadInput`` with every fault found."""
    Checker(rows, findings).run()
    findings.raise_if_any()
    households: dict[str, list[ChildRow]] = defaultdict(list)
    for child in rows.children:
        households[child.household].append(child)
    explicit = _explicit(rows)
    families = tuple(
        _family(household, sorted(members, key=_eldest_first), explicit.get(household), findings, most_tuples)
        for household, members in sorted(households.items())
    )
    keys = {child.id: _turn(child.keys, rows.rules) for child in rows.children}
    class_keys = _class_keys(rows, keys)
    _warn_apart(families, {child.id: child for child in rows.children}, keys, class_keys, findings)
    return Ledger(
        name=name,
        sha256=sha256,
        warnings=findings.warnings,
        labels=_labels(rows),
        children=tuple(_facts(child) for child in sorted(rows.children, key=lambda child: child.id)),
        capacity=_capacity(rows),
        families=families,
        key_names=tuple(rule.name for rule in rows.rules),
        key_ascending=tuple(rule.ascending for rule in rows.rules),
        keys=keys,
        class_keys=class_keys,
    )


def _eldest_first(child: ChildRow) -> tuple[int, date, int, str]:
    """Siblings stand eldest first; ids decide between twins, as numbers where they are numbers."""
    number = int(child.id) if child.id.isascii() and child.id.isdigit() else 0
    return -child.age, child.birth or date.min, number, child.id


def _current(child: ChildRow) -> str | None:
    return None if child.current is None else class_id(child.current, child.age, child.track)


def _facts(child: ChildRow) -> ChildFacts:
    return ChildFacts(
        id=child.id,
        family=child.household,
        name=child.name,
        kana=child.kana,
        birth=child.birth,
        age=child.age,
        track=child.track,
        current=_current(child),
    )


def _capacity(rows: LedgerRows) -> dict[str, int]:
    seats = {row.class_id: row.recruits for row in rows.classes}
    for child in rows.children:
        held = _current(child)
        if held is not None:
            seats[held] += 1
    return dict(sorted(seats.items()))


def _labels(rows: LedgerRows) -> Labels:
    classes = {
        row.class_id: f"{row.name or row.nursery} {row.age}歳"
        + ("" if row.track == GENERAL else f"（{row.track}）")
        for row in rows.classes
    }
    return Labels(classes, {child.id: child.name for child in rows.children if child.name})


def _family(
    household: str,
    members: Sequence[ChildRow],
    explicit: Sequence[Mapping[str, str | None]] | None,
    findings: Findings,
    most_tuples: int,
) -> Family:
    current = tuple(_current(child) for child in members)
    if explicit is not None:
        found: Iterable[tuple[str | None, ...]] = (
            tuple(wish[child.id] or child.current for child in members) for wish in explicit
        )
    elif len(members) == 1:
        found = ((nursery,) for nursery in members[0].wishes)
    else:
        lists = [tuple(dict.fromkeys(child.wishes)) for child in members]
        found = placements(
            lists, [child.current for child in members], members[0].pattern or _pattern(members)
        )
    seats = [_SeatNames(child) for child in members]
    wishes = dict.fromkeys(
        tuple(names[nursery] for names, nursery in zip(seats, placement, strict=True))
        for placement in islice(found, most_tuples + 1)
    )
    kept = list(wishes)
    if current in wishes:
        cut = kept.index(current)
        if kept[cut + 1 :]:
            findings.warn(f"世帯 {household}：いまの在籍より下の希望 {len(kept) - cut - 1}件は使いません")
        kept = kept[:cut]
    if len(kept) > most_tuples:
        findings.warn(
            f"世帯 {household}：希望の組が{most_tuples:,}件を超えるため、"
            f"上位{most_tuples:,}件で打ち切りました"
        )
        kept = kept[:most_tuples]
    if not kept:
        findings.warn(
            f"世帯 {household}：入所を選べる希望がありません（受付番号 {'、'.join(c.id for c in members)}）"
        )
    return Family(household, tuple(child.id for child in members), current, tuple(kept))


def _pattern(members: Sequence[ChildRow]) -> int:
    return next(child.pattern for child in members if child.pattern is not None)


class _SeatNames(dict[str | None, str | None]):
    """nursery → the child's class there, made once each; ``None`` stays ``None``."""

    def __init__(self, child: ChildRow) -> None:
        super().__init__({None: None})
        self._child = child

    def __missing__(self, nursery: str | None) -> str | None:
        self[nursery] = class_id(str(nursery), self._child.age, self._child.track)
        return self[nursery]


def _explicit(rows: LedgerRows) -> dict[str, list[dict[str, str | None]]]:
    """household → its explicit wishes in order, each child → nursery or None (stays as now)."""
    ranked: dict[str, dict[int, dict[str, str | None]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows.tuples:
        ranked[row.household][row.rank][row.child] = row.nursery
    return {household: [wishes[rank] for rank in sorted(wishes)] for household, wishes in ranked.items()}


def _turn(keys: Sequence[Key | None], rules: Sequence[KeyRule]) -> Keys:
    return tuple(-(key or 0) if rule.ascending else (key or 0) for key, rule in zip(keys, rules, strict=True))


def _class_keys(rows: LedgerRows, keys: Mapping[str, Keys]) -> dict[tuple[str, str], Keys]:
    children = {child.id: child for child in rows.children}
    found = {}
    for row in rows.overrides:
        child = children[row.child]
        own = _turn(row.keys, rows.rules)
        if own != keys[row.child]:
            found[row.child, class_id(row.nursery, child.age, child.track)] = own
    return found


def _warn_apart(
    families: Sequence[Family],
    children: Mapping[str, ChildRow],
    keys: Mapping[str, Keys],
    class_keys: Mapping[tuple[str, str], Keys],
    findings: Findings,
) -> None:
    """Same-age siblings ranked apart cause most of the markets that have no stable allocation."""
    for family in families:
        for one, other in combinations(family.children, 2):
            first, second = children[one], children[other]
            if (first.age, first.track) != (second.age, second.track):
                continue
            shared = {
                class_id(nursery, first.age, first.track) for nursery in {*first.wishes} & {*second.wishes}
            }
            if any(
                class_keys.get((one, c), keys[one]) != class_keys.get((other, c), keys[other]) for c in shared
            ):
                findings.warn(
                    f"世帯 {family.id}：同じ年齢のきょうだい（受付番号 {one}、{other}）の優先順位が違います。"
                    "安定した割り当てがなくなる主な原因です。世帯の点数をそろえられないか確認してください"
                )
