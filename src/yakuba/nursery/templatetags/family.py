"""Texts of the families' pages: gettext, with readings above the characters (ふりがな) where given."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

register = template.Library()

READING = re.compile(r"\{([^{}|<>]+)\|([^{}|<>]+)\}")
_RUBY = r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>"


@register.filter
def ruby(text: object) -> SafeString:
    """``{園|えん}`` as ruby; everything else is escaped."""
    return mark_safe(READING.sub(_RUBY, str(escape(str(text)))))  # noqa: S308 - escaped before


@register.filter
def plain(text: object) -> str:
    """The same without readings, for titles and labels."""
    return READING.sub(r"\1", str(text))


@register.simple_tag
def say(msgid: str, **values: Any) -> SafeString:
    """A translated text with ruby: ``{% say "Choice %(wish)s" wish=3 %}``."""
    return ruby(gettext(msgid) % values if values else gettext(msgid))
