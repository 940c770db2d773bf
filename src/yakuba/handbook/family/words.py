"""Sentences of the pages: states, reasons, ages, faults; made from codes and dates, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from yakuba.core.ui import resident_dates
from yakuba.core.ui.counted import counted
from yakuba.handbook.domain.ages import Age, exact_age
from yakuba.handbook.domain.engine.state import NOT_IN_USE
from yakuba.handbook.domain.observed import Moved
from yakuba.handbook.domain.outlook import DoseLine, NextDose
from yakuba.handbook.services.families.errors import BadField
from yakuba.handbook.services.families.outlooks import View
from yakuba.handbook.services.families.rules import InUse

STATES: dict[str, Promise | str] = {
    "not_yet": gettext_lazy("Later"),
    "due": gettext_lazy("Can be given now"),
    "overdue": gettext_lazy("The recommended time is past"),
    "complete": gettext_lazy("Complete"),
    "aged_out": gettext_lazy("The free period is over"),
    "contraindicated": gettext_lazy("Please ask the doctor"),
}
CHIPS = {
    "not_yet": "",
    "due": "chip-wait",
    "overdue": "chip-warn",
    "complete": "chip-ok",
    "aged_out": "",
    "contraindicated": "",
}
FAULTS: dict[str, Promise | str] = {
    "choose": gettext_lazy("Please choose one from the list."),
    "date_needed": gettext_lazy("Please enter a date."),
    "in_future": gettext_lazy("This day is still to come. Please enter today or an earlier day."),
    "before_birth": gettext_lazy("This day is before the birth. Please check the date."),
    "too_long_ago": gettext_lazy("This day is too long ago for this handbook. Please check the year."),
    "due_too_far": gettext_lazy("The due date is too far ahead. Please check the date."),
    "due_is_past": gettext_lazy("The due date is long past. Please enter the birth date."),
    "due_does_not_fit": gettext_lazy("Birth date and due date do not fit together. Please check both."),
    "not_born": gettext_lazy("Before the birth, only the mother's vaccine can be written down."),
    "other_vaccine": gettext_lazy("This product is not of the vaccine that you chose. Please check both."),
    "known_already": gettext_lazy("This vaccine is already written down for this day."),
    "too_long": gettext_lazy("Please use %(most)s characters or fewer."),
    "too_many": gettext_lazy("There are %(most)s already. No more can be added."),
    "name_form": gettext_lazy(
        "Please use 5 to 32 letters and digits, beginning with a letter or digit. Dot, hyphen and underscore "
        "are possible."
    ),
    "name_taken": gettext_lazy("This sign-in name is in use. Please choose another one."),
    "password_short": gettext_lazy("Please use %(least)s characters or more. Three words in a row are easy."),
    "password_long": gettext_lazy("Please use %(most)s characters or fewer."),
    "password_guessed": gettext_lazy("This password is easy to guess. Please choose another one."),
    "password_differs": gettext_lazy("The two passwords are different. Please enter the same one twice."),
    "password_wrong": gettext_lazy("The present password is not right."),
    "number": gettext_lazy("Please enter a number, for example %(example)s."),
    "out_of_range": gettext_lazy("Please check the figure. Here it is %(least)s to %(most)s %(unit)s."),
    "something": gettext_lazy("Please enter at least one figure."),
    "order": gettext_lazy("The last day is before the first day. Please check both."),
    "plan_changed": gettext_lazy("Something has changed since. Please look at the new plan first."),
    "too_far": gettext_lazy("Please choose days within the next %(most)s days."),
}


def fault(error: BadField) -> str:
    """What is wrong with a field, and what to do."""
    text = str(FAULTS[error.code])
    return text % error.values if error.values else text


def age_text(age: Age) -> str:
    """«4 months», «3 years and 2 months», «12 days»."""
    values = {"years": age.years, "months": age.months, "days": age.days}
    if age.years and age.months:
        return counted(gettext("%(years)s years and %(months)s months") % values)
    if age.years:
        return counted(gettext("%(years)s years") % values)
    if age.months:
        return counted(gettext("%(months)s months") % values)
    return counted(gettext("%(days)s days") % values)


@dataclass(frozen=True, slots=True)
class Why:
    """The reason of one date: sentences, and the sources they rest on."""

    sentences: tuple[str, ...]
    sources: tuple[tuple[str, str, str, str], ...]  # id, address, what it says, its date


def why(one: NextDose, view: View, rules: InUse, birth: date | None, due: date | None) -> Why:
    """Why the next dose has its dates."""
    sentences = [
        text
        for name in ("legal_from", "recommended_from", "legal_until")
        if (text := _because(name, one, view, birth, due, by_law=not optional(one.vaccine, rules)))
    ]
    changes = [change for change in view.moved if change.vaccine == one.vaccine]
    sentences += [text for change in changes if (text := _moved(change))]
    ids = tuple(dict.fromkeys((*one.source, *(name for change in changes for name in change.source))))
    found = tuple((key, source.url, source.what, source.date) for key, source in rules.sources(ids))
    return Why(tuple(dict.fromkeys(sentences)), found)


def _moved(change: Moved) -> str:
    """What a record of the city office changed, without naming it: every reader sees this sentence."""
    before, after = change.before.legal_until, change.after.legal_until
    if before is None or before == after:
        return ""
    return gettext(
        "Because of a special rule that the city office recorded, the free period is longer. "
        "Without it, it ends on %(day)s."
    ) % {"day": resident_dates.day(before)}


def optional(vaccine: str, rules: InUse) -> bool:
    """Whether the vaccine is one that no law offers (任意接種)."""
    group = rules.book.groups.get(vaccine)
    return group is not None and group.optional


def _because(
    name: str, one: NextDose, view: View, birth: date | None, due: date | None, *, by_law: bool
) -> str:
    day: date | None = getattr(one, name)
    rule = one.rules.get(name, "")
    if day is None or not rule:
        return ""
    last = max((r.dose.given_on for r in view.recorded if _same(r.line, one)), default=None)
    values = {
        "day": resident_dates.day(day),
        "age": _age_on(day, birth, due),
        "last": resident_dates.day(last),
        "days": (day - last).days if last else 0,
    }
    if name == "legal_until" and not by_law:
        return gettext("It can be given until %(day)s.") % values
    if name == "legal_until":
        text = gettext("By law it can be given free of charge until %(day)s.")
        if values["age"]:
            text = gettext("By law it can be given free of charge until %(day)s (%(age)s).")
        return text % values
    if rule.startswith("age") and values["age"]:
        if name == "recommended_from":
            return gettext("The recommended time begins at %(age)s: %(day)s.") % values
        if not by_law:
            return gettext("It can be given from %(age)s: %(day)s.") % values
        return gettext("By law it can be given from %(age)s: %(day)s.") % values
    return _other_rule(rule, last is not None) % values


def _other_rule(rule: str, given_before: bool) -> str:
    if rule.startswith("interval") and given_before:
        return gettext(
            "The interval after earlier doses is kept from %(day)s "
            "(the last one was on %(last)s, %(days)s days before)."
        )
    return {
        "live_conflict": gettext("After another live vaccine by injection the gap is kept from %(day)s."),
        "in_force": gettext("The rule for it begins on %(day)s."),
        "last_dose": gettext("It comes after the doses given so far: from %(day)s."),
        "season": gettext("The season for it begins on %(day)s."),
    }.get(rule, gettext("The rules name %(day)s for it."))


def _same(line: DoseLine | None, one: NextDose) -> bool:
    return line is not None and one.vaccine in (line.vaccine, line.given.vaccine)


def _age_on(day: date, birth: date | None, due: date | None) -> str:
    """The age or the week of pregnancy that a day is, where it is a round one; else empty."""
    if birth is not None:
        age = exact_age(birth, day)
        return "" if age is None else gettext("the age of %(age)s") % {"age": age_text(age)}
    if due is not None:
        weeks, days = divmod((day - due).days + 280, 7)
        return counted(
            gettext("%(weeks)s weeks and %(days)s days of pregnancy") % {"weeks": weeks, "days": days}
        )
    return ""


def verdict(line: DoseLine | None) -> tuple[str, str]:
    """What is said of a recorded dose, and its chip. Nobody reads «invalid» here."""
    if line is None or line.valid is None:
        return "", gettext("Written down")
    if line.valid:
        return "chip-ok", gettext("Written down, within the rules")
    return "chip-warn", gettext("Please ask the health centre")


def outside_rules(line: DoseLine | None) -> str:
    """The gentle sentences for a dose outside the rules; empty for every other one.

    A product on a day on which it was not in use is mostly a slip of the pen: that is said first.
    """
    if line is None or line.valid is not False:
        return ""
    text = gettext(
        "This dose may be outside the conditions of the routine programme. "
        "Please speak to the health centre. Nothing is lost by asking."
    )
    if line.reason != NOT_IN_USE:
        return text
    slip = gettext(
        "By the rules this vaccine or product was not in use on that day. "
        "Please check both in the paper handbook."
    )
    return gettext("%(slip)s %(ask)s") % {"slip": slip, "ask": text}
