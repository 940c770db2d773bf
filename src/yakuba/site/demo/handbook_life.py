"""Offers, bookings and families of the demo, through the services that the pages use."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from yakuba.core import access_codes
from yakuba.core.notify.services.sending import send_due
from yakuba.core.people.models import User
from yakuba.handbook.models import (
    Booking,
    Child,
    FamilyAccount,
    OpeningRule,
    RegisteredChild,
    Resource,
    ServiceOffer,
    Slot,
)
from yakuba.handbook.services import codes, publishing
from yakuba.handbook.services.bookings import slots
from yakuba.handbook.services.bookings.parties import fresh_reference
from yakuba.handbook.services.families import accounts, doses, entry, growth, plans
from yakuba.handbook.services.families.rules import in_use
from yakuba.site.demo.handbook_bookings import book_everybody
from yakuba.site.demo.handbook_families import FAMILIES, DemoFamily
from yakuba.site.demo.handbook_offers import AHEAD, BEFORE, OFFERS, PHONE, PLACE, PLACES, ROOMS, DemoOffer


def run_life(officer: User, password: str) -> str:
    """What can be booked, who booked it, and the families; what is there already is left as it is."""
    now = timezone.now()
    if not ServiceOffer.objects.exists():
        rooms = {
            key: Resource.objects.create(reference=fresh_reference(), kind=kind, name=name, most=most)
            for key, (kind, name, most) in ROOMS.items()
        }
        for offer in OFFERS:
            _open(offer, rooms[offer.room], officer, now)
    made = {one.login for one in FAMILIES if _family(one, officer, password, now)}
    if not Booking.objects.exists():
        book_everybody(officer, now)
        send_due()
    return (
        f"予約できるもの {ServiceOffer.objects.count()}件、枠 {Slot.objects.count():,}、"
        f"予約 {Booking.objects.count():,}件、家庭 {len(made)}"
    )


def _open(offer: DemoOffer, room: Resource, officer: User, now: datetime) -> None:
    words = {
        language: {"title": title, "text": text, "bring": bring, "place": PLACES[language]}
        for language, (title, text, bring) in offer.words.items()
    }
    row = ServiceOffer.objects.create(
        reference=f"demo-{offer.key}",
        kind=offer.kind,
        title=offer.title,
        text=offer.text,
        bring=offer.bring,
        place=PLACE,
        phone=PHONE,
        words=words,
        **offer.rules,
    )
    begin, end, minutes, pause = offer.hours
    today = timezone.localdate(now)
    rule = OpeningRule(
        offer=row,
        first=today - timedelta(days=BEFORE),
        last=today + timedelta(days=AHEAD),
        weekdays=list(offer.weekdays),
        begin=begin,
        end=end,
        minutes=minutes,
        pause=pause,
        capacity=offer.capacity,
        resources=[room.pk],
    )
    slots.publish(rule, by=officer, now=now)


def _family(family: DemoFamily, officer: User, password: str, now: datetime) -> bool:
    """The account and what it wrote down. False when the register lacks the family (an older demo)."""
    registered = {one.number: one for one in RegisteredChild.objects.filter(number__in=family.children)}
    if len(registered) < len(family.children):
        return False
    if FamilyAccount.objects.filter(login=entry.name_digest(family.login)).exists():
        return True
    drawn = codes.draw(list(registered.values()))
    codes.keep(drawn, by=officer)
    publishing.hand_over(officer)
    account = None
    for number in family.children:
        child = registered[number]
        code = access_codes.shown(drawn[child.pk])
        came = entry.enter_by_code(
            code, child.birth or child.due, "127.0.0.1", now, account=account, language=family.language
        )
        account = came.account
    if account is None:
        return False
    accounts.choose_password(account, family.login, password, password, now)
    accounts.rename(account, family.name, family.language)
    _write_down(family, account, registered, now)
    return True


def _write_down(
    family: DemoFamily, account: FamilyAccount, registered: dict[str, RegisteredChild], now: datetime
) -> None:
    children = {number: Child.objects.get(reference=child.reference) for number, child in registered.items()}
    rules, today = in_use(), timezone.localdate(now)
    for number, vaccine, product, ago, lot, clinic in family.own:
        given = doses.Entry(vaccine, product, today - timedelta(days=ago), lot, clinic)
        doses.record(children[number], given, rules, account, now)
    for number, after, weight, height, head in family.measures:
        birth = children[number].birth
        if birth is not None:
            values = {"weight_g": weight, "height_mm": height, "head_mm": head}
            growth.measure(children[number], birth + timedelta(days=after), values, account, now)
    for number in family.planned:
        proposal = plans.propose(children[number], rules, plans.Asked(), now)
        plans.adopt(children[number], rules, plans.Asked(), proposal.mark, account, now)
