"""Applications and their scores to a keyed ledger (台帳): what the allocation engine reads.

The file holds keys as printed (a 小さい順 key is not negated); keys that differ from wish to wish stand in
the sheet 園別優先.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from yakuba.core.spreadsheets import neutralised
from yakuba.nursery.domain.application import Applicant, Applications
from yakuba.nursery.domain.priority import Key, Keys, plain
from yakuba.nursery.domain.scores.result import Scores
from yakuba.nursery.ledger.rows import (
    ChildRow,
    ClassRow,
    KeyRule,
    LedgerRows,
    OverrideRow,
    TupleRow,
    class_id,
)
from yakuba.nursery.ledger.write import Value, tables

BY_HAND = "職員が決めた順"
_DECIMALS = Decimal(1).scaleb(-10)  # what a ledger holds; averages of half points differ by far more
Tied = dict[tuple[str, Keys], set[str]]


def ledger_rows(
    applications: Applications, scores: Scores, *, tie_order: Sequence[Sequence[str]] = ()
) -> LedgerRows:
    """The rows of the keyed ledger.

    ``tie_order``: groups of 受付番号 that staff put in order, best first; they become a last key. Raises
    ``ValueError`` when a score is missing, or when the groups contradict one another or leave out a child
    who is tied with one of theirs (such a tie would be broken silently).
    """
    keys = {child.id: _keys(child, scores) for child in applications.applicants}
    by_hand = _positions(applications, keys, tie_order) if tie_order else None
    rules = [KeyRule(name, up) for name, up in zip(scores.names, scores.ascending, strict=True)]
    if by_hand is not None:
        rules.append(KeyRule(BY_HAND, ascending=True))
    children: list[ChildRow] = []
    overrides: list[OverrideRow] = []
    for child in applications.applicants:
        last = () if by_hand is None else (by_hand.get(child.id, 0),)
        printed = {n: (*_printed(own, scores.ascending), *last) for n, own in keys[child.id].items()}
        usual = _most_common(printed, len(rules) - len(last), last)
        children.append(_child(child, usual))
        overrides += [OverrideRow(child.id, nursery, own) for nursery, own in printed.items() if own != usual]
    return LedgerRows(
        classes=tuple(
            ClassRow(one.nursery, neutralised(one.name), one.age, one.recruits, one.track)
            for one in applications.classes
        ),
        children=tuple(children),
        rules=tuple(rules),
        overrides=tuple(overrides),
        tuples=tuple(
            TupleRow(one.household, one.rank, child, nursery)
            for one in applications.tuples
            for child, nursery in one.choices.items()
        ),
    )


def keyed_ledger(
    applications: Applications, scores: Scores, *, tie_order: Sequence[Sequence[str]] = ()
) -> bytes:
    """The keyed ledger as a zip of CSVs (UTF-8 with BOM); same input, same bytes. As ``ledger_rows``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, grid in tables(ledger_rows(applications, scores, tie_order=tie_order)).items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows([[_text(value) for value in row] for row in grid])
            entry = zipfile.ZipInfo(f"{title}.csv", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.getvalue().encode("utf-8-sig"))
    return out.getvalue()


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, (str, date)):
        return str(value)
    return str(plain(value))


def _keys(child: Applicant, scores: Scores) -> dict[str, Keys]:
    """施設番号 → keys, bigger is better, for every wish."""
    score = scores.children.get(child.id)
    if score is None:
        raise ValueError(f"受付番号 {child.id} の採点結果がありません。採点し直してください")
    found = {wish.nursery: wish.keys for wish in score.wishes}
    missing = [nursery for nursery in child.wishes if nursery not in found]
    if missing:
        raise ValueError(f"受付番号 {child.id} の希望 {'、'.join(missing)} の採点結果がありません")
    return {nursery: found[nursery] for nursery in child.wishes}


def _printed(keys: Keys, ascending: Sequence[bool]) -> Keys:
    return tuple(_short(-key if up else key) for key, up in zip(keys, ascending, strict=True))


def _short(key: Key) -> Key:
    if isinstance(key, int):
        return key
    exponent = key.as_tuple().exponent
    return key.quantize(_DECIMALS) if isinstance(exponent, int) and exponent < -10 else key


def _most_common(printed: Mapping[str, Keys], count: int, last: Keys) -> Keys:
    """The keys of most wishes; zeros for a child without a wish, who competes for nothing."""
    if not printed:
        return (*(0 for _ in range(count)), *last)
    return Counter(printed.values()).most_common(1)[0][0]


def _child(child: Applicant, keys: Keys) -> ChildRow:
    return ChildRow(
        id=child.id,
        household=child.household,
        name=neutralised(child.name),
        age=child.age,
        wishes=child.wishes,
        keys=keys,
        kana=neutralised(child.kana),
        birth=child.birth,
        track=child.track,
        current=child.current,
        pattern=child.pattern,
    )


def _positions(
    applications: Applications, keys: Mapping[str, Mapping[str, Keys]], groups: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Child → place by hand, so that each group's order holds; 1 is best."""
    before: dict[str, set[str]] = {}
    for group in groups:
        for number, child in enumerate(group):
            before.setdefault(child, set()).update(group[:number])
    places: dict[str, int] = {}
    while len(places) < len(before):
        ready = [one for one in before if one not in places and before[one] <= places.keys()]
        if not ready:
            left = "、".join(sorted(before.keys() - places.keys()))
            raise ValueError(f"職員が決めた順が食い違っています（受付番号 {left}）")
        for child in ready:
            places[child] = 1 + max((places[one] for one in before[child]), default=0)
    _refuse_silent(applications, keys, groups)
    return places


def _refuse_silent(
    applications: Applications, keys: Mapping[str, Mapping[str, Keys]], groups: Sequence[Sequence[str]]
) -> None:
    """Every tie with a child of a group must be wholly inside one group."""
    household = {child.id: child.household for child in applications.applicants}
    tied: Tied = defaultdict(set)
    for child in applications.applicants:
        for nursery, own in keys[child.id].items():
            if nursery != child.current:
                tied[class_id(nursery, child.age, child.track), own].add(child.id)
    members = {child for group in groups for child in group}
    sets = [set(group) for group in groups]
    for (seat, _), children in tied.items():
        families = {household[child] for child in children}
        if len(families) > 1 and children & members and not any(children <= one for one in sets):
            listed = "、".join(sorted(children))
            raise ValueError(
                f"クラス {seat} の同点（受付番号 {listed}）に、順を決めていない児童がいます。"
                "全員の順を決めてください"
            )
