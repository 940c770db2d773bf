"""Template tags of the look: icons and Japanese dates."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yakuba.core.ui.icons import ICONS
from yakuba.core.ui.wareki import wareki as format_wareki

register = template.Library()


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
        return "—"
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_wareki(day)
