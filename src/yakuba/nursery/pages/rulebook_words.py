"""A rule book in words: rows, conditions and examples as a clerk reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.core.ui.wareki import wareki
from yakuba.nursery.applications.field_types import WORDS
from yakuba.nursery.domain.scores.facts import band_words, when_words
from yakuba.nursery.domain.scores.rows import Adjustment, BasicRow
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.models import Rulebook as Kept
from yakuba.nursery.rulebooks.examples import run_examples
from yakuba.nursery.services.scoring import shown_points

WHO = {"each": "父母それぞれ", "father": "父", "mother": "母", "household": "世帯"}
SCOPES = {"household": "世帯", "parent": "父母", "child": "児童", "wish": "希望ごと"}
PARENTS = {
    "sum": "父母の合計",
    "lower": "父母の低いほう",
    "average": "父母の平均",
    "rank_worst": "父母の下のランク",
    None: "公表されていません",
}
REASONS = {
    "highest": "最も高い1つ",
    "main": "主な事由の1つ",
    "one": "1つだけ",
    "same_adds": "同じ事由は合わせて数える",
    None: "公表されていません",
}
DIRECTIONS = {
    "true_first": "当てはまる児童が先",
    "more_first": "大きいほうが先",
    "lower_first": "小さいほうが先",
    "higher_wish_first": "希望順位の高いほうが先",
    "earlier_first": "早いほうが先",
    "farther_first": "遠いほうが先",
    "category_order": "下の順",
    "staff_decides": "職員が決める",
}
CATEGORIES = {value: word for word, value in WORDS["reasons"]}
EVIDENCE = {
    "SEEN": "原本を確認",
    "SECOND": "原本を未確認（書き写しによる）",
    "RECALLED": "記憶による",
    "INVENTED": "架空",
}


def is_second(mark: str) -> bool:
    """Whether nobody has seen the municipality's own text."""
    return mark in ("SECOND", "RECALLED")


def facts(book: Rulebook, kept: Kept) -> list[tuple[str, str]]:
    """What stands on top of a version's page."""
    until = wareki(book.effective_until) if book.effective_until else "定めなし"
    if kept.effective_until:
        until = wareki(kept.effective_until)
    found = [
        ("市町村", book.municipality if book.invented else f"{book.prefecture}{book.municipality}"),
        ("年度・版", book.version),
        ("適用期間", f"{wareki(kept.effective_from)} から {until}"),
        ("父母の点数", PARENTS[book.combination.parents]),
        ("事由が重なるとき", REASONS[book.combination.reasons]),
        ("出典の確かさ", EVIDENCE.get(book.evidence, book.evidence)),
    ]
    if book.combination.formula:
        found.append(("計算の式", book.combination.formula))
    if book.leave_extension is not None:
        found.append(("育休延長の希望", leave_words(book)))
    return found


def leave_words(book: Rulebook) -> str:
    """What ticking 「育児休業の延長を許容できる」 does."""
    extension = book.leave_extension
    if extension is None:
        return ""
    if extension.effect == "total_fixed":
        return f"合計を {shown_points(extension.total)} とする"
    if extension.effect == "rank":
        return f"ランクを {extension.rank} とする"
    return f"調整の項目（{extension.code}）による"


def basic_rows(book: Rulebook) -> list[dict[str, Any]]:
    """The basic table (基準指数)."""
    return [
        {
            "code": row.code,
            "category": CATEGORIES.get(row.category, row.category),
            "label": row.label,
            "who": WHO[row.who],
            "when": condition(book, row).replace(row.label, "項目のとおり"),
            "points": row.rank or points_words(row),
            "evidence": evidence(book, row.evidence),
            "second": is_second(row.evidence or book.evidence),
            "source": row.source,
            "note": row.note,
        }
        for row in book.basic
    ]


def condition(book: Rulebook, row: BasicRow) -> str:
    """When a basic row holds, in words."""
    if row.judge:
        return "書類を見て職員が選ぶ"
    text = when_words(row.when, book.facts)
    return f"加算：{text}" if row.modifier and text else text


def points_words(row: BasicRow | Adjustment) -> str:
    """The points of a row, or who decides them."""
    if row.points is not None:
        return shown_points(row.points)
    if row.least is not None or row.most is not None:
        return f"職員が決める（{shown_points(row.least)}から{shown_points(row.most)}）"
    return row.rank or "職員が決める"


def adjustment_rows(book: Rulebook) -> list[dict[str, Any]]:
    """The adjustments (調整指数)."""
    return [
        {
            "code": row.code,
            "label": row.label,
            "scope": SCOPES[row.scope],
            "points": points_words(row),
            "limits": limits(book, row),
            "evidence": evidence(book, row.evidence),
            "second": is_second(row.evidence or book.evidence),
            "source": row.source,
            "note": row.unclear or row.note,
        }
        for row in book.adjustments
    ]


def limits(book: Rulebook, row: Adjustment) -> str:
    """What limits an adjustment further."""
    found = []
    if row.exclusive:
        rule = "最も高い1つだけ" if book.groups.get(row.exclusive) == "highest" else "どれか1つだけ"
        found.append(f"組「{row.exclusive}」の中で{rule}")
    if row.per == "times":
        found.append("1回につき")
    if row.per == "children":
        found.append("1人につき")
    if row.wish_rank:
        found.append(f"第{band_words('wish_rank', row.wish_rank)}希望")
    if row.ages:
        found.append(f"{band_words('age', row.ages)}歳")
    if row.months:
        found.append("・".join(f"{month}月" for month in row.months) + "の利用開始")
    return "、".join(found)


def step_rows(book: Rulebook) -> list[dict[str, Any]]:
    """The tie order (同点の場合の優先順位)."""
    return [
        {
            "number": number,
            "label": step.label,
            "direction": DIRECTIONS[step.direction],
            "categories": [one.label for one in step.categories],
            "outcome": step.outcome,
            "note": step.note,
        }
        for number, step in enumerate(book.tie_break, 1)
    ]


def cap_rows(book: Rulebook) -> list[str]:
    """Limits on points in words."""
    found = []
    for cap in book.caps:
        parts = []
        if cap.most is not None:
            parts.append(f"{shown_points(cap.most)} まで")
        if cap.least is not None:
            parts.append(f"{shown_points(cap.least)} より下げない")
        found.append(f"{cap.label}：{'、'.join(parts)}")
    return found


def evidence(book: Rulebook, own: str) -> str:
    """The evidence of a row: its own mark, else the book's."""
    return EVIDENCE.get(own or book.evidence, own or book.evidence)


def hazards(book: Rulebook) -> list[str]:
    """What an officer should know before using the book."""
    found = []
    if any(step.direction == "higher_wish_first" for step in book.tie_break):
        found.append(
            "同点のとき希望順位の高い児童を先にします。本当の希望と違う順に書くほうが得になる場合があります。"
        )
    outcome = [step.label for step in book.tie_break if step.outcome]
    if outcome:
        found.append(
            f"割当の結果によって決まる項目があります（{'、'.join(outcome)}）。"
            "採点のときに、結果と食い違わない点数を探します。"
        )
    if not book.tie_break:
        found.append("同点の場合の順位が公表されていません。同点は職員が順位を決めるか、抽選にします。")
    return found


def example_rows(book: Rulebook) -> list[dict[str, Any]]:
    """The worked examples with pass or fail."""
    return [
        {
            "id": one.id,
            "kind": "同点" if one.kind == "tie" else "点数",
            "origin": "印刷された例" if one.origin == "printed" else "表から作った例",
            "ok": one.ok,
            "expected": _values(one.expected),
            "found": one.problem or _values(one.found),
        }
        for one in run_examples(book)
    ]


NAMES = {
    "father": "父",
    "mother": "母",
    "total": "合計",
    "total_else": "第2希望の合計",
    "rank": "ランク",
    "tier": "優先区分",
    "first": "先",
    "decided_by": "決め手",
}


def _values(values: Mapping[str, Any]) -> str:
    return "、".join(
        f"{NAMES.get(key, key)} {'なし' if value is None else value}" for key, value in values.items()
    )
