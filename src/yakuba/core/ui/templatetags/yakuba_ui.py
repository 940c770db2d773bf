"""Template tags of the look: icons, Japanese dates and figures, the border meter, bar charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yakuba.core.ui import charts, wording
from yakuba.core.ui.icons import ICONS
from yakuba.core.ui.wareki import wareki as format_wareki

register = template.Library()

NOTICE_ICONS = {"": "info", "ok": "ok", "warn": "warn", "bad": "bad"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of our icons; a word always stands beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        mark_safe(ICONS[name]),  # noqa: S308 - our own drawings
    )


@register.filter
def wareki(value: date | datetime | None) -> str:
    """令和8年11月22日（日）; 「—」 for nothing."""
    if value is None:
        return wording.NOTHING
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_wareki(day)


@register.filter
def number(value: float | int | Decimal | None, digits: int | None = None) -> str:
    """``{{ n|number }}`` 1,258; ``{{ x|number:1 }}`` 3.1; 「—」 for nothing."""
    if isinstance(value, str):
        return value
    return wording.thousands(value, digits)


@register.filter
def clock(value: datetime | time | None) -> str:
    """9:42 in the town hall's time; 「—」 for nothing."""
    if value is None:
        return wording.NOTHING
    local = timezone.localtime(value).time() if isinstance(value, datetime) else value
    return wording.clock(local)


@register.filter
def moment(value: datetime | None) -> str:
    """9:42 when it was today, 昨日 9:42, else 11月3日 9:42 (with the year when it is another one)."""
    if value is None:
        return wording.NOTHING
    local = timezone.localtime(value)
    today = timezone.localdate()
    short = wording.clock(local.time())
    days = (today - local.date()).days
    if days == 0:
        return short
    if days == 1:
        return f"昨日 {short}"
    if local.year == today.year:
        return f"{local.month}月{local.day}日 {short}"
    return f"{format_wareki(local.date(), weekday=False)} {short}"


@register.filter
def minutes(value: float | None) -> SafeString:
    """Minutes saved: 41分, 未測定, and a loss in red with its sign and a word for screen readers."""
    text, loss = wording.minutes(value)
    if loss:
        return format_html('<span class="loss"><span class="sr">損失 </span>{}</span>', text)
    return format_html("{}", text)


@register.inclusion_tag("components/meter.html")
def meter(auto: float, staff: float) -> dict[str, Any]:
    """The border between what the AI decided and what staff decide, from two counts."""
    return {"meter": charts.meter(auto, staff)}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    bars: Sequence[tuple[str, float]], unit: str = "", finding: str = "", table: bool = True
) -> dict[str, Any]:
    """Bars from ``(label, value)`` pairs with their data table; the last one is the subject.

    ``table=False`` where the page itself has the table right under the chart.
    """
    return {"chart": charts.bars(bars, unit=unit), "finding": finding, "with_table": table}


@register.inclusion_tag("components/notice.html")
def notice(title: str, text: str = "", kind: str = "", url: str = "", action: str = "") -> dict[str, str]:
    """A notice: ``kind`` is empty, ok, warn or bad; at most one next step."""
    return {
        "title": title,
        "text": text,
        "kind": kind,
        "url": url,
        "action": action,
        "icon_name": NOTICE_ICONS[kind],
    }


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "") -> dict[str, str]:
    """Nothing to show: why it is empty, when it changes, where to go."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/progress.html")
def progress(fraction: float | None, label: str, note: str = "") -> dict[str, Any]:
    """A progress bar from 0.0 to 1.0; ``None`` = how far is not known yet."""
    percent = None if fraction is None else max(0, min(100, round(fraction * 100)))
    return {"percent": percent, "label": label, "note": note}


@register.inclusion_tag("components/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A Django form field with label, help, and errors tied to it for screen readers."""
    return {"field": bound, "widget": _described(bound)}


def _described(bound: Any) -> str:
    names = []
    if bound.help_text:
        names.append(f"{field_id(bound)}-help")
    if bound.errors:
        names.append(f"{field_id(bound)}-error")
    attributes: dict[str, Any] = {}
    if names:
        attributes["aria-describedby"] = " ".join(names)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if bound.field.widget.__class__.__name__ not in {
        "CheckboxInput",
        "RadioSelect",
        "CheckboxSelectMultiple",
    }:
        css = bound.field.widget.attrs.get("class", "")
        attributes["class"] = css if "input" in css.split() else f"input {css}".strip()
    return str(bound.as_widget(attrs=attributes))


@register.filter
def field_id(bound: Any) -> str:
    """What the ids of a field's help and errors begin with; a group of choices has no label of its own."""
    return str(bound.id_for_label or bound.auto_id)


@register.filter
def field_anchor(bound: Any) -> str:
    """The id of the field, or of the first choice of a group: where a summary's link leads."""
    return str(bound.id_for_label or f"{bound.auto_id}_0")


@register.filter
def widget_kind(bound: Any) -> str:
    """How the field is laid out: ``choice``, ``group`` or ``line``."""
    name = bound.field.widget.__class__.__name__
    if name == "CheckboxInput":
        return "choice"
    return "group" if name in {"RadioSelect", "CheckboxSelectMultiple"} else "line"
