"""Start a later round (二次選考) from an adopted result, withdrawals and new applications."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.nursery.applications.export import to_workbook
from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.later_round import CannotCarry, Carried, next_round
from yakuba.nursery.domain.market import Seat
from yakuba.nursery.models import Allocation, Decision, SelectionRound
from yakuba.nursery.services import applications as importing
from yakuba.nursery.services.decisions import in_force
from yakuba.nursery.services.withdrawals import leaving

BOOK = "前の選考から.xlsx"
CARRIED_REASON = "前の選考から引き継ぎ："
MOST_REASON = 500
TAKEN = (Decision.Kind.POINTS, Decision.Kind.FACT)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a later round would hold, before it is made. ``declined_again``: declined and applied anew."""

    carried: Carried
    seats: int
    declined_again: tuple[str, ...]


def preview(selection: SelectionRound, new: Applications | None = None) -> Preview:
    """Who goes on and which seats are left. Raises ``CannotCarry`` with what does not fit."""
    left = leaving(selection)
    carried = next_round(source(selection), assignment(adopted(selection)), left, new)
    again = {child.id for child in carried.applications.applicants} & left.declined
    return Preview(carried, sum(row.recruits for row in carried.applications.classes), tuple(sorted(again)))


def adopted(selection: SelectionRound) -> Allocation:
    """The result that the round stands on."""
    if selection.adopted is None:
        raise CannotCarry(["この選考の結果がまだ採用されていません。承認された割当を採用してください。"])
    return selection.adopted


def source(selection: SelectionRound) -> Applications:
    """The applications that the adopted result was made from."""
    scoring = getattr(adopted(selection).ledger, "scoring", None)
    if scoring is None:
        raise CannotCarry(
            ["この結果は申込情報から作られていません。申込情報から採点した選考だけが続けられます。"]
        )
    return importing.content(scoring.applications)


def assignment(allocation: Allocation) -> dict[str, Seat]:
    """Child → class id of a finished run."""
    found: dict[str, Seat] = json.loads(read_file(allocation.kept_file("result")))["assignment"]
    return found


def read_new(name: str, data: bytes, selection: SelectionRound, *, by: Any) -> Applications:
    """The new applications of an upload, checked against the round's rule book. Raises ``BadInput``."""
    pending = importing.receive(name, data, by=by)
    try:
        return importing.check(pending, selection).applications
    finally:
        importing.give_up(pending)


def start(
    selection: SelectionRound, *, title: str, starts_on: date, new: Applications | None, by: Any
) -> SelectionRound:
    """Make the later round with its first applications; decided points of who goes on are taken along.

    Raises ``CannotCarry`` when something does not fit or the round has a later one already, ``BadInput``
    when the carried applications have faults. Then nothing is kept.
    """
    with transaction.atomic():
        locked = SelectionRound.objects.select_for_update().get(pk=selection.pk)
        following = locked.later_rounds.first()
        if following is not None:
            raise CannotCarry([f"次の選考「{following}」はすでに始まっています。"])
        found = preview(locked, new)
        made = _create(locked, title, starts_on, by)
        pending = importing.receive(BOOK, to_workbook(found.carried.applications), by=by)
        importing.import_applications(pending, made, by=by)
        _take_decisions(locked, made, found.carried.applications, by)
        record(
            "nursery.round.later",
            actor=by,
            target=f"nursery.round:{made.pk}",
            detail={
                "previous": locked.pk,
                "going_on": len(found.carried.going_on),
                "new": len(found.carried.new),
                "replaced": len(found.carried.replaced),
                "left": len(found.carried.left),
                "seats": found.seats,
            },
        )
    return made


def _create(selection: SelectionRound, title: str, starts_on: date, by: Any) -> SelectionRound:
    try:
        with transaction.atomic():
            return SelectionRound.objects.create(
                title=title,
                starts_on=starts_on,
                previous=selection,
                rulebook=selection.rulebook,
                created_by=by,
            )
    except IntegrityError:
        raise CannotCarry([f"「{title}」という選考はすでにあります。別の名称にしてください。"]) from None


def _take_decisions(selection: SelectionRound, made: SelectionRound, carried: Applications, by: Any) -> None:
    """Points and facts that officers gave go along; orders of ties and together-decisions are made anew."""
    subjects = {child.id for child in carried.applicants} | set(carried.households)
    for one in in_force(selection):
        if one.kind in TAKEN and one.subject in subjects:
            reason = one.reason if one.reason.startswith(CARRIED_REASON) else CARRIED_REASON + one.reason
            Decision.objects.create(
                selection=made,
                kind=one.kind,
                subject=one.subject,
                code=one.code,
                value=one.value,
                reason=reason[:MOST_REASON],
                decided_by=one.decided_by,
            )
