"""The smaller parts of a rule book: sources, words, how parents are combined, caps, tiers, examples."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import get_args

from yakuba.nursery.domain.scores.rows import Adjustment, BasicRow, Step
from yakuba.nursery.domain.scores.rulebook import (
    Cap,
    Combination,
    Example,
    GroupRule,
    Hours,
    LeaveExtension,
    Parents,
    Reasons,
    Rulebook,
    Source,
    Terms,
    TieExample,
    Tier,
)
from yakuba.nursery.rulebooks.fields import Fields
from yakuba.nursery.rulebooks.rows import KINDS

ORIGINS = ("printed", "constructed")
NOT_PRINTED = "not_printed"


def source(fields: Fields) -> Source:
    names = ("title", "url", "year", "pages", "how", "sha256", "read_on")
    found = Source(id=fields.code("id"), **{name: fields.text(name) for name in names})
    fields.done()
    return found


def terms(fields: Fields | None) -> Terms:
    if fields is None:
        return Terms()
    own = Terms()
    found = Terms(
        basic=fields.text("basic", own.basic),
        adjustment=fields.text("adjustment", own.adjustment),
        total=fields.text("total", own.total),
        tie=fields.text("tie", own.tie),
    )
    fields.done()
    return found


def combination(fields: Fields | None, basic: Sequence[BasicRow]) -> Combination:
    if fields is None:
        return Combination()
    way = fields.one_of("parents", (*get_args(Parents), NOT_PRINTED), "sum", need=True)
    reasons = fields.one_of("reasons", (*get_args(Reasons), NOT_PRINTED), "highest", need=True)
    found = Combination(
        parents=None if way == NOT_PRINTED else way,  # type: ignore[arg-type]  # one of Parents
        reasons=None if reasons == NOT_PRINTED else reasons,  # type: ignore[arg-type]  # one of Reasons
        parent_cap=fields.number("parent_cap"),
        absent_row=fields.text("absent_row") or None,
        siblings=fields.one_of("siblings", ("average",), None),  # type: ignore[arg-type]  # as named
        formula=fields.text("formula"),
        note=fields.text("note"),
    )
    if found.absent_row and found.absent_row not in {row.code for row in basic}:
        fields.fault("absent_row", found.absent_row, "basic の行の記号が必要です")
    fields.done()
    return found


def hours(fields: Fields | None) -> Hours:
    if fields is None:
        return Hours()
    words = ("included", "excluded", "up_to_60", "unknown")
    found = Hours(
        breaks=fields.one_of("breaks", words, "unknown"),  # type: ignore[arg-type]  # as named
        weeks_a_month=fields.number("weeks_a_month"),
        note=fields.text("note"),
    )
    fields.done()
    return found


def groups(fields: Fields | None, adjustments: Sequence[Adjustment]) -> dict[str, GroupRule]:
    """``{lone: alternative}``; every group of a row is declared, and every declared group is used."""
    used = {row.exclusive for row in adjustments if row.exclusive}
    if fields is None:
        return {}
    found: dict[str, GroupRule] = {}
    for name in fields.value:
        rule = fields.one_of(name, get_args(GroupRule), "alternative")
        found[name] = rule  # type: ignore[assignment]  # one of GroupRule
        if name not in used:
            fields.fault(name, name, "adjustments の exclusive にある区分が必要です")
    return found


def cap(fields: Fields, codes: set[str]) -> Cap:
    found = Cap(
        over=fields.texts("over"),
        label=fields.text("label", need=True),
        most=fields.number("most"),
        least=fields.number("least"),
    )
    special = found.over in (("adjustments",), ("total",))
    if not special and (not found.over or any(code not in codes for code in found.over)):
        fields.fault("over", "、".join(found.over), "[adjustments]、[total]、または行の記号の並びが必要です")
    if found.most is None and found.least is None:
        fields.fault("most", None, "most か least が必要です")
    fields.done()
    return found


def tier(fields: Fields) -> Tier:
    number = fields.whole("tier", need=True)
    found = Tier(
        number=number or 0,
        label=fields.text("label", need=True),
        default=fields.yes_no("default"),
        kinds=fields.texts("kinds", KINDS),
    )
    if number is not None and number < 1:
        fields.fault("tier", number, "1以上の整数が必要です")
    fields.done()
    return found


def leave_extension(
    fields: Fields | None, adjustments: Sequence[Adjustment], ranks: tuple[str, ...]
) -> LeaveExtension | None:
    if fields is None:
        return None
    effect = fields.one_of("effect", ("points", "rank", "total_fixed"), "points", need=True)
    found = LeaveExtension(
        effect=effect,  # type: ignore[arg-type]  # as named
        code=fields.text("code") or None,
        rank=fields.text("rank") or None,
        total=fields.number("total"),
    )
    needs = {
        "points": any(row.code == found.code and row.derive == "leave_extension_ok" for row in adjustments),
        "rank": found.rank in ranks,
        "total_fixed": found.total is not None,
    }
    if not needs[str(effect)]:
        expected = {
            "points": "code に derive: leave_extension_ok の行が必要です",
            "rank": "rank に ranks のどれかが必要です",
            "total_fixed": "total に点数が必要です",
        }
        fields.fault("effect", effect, expected[str(effect)])
    fields.done()
    return found


def example(fields: Fields) -> Example:
    """A worked example; the meaning of its parts is checked when it is worked out."""
    given = {
        key: fields.value[key]
        for key in ("father", "mother", "household", "child", "marks", "decided", "on")
        if key in fields.value
    }
    fields.known.update(("father", "mother", "household", "child", "marks", "decided", "on"))
    found = Example(
        id=fields.code("id"),
        origin=fields.one_of("origin", ORIGINS, "constructed", need=True),  # type: ignore[arg-type]  # ORIGINS
        given=given,
        expect=fields.raw("expect"),
        note=fields.text("note"),
    )
    if not found.expect:
        fields.fault("expect", None, "期待する値が必要です")
    fields.done()
    return found


def tie_example(fields: Fields, steps: Sequence[Step]) -> TieExample:
    known = {step.key for step in steps} | {"total", "rank", "siblings"}
    found = TieExample(
        id=fields.code("id"),
        origin=fields.one_of("origin", ORIGINS, "constructed", need=True),  # type: ignore[arg-type]  # ORIGINS
        a=fields.raw("a"),
        b=fields.raw("b"),
        first=fields.one_of("first", ("a", "b", "tie"), "tie", need=True),  # type: ignore[arg-type]  # as named
        decided_by=fields.text("decided_by"),
        note=fields.text("note"),
    )
    for side, values in (("a", found.a), ("b", found.b)):
        for key in values:
            if key not in known:
                fields.fault(f"{side}.{key}", key, f"tie_break の key が必要です：{'、'.join(sorted(known))}")
    fields.done()
    return found


def check_whole(fields: Fields, book: Rulebook) -> None:
    """Rules between the parts."""
    for i, row in enumerate(book.adjustments):
        if row.exclusive and row.exclusive not in book.groups:
            fields.fault(f"adjustments[{i}].exclusive", row.exclusive, "groups に区分の決まりが必要です")
        if row.derive == "leave_extension_ok" and (
            book.leave_extension is None or book.leave_extension.code != row.code
        ):
            fields.fault(f"adjustments[{i}].derive", row.code, "leave_extension.code にこの行が必要です")
    if (book.combination.parents == "rank_worst") != bool(book.ranks):
        fields.fault("ranks", "、".join(book.ranks) or None, "parents: rank_worst と ranks は一緒に使います")
    categories = {row.category for row in book.basic}
    for i, row_ in enumerate(book.basic):
        for category in row_.modifies:
            if category not in categories:
                fields.fault(f"basic[{i}].modifies", category, "basic の category が必要です")
    if book.tiers and sum(tier.default for tier in book.tiers) > 1:
        fields.fault("tiers", "default が2つ以上", "default は1つまでです")
    if book.effective_from and book.effective_until and book.effective_from > book.effective_until:
        fields.fault("effective_until", book.effective_until, "effective_from 以後の日付が必要です")
    if book.status == "complete" and not (book.basic and book.adjustments and book.examples and book.sources):
        fields.fault("status", "complete", "basic、adjustments、examples、sources のそろった基準表が必要です")
    _points_stay_sane(fields, book)


def _points_stay_sane(fields: Fields, book: Rulebook) -> None:
    limit = Decimal(10_000)
    points = {f"basic[{i}]": row.points for i, row in enumerate(book.basic)}
    points |= {f"adjustments[{i}]": row.points for i, row in enumerate(book.adjustments)}
    for place, value in points.items():
        if value is not None and abs(value) > limit:
            fields.fault(f"{place}.points", value, f"±{limit}までの点数が必要です")
