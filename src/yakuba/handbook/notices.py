"""The handbook's kinds of notice: their words in the reader's language, and when one may leave.

The words are made from codes and dates, here or where a letter is printed: a text reads no table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from yakuba.core.notify.domain.subjects import Subject
from yakuba.core.notify.registry import (
    DAY,
    SEND,
    Addressee,
    Drop,
    Hold,
    Request,
    Verdict,
    address_book,
    describe,
    gate,
    kind,
    name_reason,
)
from yakuba.core.notify.wording import when
from yakuba.handbook.family.vaccines import VACCINES
from yakuba.handbook.services import reminders

if TYPE_CHECKING:
    from yakuba.handbook.models import RegisteredChild

LEADS = (7 * DAY, DAY)
REASONS = {
    "handbook.not_signed_off": "接種の規則を責任者が確認していない",
    "handbook.protected": "支援措置の対象（通知を止めている）",
    "handbook.gone": "子どもの登録が終わった",
    "handbook.not_theirs": "もう家族ではない",
    "handbook.over": "予約の状態が変わった",
}


def register() -> None:
    """From ``AppConfig.ready``."""
    for code, reason in REASONS.items():
        name_reason(code, reason)
    near = Subject.DATE_NEAR
    kind(reminders.VISIT, label="接種の予定", subject=near, leads=LEADS)(visit_text)
    kind(reminders.BOOKING, label="予約", subject=near, leads=LEADS)(booking_text)
    for name, (label, subject, text) in TOLD.items():
        kind(name, label=label, subject=subject, urgent=True, calendar=False, choosable=False)(text)
    gate(reminders.VISIT)(visit_may_leave)
    gate(reminders.OFFERED)(offer_may_leave)
    for name in (reminders.BOOKING, reminders.BOOKED, reminders.MOVED, reminders.CANCELLED):
        gate(name)(may_leave)
    describe("handbook")(who)
    address_book("handbook")(where)


def _japanese() -> bool:
    return (get_language() or "ja") == "ja"


def _name(values: Mapping[str, str]) -> str:
    return values.get("name") or gettext("Child")


def doses_text(values: Mapping[str, str]) -> str:
    """The doses of a visit: «Hepatitis B, dose 2; Rotavirus, dose 2»."""
    found = []
    for name in sorted(one for one in values if one.startswith("shot")):
        code, number, title = values[name].split(":", 2)
        vaccine = title if _japanese() or code not in VACCINES else str(VACCINES[code])
        found.append(gettext("%(vaccine)s, dose %(number)s") % {"vaccine": vaccine, "number": number})
    return ("、" if (get_language() or "ja").startswith("ja") else "; ").join(found)


def visit_text(values: Mapping[str, str]) -> Sequence[str]:
    """A planned visit."""
    return [
        gettext("%(name)s has a visit planned on %(when)s.") % {**values, "name": _name(values)},
        gettext("Doses: %(doses)s") % {"doses": doses_text(values)},
        gettext("Please take the handbook and the forms for the doses with you."),
        gettext("Fever on the day? Do not go. Open the plan here and choose new days."),
    ]


def _own(values: Mapping[str, str], name: str) -> str:
    return values.get(f"{name}.{get_language() or 'ja'}") or values.get(name, "")


def _details(values: Mapping[str, str]) -> list[str]:
    found = []
    if place := _own(values, "place"):
        found.append(gettext("Place: %(place)s") % {"place": place})
    if bring := _own(values, "bring"):
        found.append(gettext("Please bring: %(bring)s") % {"bring": bring})
    return found


def _said(values: Mapping[str, str]) -> dict[str, str]:
    start = values.get("start")
    at = when(datetime.fromisoformat(start)) if start else values["when"]
    return {"name": _name(values), "title": _own(values, "title"), "at": at, "until": values["when"]}


def booking_text(values: Mapping[str, str]) -> Sequence[str]:
    """A booking is near."""
    return [
        gettext("%(name)s: %(title)s on %(at)s.") % _said(values),
        *_details(values),
        gettext("If you can not come, please cancel it here. Somebody else may be waiting."),
    ]


def offered_text(values: Mapping[str, str]) -> Sequence[str]:
    """A place became free for somebody in line."""
    said = _said(values)
    return [
        gettext("A place is free for %(name)s: %(title)s on %(at)s.") % said,
        gettext("It is kept for you until %(until)s. Please say yes or no under Bookings.") % said,
    ]


def booked_text(values: Mapping[str, str]) -> Sequence[str]:
    """Booked at the counter."""
    return [
        gettext("The town hall booked for %(name)s: %(title)s on %(at)s.") % _said(values),
        *_details(values),
    ]


def moved_text(values: Mapping[str, str]) -> Sequence[str]:
    """Moved at the counter."""
    return [
        gettext("The booking of %(name)s was moved: %(title)s, now on %(at)s.") % _said(values),
        *_details(values),
    ]


def cancelled_text(values: Mapping[str, str]) -> Sequence[str]:
    """Called off by the town hall."""
    return [
        gettext("The town hall cancelled this booking of %(name)s: %(title)s on %(at)s.") % _said(values),
        gettext("We are sorry. You can choose another day under Bookings."),
    ]


TOLD = {  # at once: label, subject, text
    reminders.OFFERED: ("空きの連絡", Subject.ANSWER_NEEDED, offered_text),
    reminders.BOOKED: ("窓口での予約", Subject.NOTICE, booked_text),
    reminders.MOVED: ("予約の変更", Subject.DATE_CHANGED, moved_text),
    reminders.CANCELLED: ("予約の取消し", Subject.DATE_CANCELLED, cancelled_text),
}


def may_leave(request: Request) -> Verdict:
    """Only to an adult who still sees the child, and never about a protected one.

    What is printed is judged by the office's own register: families may live in another installation.
    """
    if request.act == "print":
        return _may_be_printed(request)
    from yakuba.handbook.models import Child

    child = Child.objects.filter(reference=request.params.get("child"), ended_at=None).first()
    if child is None:
        return Drop("handbook.gone")
    account = reminders.account_of(request.recipient)
    if account is None or not child.guardians.filter(account=account, ended_at=None).exists():
        return Drop("handbook.not_theirs")
    return Hold("handbook.protected") if child.sharing_closed else SEND


def _may_be_printed(request: Request) -> Verdict:
    from yakuba.handbook.services.visibility import is_protected

    child = _registered(request.params)
    if child is None:
        return Drop("handbook.gone")
    return Hold("handbook.protected") if is_protected(child) else SEND


def visit_may_leave(request: Request) -> Verdict:
    """Besides: only from a rule book that a responsible person has confirmed."""
    from yakuba.handbook.services.families.rules import in_use
    from yakuba.handbook.services.rulebooks import reminders_allowed

    verdict = may_leave(request)
    today = timezone.localdate()
    signed = reminders_allowed(today)[0] if request.act == "print" else in_use().signed_on(today)
    return Hold("handbook.not_signed_off") if verdict == SEND and not signed else verdict


def offer_may_leave(request: Request) -> Verdict:
    """Besides: only while the place is kept."""
    from yakuba.handbook.domain.bookings.states import State
    from yakuba.handbook.models import Booking

    held = Booking.objects.filter(reference=request.params.get("booking"), state=State.HELD.value)
    return may_leave(request) if held.exists() else Drop("handbook.over")


def _registered(params: Mapping[str, Any]) -> RegisteredChild | None:
    """The child of a notice in the office's register, while it lives here."""
    from yakuba.handbook.models import RegisteredChild

    child = RegisteredChild.objects.filter(reference=params.get("child"), gone_at=None).first()
    return None if child is None or (child.left_on and child.left_on <= timezone.localdate()) else child


def who(recipient: str, user: Any) -> str:
    """The children of an adult, as this member of staff may see them; "" where families live elsewhere."""
    from yakuba.handbook.models import Guardian, RegisteredChild
    from yakuba.handbook.services.visibility import visible_children

    held = Guardian.objects.filter(
        account__reference=recipient.removeprefix(reminders.PREFIX), ended_at=None, child__ended_at=None
    )
    references = list(held.values_list("child__reference", flat=True))
    rows = RegisteredChild.objects.filter(reference__in=references, gone_at=None)
    names = [f"{one.name}（{one.number}）" for one in visible_children(user, rows)]
    return f"{'、'.join(names)}の家庭" if names else ""


def where(recipient: str, params: Mapping[str, Any]) -> Addressee | None:
    """The household of the child, for the adults who came by its letter: of others no address is known."""
    from yakuba.handbook.services.visibility import is_protected

    child = _registered(params) if params.get("owner") else None
    if child is None or not child.address or is_protected(child):
        return None
    postal = f"〒{child.postal_code}" if child.postal_code else ""
    return Addressee((*filter(None, (postal, child.address)), f"{child.guardian or child.name}　様"))
