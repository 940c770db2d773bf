"""One family's payload in the reader's language: what the result page shows, block by block.

Sentences are made here from counts and codes, never stored, so that each language has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext

from yakuba.core.ui import resident_dates

Payload = Mapping[str, Any]
CHIPS = {"waiting": "chip-wait", "placed": "chip-ok", "held": "chip-ok", "not_considered": ""}
MOST_BOXES = 40  # of the line of places


@dataclass(frozen=True, slots=True)
class Line:
    """The places of a class in a row, and where the child stands; lengths in percent."""

    boxes: list[tuple[str, str, bool]]  # x, width, whether it is a place
    mine: tuple[str, str]
    edge: str
    mark: str
    label: str


@dataclass(frozen=True, slots=True)
class Wish:
    """One block of the page."""

    title: str
    place: str
    chip: str
    outcome: str
    sentences: list[str]
    facts: list[tuple[str, str]]
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class ChildPart:
    """One child of the page."""

    number: str
    name: str
    head: str
    answer: str
    placed: bool
    wish: str
    wishes: list[Wish]
    more: int
    total: str
    points: list[dict[str, Any]] = field(default_factory=list)


def day(text: str | None) -> str:
    """A date as the language writes it; empty for nothing."""
    return resident_dates.day(date.fromisoformat(text) if text else None)


def month(text: str | None) -> str:
    """The month in which places begin."""
    return resident_dates.month(date.fromisoformat(text) if text else None)


def children_of(payload: Payload) -> list[ChildPart]:
    """Every child of the family, in the order of the payload."""
    key = key_name(payload)
    return [_child(child, key) for child in payload["children"]]


def key_name(payload: Payload) -> str:
    """The first criterion (指数) as the rule book calls it; in English «points» where it is 指数."""
    name = str(payload["key_name"])
    return gettext("points") if name in ("指数", "点数", "合計指数") else name


def _child(child: Payload, key: str) -> ChildPart:
    name = child["name"] or child["number"]
    head = str(name)
    if child["age"] is not None:
        head = gettext("%(name)s (class for age %(age)s)") % {"name": name, "age": child["age"]}
    return ChildPart(
        number=child["number"],
        name=name,
        head=head,
        answer=_answer(child),
        placed=child["outcome"] in ("placed", "moved"),
        wish="" if not child["wish"] else gettext("This is choice %(wish)s.") % {"wish": child["wish"]},
        wishes=[_wish(wish, key) for wish in child["wishes"]],
        more=child["more"],
        total=child["own"] or "",
        points=[_point(line) for line in child["points"] or ()],
    )


def _answer(child: Payload) -> str:
    values = {"nursery": child["nursery"]}
    if child["outcome"] == "placed":
        return gettext("A place at %(nursery)s is offered") % values
    if child["outcome"] == "moved":
        return gettext("A move to %(nursery)s is offered") % values
    if child["outcome"] == "held":
        return gettext("Your child stays at %(nursery)s") % values
    return gettext("No place could be offered this time")


def _point(line: Any) -> dict[str, Any]:
    part, label, basis, points, counted = line
    return {"part": _part(part), "label": label, "basis": basis, "points": points, "counted": counted}


def _part(part: str) -> str:
    return {
        "father": gettext("Father"),
        "mother": gettext("Mother"),
        "other": gettext("Guardian"),
        "household": gettext("Household"),
        "child": gettext("Child"),
        "wish": gettext("This nursery only"),
    }.get(part, part)


def _wish(wish: Payload, key: str) -> Wish:
    return Wish(
        title=_title(wish),
        place=wish["class"] or wish["nursery"] or "",
        chip=CHIPS[wish["outcome"]],
        outcome=_outcome(wish["outcome"]),
        sentences=[sentence for sentence in (*_reason(wish), _change(wish, key)) if sentence],
        facts=_facts(wish, key),
        line=_line(wish),
    )


def _title(wish: Payload) -> str:
    if wish["from"] is None:
        return gettext("Present nursery")
    if wish["from"] == wish["to"]:
        return gettext("Choice %(wish)s") % {"wish": wish["from"]}
    return gettext("Choices %(first)s to %(last)s") % {"first": wish["from"], "last": wish["to"]}


def _outcome(outcome: str) -> str:
    return {
        "waiting": gettext("On hold"),
        "placed": gettext("Offered"),
        "held": gettext("Continues"),
        "not_considered": gettext("Not examined"),
    }[outcome]


def _reason(wish: Payload) -> list[str]:
    values = {
        "seats": wish["seats"],
        "above": wish["above"],
        "position": wish["position"],
        "needs": wish["needs"],
    }
    elsewhere = gettext(", ").join(dict.fromkeys(wish["elsewhere"]))
    if wish["reason"] == "full":
        told = [_full(wish) % values]
        if wish["needs"] > 1:
            told.append(gettext("Places for %(needs)s brothers and sisters were needed together.") % values)
        if elsewhere:
            told.append(
                gettext("There was no place at %(nurseries)s for your other child.")
                % {"nurseries": elsewhere}
            )
        return told
    if wish["reason"] == "sibling_elsewhere":
        return [
            gettext("There was no place at %(nurseries)s for your other child.") % {"nurseries": elsewhere}
        ]
    if wish["reason"] == "placed":
        if wish["position"] is None:
            return [gettext("Your child's priority was within the number of places.")]
        return [gettext("For %(seats)s places, your child was number %(position)s.") % values]
    return [_plain_reason(wish["reason"]) % values]


def _full(wish: Payload) -> str:
    if wish["above"] is None:
        return gettext("Children with higher priority took the places. Their number is not shown.")
    return gettext("For %(seats)s places there were %(above)s children with higher priority.")


def _plain_reason(reason: str) -> str:
    return {
        "capacity_zero": gettext("This class had no places to apply for."),
        "never_possible": gettext("This class has no places for %(needs)s brothers and sisters."),
        "declared_blocking": gettext(
            "No result fits all combinations of brothers and sisters. The office will explain it to you."
        ),
        "stays_out": gettext("In this combination your child does not enter."),
        "held": gettext("The present place continues unless your child moves to a nursery you asked for."),
        "above_obtained": gettext("Not examined, because a higher choice was decided."),
    }[reason]


def _change(wish: Payload, key: str) -> str:
    """What decided, as what would have to be different."""
    by = wish["decided_by"] or {}
    if by.get("by") == "key" and by["number"] == 1 and wish["gap"] is not None:
        values = {"gap": wish["gap"], "key": key}
        return gettext("The last child offered a place had %(gap)s more %(key)s.") % values
    if by.get("by") == "key" and by["number"] > 1:
        return gettext("Among children with equal %(key)s, the next criteria decide.") % {"key": key}
    if by.get("by") == "lottery":
        return gettext("All criteria were equal, so lots were drawn.")
    if by.get("by") == "sibling":
        return gettext("Your children need places at the same time; the one with the lower priority decides.")
    return ""


def _facts(wish: Payload, key: str) -> list[tuple[str, str]]:
    if wish["seats"] is None or wish["outcome"] == "held":
        return []
    facts = [
        (gettext("Places"), str(wish["seats"])),
        (gettext("Applicants"), _applicants(wish["applicants"])),
    ]
    if wish["full"] is False:
        facts.append((gettext("Free places"), gettext("There are some.")))
    else:
        facts.append((gettext("Lowest %(key)s offered a place") % {"key": key}, _cutoff(wish)))
    if wish["own"] is not None:
        facts.append((gettext("Your child's %(key)s") % {"key": key}, wish["own"]))
    if wish["position"] is not None:
        facts.append((gettext("Your child's place in the order"), str(wish["position"])))
    decided = _decided(wish["decided_by"], key)
    return [*facts, (gettext("What decided"), decided)] if decided else facts


def _cutoff(wish: Payload) -> str:
    return str(wish["cutoff"]) if wish["cutoff"] is not None else gettext("Not shown (few families)")


def _applicants(count: Any) -> str:
    if isinstance(count, int):
        return gettext("%(count)s, your child included") % {"count": count}
    return gettext("Not shown") if count is None else gettext("Fewer than 3 other children")


def _decided(by: Payload | None, key: str) -> str:
    if by is None:
        return ""
    if by["by"] == "key":
        values = {"number": by["number"], "name": by["name"], "key": key}
        if by["number"] == 1:
            return gettext("Difference in %(key)s") % values
        return gettext("Criterion %(number)s among equals: %(name)s") % values
    return {
        "lottery": gettext("Lots drawn among equals"),
        "holder": gettext("Children who attend already"),
        "sibling": gettext("Priority of a brother or sister"),
        "hidden": gettext("Priority (not shown in detail)"),
    }.get(by["by"], gettext("Priority"))


def _line(wish: Payload) -> Line | None:
    """A picture of the places, only where the place in the order is shown anyway."""
    position, seats = wish["position"], wish["seats"]
    if position is None or not seats or not wish["full"]:
        return None
    total = max(position, seats) + 2
    if total > MOST_BOXES:
        return None
    step = 100 / total
    width = f"{step * 0.76:.2f}%"
    boxes = [(f"{step * (at + 0.12):.2f}%", width, at < seats) for at in range(total)]
    values = {"seats": seats, "position": position}
    return Line(
        boxes=boxes,
        mine=(boxes[position - 1][0], width),
        edge=f"{step * seats:.2f}%",
        mark=f"{step * (position - 0.5):.2f}%",
        label=gettext("%(seats)s places; your child is number %(position)s") % values,
    )
