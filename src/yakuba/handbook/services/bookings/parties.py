"""Who asks, for which child, and whether an offer is meant for that child."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import IntegerField, QuerySet
from django.utils import timezone

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.handbook.domain.bookings.eligibility import (
    Audience,
    Candidate,
    Eligibility,
    Reason,
    Window,
    age_window,
    refusal,
)
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.rules import HealthCheck
from yakuba.handbook.models import (
    Child,
    FamilyAccount,
    PublishedRulebook,
    RegisteredChild,
    ServiceOffer,
    Slot,
)
from yakuba.handbook.rulebooks.load import builtin, parse

FAMILY, COUNTER = "family", "counter"
CALENDAR = JapaneseCalendar()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who acts: ``actor`` is ``family:<reference>``, ``staff:<id>`` or ``system``."""

    actor: str
    channel: str
    account_id: int | None = None

    @classmethod
    def family(cls, account: FamilyAccount) -> Asker:
        """A signed-in family."""
        return cls(f"family:{account.reference}", FAMILY, account.pk)

    @classmethod
    def counter(cls, user_id: int) -> Asker:
        """A member of staff, at the counter or on the telephone."""
        return cls(f"staff:{user_id}", COUNTER)


SYSTEM = Asker("system", COUNTER)


@dataclass(frozen=True, slots=True)
class Party:
    """A child as a booking needs it."""

    reference: str
    who: Candidate


@dataclass(frozen=True, slots=True)
class Wish:
    """A place that somebody asks for. ``key`` makes a repeated request find its first answer.

    ``token`` becomes the booking's reference: random, drawn by the caller.
    """

    slot_id: int
    party: Party
    asker: Asker
    key: str
    token: str


def fresh_reference() -> str:
    """A reference that nobody guesses."""
    return secrets.token_hex(16)


def party_of(child: Child) -> Party:
    """A child of the families' side."""
    return Party(child.reference, Candidate(child.birth, child.due, resident=child.from_register))


def party_of_registered(child: RegisteredChild) -> Party:
    """A child of the register; one that has moved away counts as a resident up to that day."""
    gone = child.left_on is not None and child.left_on < timezone.localdate()
    return Party(child.reference, Candidate(child.birth, child.due, resident=not gone))


def bookable(account: Told) -> QuerySet[Child]:
    """Children whose bookings an account may make: it is owner or editor of them. For kept queries.

    Each once: an account has one place beside a child that has not ended (``handbook_guardian_once``).
    """
    return Child.objects.filter(
        guardians__account=account,
        guardians__ended_at=None,
        guardians__role__in=["owner", "editor"],
        ended_at=None,
    )


_BOOKABLE = KeptQuery(lambda: bookable(Told("account", IntegerField())))
_CHILD = KeptQuery(
    lambda: bookable(Told("account", IntegerField())).filter(reference=Told("reference")).order_by()
)


def bookable_children(account: FamilyAccount) -> list[Child]:
    """All of them."""
    return _BOOKABLE.ask(account=account.pk)


def bookable_child(account: FamilyAccount, reference: str) -> Child | None:
    """One of them, or ``None``."""
    return _CHILD.first(account=account.pk, reference=reference)


@lru_cache(maxsize=4)
def _checks(sha256: str) -> dict[str, HealthCheck]:
    if sha256:
        content = PublishedRulebook.objects.filter(sha256=sha256).values_list("content", flat=True)[0]
        book = parse(sha256[:12], content.encode())
    else:
        book = builtin("jp")
    return {check.id: check for check in book.health_checks}


def health_checks() -> dict[str, HealthCheck]:
    """The health checks of the rule book in use: the published one, else the one that is shipped."""
    newest = PublishedRulebook.objects.order_by("-published_at", "-pk").values_list("sha256", flat=True)[:1]
    return _checks(next(iter(newest), ""))


def eligibility_of(offer: ServiceOffer, checks: dict[str, HealthCheck]) -> Eligibility:
    """The offer's rule: its ages and the window of its health check together."""
    windows = [age_window(offer.age_from, offer.age_until)]
    check = checks.get(offer.health_check)
    if check is not None:
        windows.append(Window(check.from_, check.until))
    return Eligibility(tuple(windows), Audience(offer.audience), offer.residents_only)


def day_of(slot: Slot) -> date:
    """The local day of a slot."""
    return timezone.localtime(slot.start).date()


def rule_of(offer: ServiceOffer) -> Eligibility:
    """The offer's rule under the rule book in use."""
    return eligibility_of(offer, health_checks() if offer.health_check else {})


def refusal_of(offer: ServiceOffer, who: Candidate, day: date) -> Reason | None:
    """Why ``who`` may not book the offer on a day."""
    return refusal(rule_of(offer), who, day, CALENDAR)
