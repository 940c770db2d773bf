"""What a person chose, and what follows for one kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.core.notify import channels
from yakuba.core.notify.domain.schedule import clean_leads
from yakuba.core.notify.models import Preference
from yakuba.core.notify.registry import Kind, kind_named

IN_APP = "in_app"


@dataclass(frozen=True, slots=True)
class Choice:
    """How one recipient hears of one kind now."""

    channels: tuple[str, ...]
    leads: tuple[int, ...]


class BadChoice(ValueError):
    """A choice that is not offered; the text is for people."""


_CHOSEN = KeptQuery(
    lambda: Preference.objects.filter(
        Q(kind="") | Q(kind=Told("kind")), recipient=Told("recipient")
    ).order_by()
)


def choice(recipient: str, kind: Kind) -> Choice:
    """The choice of a kind, else the one for every kind, else the kind's own."""
    own = {one.kind: one for one in _CHOSEN.ask(recipient=recipient, kind=kind.name)}
    special, general = own.get(kind.name), own.get("")
    wanted: Sequence[str] = kind.channels
    leads: Sequence[int] = kind.leads
    for one in (general, special):
        if one is not None and kind.choosable:
            wanted = wanted if one.channels is None else one.channels
            leads = leads if one.leads is None else one.leads
    return Choice(usable(recipient, wanted), clean_leads(leads))


def usable(recipient: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """Those channels that this installation has and that reach the recipient, the inbox always first."""
    found = []
    for name in dict.fromkeys((IN_APP, *wanted)):
        channel = channels.named(name)
        if channel is not None and channel.ready() and channel.reaches(recipient):
            found.append(name)
    return tuple(found)


def language_of(recipient: str) -> str:
    """The language in which a recipient is written to."""
    row = Preference.objects.filter(recipient=recipient, kind="").values("language").first()
    return (row and row["language"]) or settings.LANGUAGE_CODE


def languages_of(recipients: Iterable[str]) -> dict[str, str]:
    """``language_of`` for many, in one query."""
    every = set(recipients)
    rows = Preference.objects.filter(recipient__in=every, kind="").exclude(language="")
    return dict.fromkeys(every, settings.LANGUAGE_CODE) | dict(rows.values_list("recipient", "language"))


def set_language(recipient: str, language: str) -> None:
    """Keep the language. ``BadChoice`` for one that the pages do not have."""
    if language not in dict(settings.LANGUAGES):
        raise BadChoice(f"language {language!r}")
    Preference.objects.update_or_create(recipient=recipient, kind="", defaults={"language": language})


@transaction.atomic
def choose(
    recipient: str,
    kind: str,
    *,
    channel_names: Sequence[str] | None,
    leads: Sequence[int] | None,
    now: datetime | None = None,
) -> None:
    """Keep a choice (``kind`` "" for every kind; ``None`` for the kind's own) and re-plan what is ahead.

    ``now``: what is ahead of this moment is planned again; by default the present.

    ``BadChoice`` for an unknown kind, channel or lead time.
    """
    known = kind_named(kind)
    if kind and (known is None or not known.choosable):
        raise BadChoice(f"kind {kind!r}")
    wrong = [name for name in channel_names or () if channels.named(name) is None]
    if wrong:
        raise BadChoice(f"channels {wrong}")
    try:
        kept = None if leads is None else list(clean_leads(leads))
    except ValueError as error:
        raise BadChoice(str(error)) from None
    Preference.objects.update_or_create(
        recipient=recipient,
        kind=kind,
        defaults={"channels": None if channel_names is None else list(channel_names), "leads": kept},
    )
    from yakuba.core.notify.services.planning import replan

    replan(recipient, now=now)
