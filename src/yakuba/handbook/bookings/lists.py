"""The list of times. A month has hundreds: lines are joined here, the template engine would take a second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from yakuba.core.ui import resident_dates
from yakuba.core.ui.readings import plain, ruby
from yakuba.handbook.bookings.views import DayView, SlotView, days_of, own_of
from yakuba.handbook.models import Child
from yakuba.handbook.services.bookings.boards import Board

DAY = '<section><h2>{}</h2><ul class="times">{}</ul></section>'
LINE = '<li><div><b class="num">{}–{}</b> {}{}</div>{}</li>'
CHIP = '<span class="chip {}"><span>{}</span></span>'
WHY_NOT = '<span class="muted small">{}</span>'
BUTTON = '<button class="button {}" name="{}" value="{}" aria-label="{}"><span>{}</span></button>'
WEIGHT = {"hold": "secondary", "wait": "quiet"}


def times_of(board: Board, child: Child, now: datetime, *, moving: bool) -> SafeString:
    """Every day with its times, and a button where the child can have one. Stands in a form.

    ``moving``: a booking is to go to another time, which never means to stand in line. What most families
    see of a board, since nothing in it is their own, is written once as long as the board is kept.
    """
    own = own_of(board, child, now)
    if not own.nothing:
        return _choices(days_of(board, own, now), moving=moving)
    key = get_language() or "ja", moving
    if key not in board.shown:
        board.shown[key] = _choices(days_of(board, own, now), moving=moving)
    return board.shown[key]


def _choices(days: Sequence[DayView], *, moving: bool) -> SafeString:
    words = {
        "hold": gettext("Move to this time") if moving else gettext("Choose"),
        "wait": "" if moving else gettext("Join the waiting list"),
    }
    chip = cache(lambda kind, text: CHIP.format(kind, ruby(text)))  # a few, each many times
    shown = {act: (plain(text), ruby(text)) for act, text in words.items()}

    def button(one: SlotView, day: str) -> str:
        if not words.get(one.act):
            return ""
        spoken, text = shown[one.act]
        label = f"{day} {one.starts} {spoken}"
        return BUTTON.format(WEIGHT[one.act], one.act, escape(one.reference), escape(label), text)

    def line(one: SlotView, day: str) -> str:
        why_not = WHY_NOT.format(ruby(one.why_not)) if one.why_not else ""
        return LINE.format(one.starts, one.ends, chip(one.chip, one.text), why_not, button(one, day))

    found = []
    for day in days:
        text = resident_dates.day(day.day)
        spoken = plain(text)
        found.append(DAY.format(ruby(text), "".join(line(one, spoken) for one in day.slots)))
    return mark_safe("".join(found))  # noqa: S308 - what comes from outside was escaped above, or by ruby
