"""Subject and text of a notice in a language. Whatever the channel, they are made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, override

from yakuba.core.notify.domain.texts import clean_values
from yakuba.core.notify.registry import Kind
from yakuba.core.ui.wareki import WEEKDAYS, wareki

READINGS = ("げつ", "か", "すい", "もく", "きん", "ど", "にち")


@dataclass(frozen=True, slots=True)
class Text:
    """A notice in words; ``{園|えん}`` stands for a reading where the language has them."""

    subject: str
    paragraphs: tuple[str, ...]


def text_of(
    kind: Kind, params: Mapping[str, Any], at: datetime, language: str, *, all_day: bool = False
) -> Text:
    """The notice. A kind's text may use its parameters and ``when``, the date in words."""
    with override(language):
        values = {**clean_values(params), "when": when(at, all_day=all_day)}
        return Text(subject_of(kind), tuple(str(one) for one in kind.body(values)))


def subject_of(kind: Kind) -> str:
    """The subject in the active language: out of the catalogue, with nothing put into it."""
    return gettext(kind.subject.value)


def when(at: datetime, *, all_day: bool = False) -> str:
    """A date as the active language writes it, with the time of day unless it is a whole day."""
    local = timezone.localtime(at)
    language = get_language() or settings.LANGUAGE_CODE
    clock = f"{local.hour}:{local.minute:02}"
    if language == "ja-x-easy":
        weekday = local.weekday()
        day = (
            f"{local.year}{{年|ねん}}{local.month}{{月|がつ}}{local.day}{{日|にち}}"
            f"（{{{WEEKDAYS[weekday]}|{READINGS[weekday]}}}）"
        )
        return day if all_day else f"{day} {clock}"
    if language.startswith("ja"):
        return wareki(local.date()) if all_day else f"{wareki(local.date())} {clock}"
    return date_format(local, "l j F Y") if all_day else f"{date_format(local, 'l j F Y')}, {clock}"
