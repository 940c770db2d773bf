"""Dates and sources on the childcare pages."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from yakuba.core.ui.readings import ruby
from yakuba.handbook.childcare import words

register = template.Library()


@register.filter
def local_day(found: date) -> str:
    """A date as the reader's language writes it, readings still in braces."""
    return words.day(found)


@register.filter
def iso_day(text: str) -> SafeString:
    """The same of an ISO text, ready to be shown."""
    return ruby(words.day(date.fromisoformat(text)))


@register.filter
def source_label(kind: str) -> SafeString:
    """What a kind of data is called."""
    return ruby(gettext(words.SOURCES[kind]))
