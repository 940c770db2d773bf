"""Texts of residents' pages: gettext, with readings above the characters (ふりがな) where given."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from yakuba.core.ui import readings, resident_dates
from yakuba.core.ui.counted import counted

register = template.Library()
register.filter("ruby", readings.ruby)
register.filter("plain", readings.plain)


@register.simple_tag
def say(msgid: str, **values: Any) -> SafeString:
    """A translated text with ruby: ``{% say "Choice %(wish)s" wish=3 %}``."""
    return readings.ruby(counted(gettext(msgid) % values)) if values else _ruby_of(gettext(msgid))


# Without values a text is one of the catalogue's: there are some hundreds of them.
_ruby_of = lru_cache(maxsize=4096)(readings.ruby)
_plain_of = lru_cache(maxsize=4096)(readings.plain)


@register.simple_tag
def said(msgid: str, **values: Any) -> str:
    """The same without readings, for titles, labels and options."""
    return readings.plain(counted(gettext(msgid) % values)) if values else _plain_of(gettext(msgid))


@register.filter
def on_day(day: date | None) -> SafeString:
    """A date as the reader's language writes it, with its weekday."""
    return readings.ruby(resident_dates.day(day))


@register.simple_tag
def days(first: date | None, last: date | None) -> SafeString:
    """From one day to another; each day stays on one line as long as it fits there."""
    if first is None or last is None:
        return readings.ruby(resident_dates.span(first, last))
    begin, end, _ = resident_dates.span(first, last).rpartition(resident_dates.day(last))
    return format_html(
        '<span class="whole">{}</span> <span class="whole">{}</span>',
        readings.ruby(begin.rstrip()),
        readings.ruby(end),
    )


@register.filter
def on_day_plain(day: date | None) -> str:
    """The same without readings."""
    return readings.plain(resident_dates.day(day))


@register.filter
def of_month(day: date | None) -> SafeString:
    """The month of a day, with its year."""
    return readings.ruby(resident_dates.month(day))


@register.filter
def of_month_plain(day: date | None) -> str:
    """The same without readings."""
    return readings.plain(resident_dates.month(day))
