"""The tables of a rule book: basic rows, adjustments and the steps of the tie order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

from yakuba.nursery.domain.scores.derive import PER_WISH
from yakuba.nursery.domain.scores.facts import when_words
from yakuba.nursery.domain.scores.keys import COMPUTED
from yakuba.nursery.domain.scores.rows import (
    DERIVATIONS,
    Adjustment,
    Band,
    BasicRow,
    Bound,
    Category,
    Direction,
    Scope,
    Step,
)
from yakuba.nursery.rulebooks.fields import Faults, Fields

OPS = ("ge", "gt", "le", "lt", "eq")
WHO = ("each", "father", "mother", "household")
KINDS = ("entry", "transfer", "continue")


def band(faults: Faults, raw: Any, path: str) -> Band:
    """``{ge: 140, lt: 160}`` → bounds; a band that no value can meet is a fault."""
    fields = Fields(faults, raw, path)
    bounds = []
    for op in OPS:
        fields.known.add(op)
        value = fields.value.get(op)
        if value is None:
            continue
        if op != "eq" and not isinstance(value, Decimal):
            fields.fault(op, value, "数が必要です")
            continue
        if not isinstance(value, Decimal | bool | str):
            fields.fault(op, value, "数・文字・true・false が必要です")
            continue
        bounds.append(Bound(op, value))  # type: ignore[arg-type]  # op is one of OPS
    fields.done()
    if not bounds and not faults.found:
        faults.add(path, "条件なし", f"{'、'.join(OPS)} のどれかが必要です")
    elif _empty(bounds):
        faults.add(path, _shown(bounds), "満たす値のある範囲が必要です（この行には誰も当てはまりません）")
    return tuple(bounds)


def _shown(bounds: list[Bound]) -> str:
    return "・".join(f"{bound.op} {bound.value}" for bound in bounds)


def _empty(bounds: list[Bound]) -> bool:
    return not _meet(bounds)


def _meet(bounds: list[Bound]) -> bool:
    """Whether some value meets all bounds."""
    equal = [bound.value for bound in bounds if bound.op == "eq"]
    ranges = [bound for bound in bounds if bound.op != "eq"]
    if equal:
        return len(set(equal)) == 1 and all(bound.holds(equal[0]) for bound in ranges)
    lows = [(Decimal(bound.value), bound.op == "gt") for bound in ranges if bound.op in ("ge", "gt")]
    highs = [(Decimal(bound.value), bound.op == "lt") for bound in ranges if bound.op in ("le", "lt")]
    if not lows or not highs:
        return True
    low, high = max(lows), min(highs, key=lambda pair: (pair[0], not pair[1]))
    return low[0] < high[0] or (low[0] == high[0] and not low[1] and not high[1])


def overlap(one: BasicRow, other: BasicRow) -> bool:
    """Whether two rows with bands over the same facts can hold for the same guardian."""
    if one.when.keys() != other.when.keys() or not one.when:
        return False
    if one.modifier or other.modifier or one.category != other.category:
        return False
    if one.who != other.who and "each" not in (one.who, other.who):
        return False
    return all(_meet([*one.when[key], *other.when[key]]) for key in one.when)


def basic_row(
    fields: Fields, default_evidence: str, ranks: tuple[str, ...], labels: dict[str, str]
) -> BasicRow:
    """One row of the basic table."""
    when_fields = fields.inner("when")
    when: dict[str, Band] = {}
    if when_fields is not None:
        for key, raw in when_fields.value.items():
            when[key] = band(fields.faults, raw, when_fields.at(key))
        if not when:
            fields.fault("when", "空", "条件が必要です")
    judge = fields.yes_no("judge")
    if judge == (when_fields is not None):
        found = "when と judge" if judge else None
        fields.fault("when", found, "when か judge: true のどちらか1つが必要です")
    points, rank = _worth(fields, ranks)
    low, high = _range(fields)
    row = BasicRow(
        code=fields.code("code"),
        category=fields.code("category"),
        label=fields.text("label") or when_words(when, labels),
        who=fields.one_of("who", WHO, "each"),  # type: ignore[arg-type]  # one of WHO
        points=points,
        rank=rank or None,
        when=when,
        judge=judge,
        modifier=fields.yes_no("modifier"),
        modifies=fields.texts("modifies"),
        least=low,
        most=high,
        source=fields.text("source"),
        evidence=fields.text("evidence") or default_evidence,
        note=fields.text("note"),
    )
    if not row.label:
        fields.fault("label", None, "文字が必要です")
    if row.modifies and not row.modifier:
        fields.fault("modifies", "modifies", "modifier: true の行だけに書けます")
    fields.done()
    return row


def _worth(fields: Fields, ranks: tuple[str, ...]) -> tuple[Decimal | None, str]:
    """Points or a rank; a row has exactly one of them, or leaves the number to staff."""
    points, rank, discretionary = fields.number("points"), fields.text("rank"), fields.yes_no("discretionary")
    if rank and rank not in ranks:
        fields.fault("rank", rank, f"ランクは {'、'.join(ranks) or 'この基準表にありません'}")
    given = [fields.value.get("points") is not None, bool(rank), discretionary].count(True)
    if given != 1:
        found = "複数" if given else None
        fields.fault("points", found, "points、rank、discretionary: true のどれか1つが必要です")
    return points, rank


def _range(fields: Fields) -> tuple[Decimal | None, Decimal | None]:
    inner = fields.inner("range")
    if inner is None:
        return None, None
    low, high = inner.number("least"), inner.number("most")
    inner.done()
    if low is None and high is None:
        fields.fault("range", "空", "least か most が必要です")
    if low is not None and high is not None and low > high:
        fields.fault("range", f"{low}〜{high}", "least は most 以下です")
    return low, high


def adjustment(fields: Fields, default_evidence: str, ranks: tuple[str, ...]) -> Adjustment:
    """One row of the adjustments."""
    points, rank = _worth(fields, ranks)
    low, high = _range(fields)
    row = Adjustment(
        code=fields.code("code"),
        label=fields.text("label", need=True),
        scope=fields.one_of("scope", get_args(Scope), "household", need=True),  # type: ignore[arg-type]  # Scope
        points=points,
        rank=rank or None,
        exclusive=fields.text("exclusive") or None,
        per=fields.one_of("per", ("times", "children"), None),  # type: ignore[arg-type]  # as named
        derive=fields.one_of("derive", DERIVATIONS, None),
        count=_band(fields, "count"),
        wish_rank=_band(fields, "wish_rank"),
        ages=_band(fields, "ages"),
        kinds=fields.texts("kinds", KINDS),
        months=fields.numbers("months"),
        cap_parent=fields.number("cap_parent"),
        least=low,
        most=high,
        unclear=fields.text("unclear"),
        source=fields.text("source"),
        evidence=fields.text("evidence") or default_evidence,
        note=fields.text("note"),
    )
    if row.rank and (row.scope == "wish" or row.derive in PER_WISH):
        fields.fault("rank", row.rank, "希望ごとの行にランクは書けません")
    if row.wish_rank and row.scope != "wish":
        fields.fault("wish_rank", "wish_rank", "scope: wish の行だけに書けます")
    if row.wish_rank and not any(all(b.holds(Decimal(n)) for b in row.wish_rank) for n in range(1, 100)):
        fields.fault("wish_rank", "範囲", "1以上の希望順位が必要です（この行には誰も当てはまりません）")
    if row.count and row.derive != "applying_together":
        fields.fault("count", "count", "derive: applying_together の行だけに書けます")
    if any(not 1 <= month <= 12 for month in row.months):
        fields.fault("months", row.months, "1〜12が必要です")
    fields.done()
    return row


def _band(fields: Fields, key: str) -> Band:
    fields.known.add(key)
    raw = fields.value.get(key)
    return () if raw is None else band(fields.faults, raw, fields.at(key))


def step(fields: Fields, default_evidence: str, codes: set[str]) -> Step:
    """One step of the tie order. ``codes``: of the adjustments and basic rows, for ``codes``."""
    categories = tuple(_category(inner) for inner in fields.rows("categories"))
    direction = fields.one_of("direction", get_args(Direction), "staff_decides", need=True)
    row = Step(
        key=fields.code("key"),
        direction=direction,  # type: ignore[arg-type]  # one of Direction
        label=fields.text("label", need=True),
        categories=categories,
        rest=fields.yes_no("rest"),
        per_parent=fields.one_of("per_parent", ("best", "worst", "sum"), None),  # type: ignore[arg-type]  # as named
        fact=fields.text("fact"),
        at_most=fields.number("at_most"),
        each_at_most=fields.number("each_at_most"),
        codes=fields.texts("codes"),
        unless_codes=fields.texts("unless_codes"),
        derive=fields.one_of("derive", DERIVATIONS, None),
        tax_year=fields.yes_no("tax_year"),
        outcome=fields.yes_no("outcome"),
        note=fields.text("note"),
        evidence=fields.text("evidence") or default_evidence,
    )
    if (direction == "category_order" and not categories) or (
        categories and direction not in ("category_order", "farther_first")
    ):
        fields.fault("categories", f"{len(categories)}件", "category_order に並びが必要です")
    if len({category.id for category in categories}) != len(categories):
        fields.fault("categories", "同じ id", "id は1つずつです")
    for code in (*row.codes, *row.unless_codes):
        if code not in codes:
            fields.fault("codes", code, "この基準表の行の記号が必要です")
    if (row.derive or row.outcome or row.codes or row.unless_codes) and direction != "true_first":
        fields.fault("direction", direction, "true_first が必要です（はい・いいえの値です）")
    if direction == "higher_wish_first" and row.key != "wish_rank":
        fields.fault("key", row.key, f"wish_rank が必要です（計算する値：{'、'.join(COMPUTED)}）")
    fields.done()
    return row


def _category(fields: Fields) -> Category:
    found = Category(id=fields.code("id"), label=fields.text("label", need=True), of=fields.texts("of"))
    fields.done()
    return found
