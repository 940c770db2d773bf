"""How the border's pages write rates and what happened."""

from __future__ import annotations

from typing import Any

from django import template

from yakuba.core.border.models import Happening
from yakuba.core.border.overview import percent as written
from yakuba.core.ui.wording import thousands

register = template.Library()


@register.filter
def percent(value: float | None, digits: int = 2) -> str:
    """0.50%; 「—」 for nothing."""
    return written(value, digits)


@register.filter
def field_name(kind: str) -> str:
    """「給与支払報告書「支払金額」」 for «給与支払報告書/支払金額»."""
    form, _, field = kind.partition("/")
    return f"{form}「{field}」" if field else form


@register.filter
def detail_words(happening: Happening) -> str:
    """The counts of one line of a task's history, in words."""
    detail: dict[str, Any] = happening.detail
    words = []
    if "accepted" in detail:
        words.append(f"{thousands(detail['accepted'])}件で誤り{thousands(detail['errors'])}件")
    if "threshold" in detail:
        words.append(f"しきい値 {detail['threshold']:g}")
    if "missing" in detail:
        words.append(f"あと{thousands(detail['missing'])}件")
    if "exposure" in detail:
        words.append(f"影響 {thousands(detail['exposure'])}件、見直し {thousands(detail['recheck'])}件")
    if detail.get("simulated"):
        words.append("模擬のデータ")
    return "、".join(words)
