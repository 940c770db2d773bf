"""Dates, ages and names in the reader's language."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, gettext_noop

from yakuba.core.facilities.domain.records import Place
from yakuba.core.ui.counted import counted
from yakuba.core.ui.wareki import wareki

WEEKDAYS = "月火水木金土日"
WEEKDAY_READINGS = ("げつ", "か", "すい", "もく", "きん", "ど", "にち")
KINDS = {
    "childcare": gettext_noop("Childcare and play"),
    "clinic": gettext_noop("Doctors"),
    "baby": gettext_noop("Baby stations"),
    "public": gettext_noop("Public places"),
}
ONE_KIND = {
    "childcare": gettext_noop("Childcare facility"),
    "clinic": gettext_noop("Medical institution"),
    "baby": gettext_noop("Baby station"),
    "public": gettext_noop("Public facility"),
}
SERVICES = {
    "temporary_care": gettext_lazy("Short-term care"),
    "sick_care": gettext_lazy("Care for sick children"),
    "nursing_room": gettext_lazy("Nursing room"),
    "diaper": gettext_lazy("Place to change diapers"),
    "hot_water": gettext_lazy("Hot water for milk"),
    "stroller": gettext_lazy("Stroller to borrow"),
}
FIELDS: dict[str, Promise | str] = {  # as they stand over the fields of the search
    "born": gettext_lazy("Child's birth date or due date"),
    "on": gettext_lazy("Day of the visit"),
    "time": gettext_lazy("Time of the visit"),
    "from": gettext_lazy("Near which district"),
}
SOURCES = {
    **ONE_KIND,
    "support": gettext_noop("Support schemes"),
    "registry": gettext_noop("Support schemes"),
}


def language() -> str:
    """The reader's language."""
    return get_language() or "ja"


def day(found: date) -> str:
    """A date with its weekday."""
    if language() == "ja-x-easy":
        weekday = found.weekday()
        return (
            f"{found.year}{{年|ねん}}{found.month}{{月|がつ}}{found.day}{{日|にち}}"
            f"（{{{WEEKDAYS[weekday]}|{WEEKDAY_READINGS[weekday]}}}）"
        )
    return wareki(found) if language().startswith("ja") else date_format(found, "l j F Y")


def month(found: date) -> str:
    """A month."""
    if language() == "ja-x-easy":
        return f"{found.year}{{年|ねん}}{found.month}{{月|がつ}}"
    if language().startswith("ja"):
        return wareki(found, weekday=False).partition("月")[0] + "月"
    return date_format(found, "F Y")


def age(months: int) -> str:
    """「1歳3か月」."""
    if months < 0:
        return gettext("before birth")
    years, rest = divmod(months, 12)
    if not years:
        return counted(gettext("%(months)s months old") % {"months": rest})
    if not rest:
        return counted(gettext("%(years)s years old") % {"years": years})
    return counted(gettext("%(years)s years and %(months)s months old") % {"years": years, "months": rest})


def distance(kilometres: float) -> str:
    """Metres below one kilometre, in steps of ten."""
    if kilometres < 1:
        return gettext("%(count)s m away") % {"count": max(10, round(kilometres * 100) * 10)}
    return gettext("%(count)s km away") % {"count": f"{kilometres:.1f}"}


def name(place: Place) -> str:
    """The name; in English the published English one, where there is one."""
    return place.english if language() == "en" and place.english else place.name


def times(place: Place) -> str:
    """Opening as the source says it."""
    hours = f"{place.opens}〜{place.closes}" if place.opens and place.closes else ""
    return " ".join(part for part in (place.days, hours) if part)
