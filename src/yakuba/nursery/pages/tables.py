"""The two tables of a result."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html

from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.nursery.models import ChildOutcome, ClassOutcome

AGE_CHOICES = tuple((str(age), f"{age}歳") for age in range(6))


def _fill_bar(row: ClassOutcome) -> str:
    share = 100 * row.admitted / row.capacity if row.capacity else 0
    css = "f-auto" if row.admitted >= row.capacity else "f-2"
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="f-none" width="100%" height="14" rx="2"/>'
        '<rect class="{}" width="{}%" height="14" rx="2"/></svg>',
        css,
        f"{share:.1f}",
    )


def _cutoff(row: ClassOutcome) -> str:
    if row.cutoff:
        return format_html("<b>{}</b>", row.cutoff)
    text = "空きあり" if row.free else "—"
    return format_html('<span class="muted">{}</span>', text)


def _note(row: ClassOutcome) -> str:
    if row.tied_at_cutoff > 1:
        return format_html('<span class="chip">同点 {}人</span>', row.tied_at_cutoff)
    return ""


def _class_link(row: ClassOutcome) -> str:
    url = reverse("nursery:children", args=[row.allocation_id])
    query = urlencode({"q": row.label})
    return format_html('<a href="{}?{}">{}</a>', url, query, row.nursery)


CLASSES = Table(
    label="クラス別の結果",
    columns=(
        Column("nursery", "園", heading=True, search=True, cell=_class_link),
        Column("age", "年齢", numeric=True, cell=lambda row: "—" if row.age is None else f"{row.age}歳"),
        Column("track", "枠", wrap=False),
        Column("capacity", "定員", numeric=True),
        Column("admitted", "内定", numeric=True),
        Column(
            "fill",
            "充足",
            sortable=False,
            cell=_fill_bar,
            value=lambda row: f"{row.admitted}/{row.capacity}",
            css="col-bar",
        ),
        Column("waiting", "保留", numeric=True),
        Column("cutoff", "入所最低指数", numeric=True, sortable=False, cell=_cutoff),
        Column("note", "注意", sortable=False, cell=_note, value=lambda row: row.tied_at_cutoff or ""),
    ),
    filters=(Filter("age", "年齢", AGE_CHOICES),),
    default_sort="nursery",
    empty_text="クラスがありません。",
)

OUTCOME_CHIPS = {"placed": "chip-ok", "moved": "chip-ok", "held": "", "waiting": "chip-wait"}


def _child_link(row: ChildOutcome) -> str:
    url = reverse("nursery:child", args=[row.allocation_id, row.child_id])
    return format_html('<a href="{}">{}</a>', url, row.child_id)


def _outcome(row: ChildOutcome) -> str:
    chip = format_html(
        '<span class="chip {}">{}</span>', OUTCOME_CHIPS[row.outcome], row.get_outcome_display()
    )
    if row.blocking:
        return format_html('{} <span class="chip chip-ask">不成立</span>', chip)
    return chip


CHILDREN = Table(
    label="児童別の結果",
    columns=(
        Column("child_id", "受付番号", heading=True, search=True, cell=_child_link),
        Column("name", "氏名", search=True),
        Column("kana", "フリガナ", search=True),
        Column("age", "年齢", numeric=True, cell=lambda row: "—" if row.age is None else f"{row.age}歳"),
        Column("first_key", "指数", numeric=True, sortable=False),
        Column("outcome", "結果", cell=_outcome, value=lambda row: row.get_outcome_display()),
        Column(
            "wish_number",
            "希望順位",
            numeric=True,
            cell=lambda row: f"第{row.wish_number}" if row.wish_number else "—",
        ),
        Column("class_name", "内定先", search=True),
        Column("family_id", "世帯番号", search=True),
    ),
    filters=(
        Filter("outcome", "結果", tuple(ChildOutcome.Outcome.choices)),
        Filter("age", "年齢", AGE_CHOICES),
    ),
    default_sort="child_id",
    empty_text="児童がいません。",
)
