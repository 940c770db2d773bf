"""Readings above the characters (ふりがな) in texts for residents: ``{園|えん}``."""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

READING = re.compile(r"\{([^{}|<>]+)\|([^{}|<>]+)\}")
_RUBY = r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>"


def ruby(text: object) -> SafeString:
    """``{園|えん}`` as ruby; everything else is escaped."""
    return mark_safe(READING.sub(_RUBY, str(escape(str(text)))))  # noqa: S308 - escaped before


def plain(text: object) -> str:
    """The same without readings, for titles and labels."""
    return READING.sub(r"\1", str(text))
