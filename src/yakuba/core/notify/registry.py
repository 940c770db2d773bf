"""What systems bring: kinds of notice, gates that may keep one back, addresses for paper.

from yakuba.core.notify.registry import Hold, gate, kind

@kind("handbook.visit", label="接種の予定", subject=Subject.DATE_NEAR, leads=(7 * DAY, DAY))
def visit(values):
    return [values["when"]]

@gate("handbook.visit")
def may_leave(request):
    return Hold("handbook.not_signed_off") if ... else SEND
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from yakuba.core.notify.domain.schedule import clean_leads
from yakuba.core.notify.domain.subjects import Subject

HOUR, DAY = 60, 24 * 60  # minutes
Body = Callable[[Mapping[str, str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    ``body`` gives the paragraphs in the active language; its values are cleaned strings (one line each).
    ``leads``: minutes before the event. ``urgent``: leaves in quiet hours too. ``late``: minutes after the
    event until which it is still worth sending. ``calendar``: stands in the person's calendar.
    ``told_in_mail``: mail carries the whole text. Otherwise it says when, and that the rest is in the inbox,
    because the first lines of a mail stand on the lock screen beside its subject.
    """

    name: str
    label: str
    subject: Subject
    body: Body
    leads: tuple[int, ...]
    channels: tuple[str, ...]
    urgent: bool = False
    late: int = 0
    calendar: bool = True
    choosable: bool = True  # people may switch its channels
    told_in_mail: bool = False  # see below
    direct: bool = False  # goes by the channels that ``plan`` names, reachable or not, and by no other


@dataclass(frozen=True, slots=True)
class Request:
    """What a gate is asked. ``act``: ``send`` from the outbox, ``print`` by a member of staff (``by``).

    A protected person's release is used up where the notice really leaves: for paper that is ``print``.
    ``again``: the gate has let this very notice go before, and the transport failed.
    """

    act: Literal["send", "print"]
    recipient: str
    event: str
    kind: str
    channel: str
    at: datetime
    params: Mapping[str, Any]
    by: Any = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It may not leave now; asked again within the hour. ``reason``: a code named by ``name_reason``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """It must not leave any more."""

    reason: str


SEND = Send()
Verdict = Send | Hold | Drop
Gate = Callable[[Request], Verdict]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a letter goes: the lines of the address window, the name last."""

    lines: tuple[str, ...]


AddressBook = Callable[[str, Mapping[str, Any]], Addressee | None]
Describe = Callable[[str, Any], str]


@dataclass(slots=True)
class _Known:
    kinds: dict[str, Kind] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    books: dict[str, AddressBook] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    describes: dict[str, Describe] = field(default_factory=dict)


_known = _Known()


def kind(
    name: str,
    *,
    label: str,
    subject: Subject,
    leads: Sequence[int] = (DAY,),
    channels: Sequence[str] = ("in_app", "mail"),
    urgent: bool = False,
    late: int = 0,
    calendar: bool = True,
    choosable: bool = True,
    told_in_mail: bool = False,
    direct: bool = False,
) -> Callable[[Body], Body]:
    """Register a kind, from ``AppConfig.ready``. ``TypeError`` for a subject outside of the catalogue."""
    if not isinstance(subject, Subject):
        raise TypeError(
            f"{name}: a subject comes from the catalogue domain.subjects.Subject, not {subject!r}"
        )
    if "." not in name:
        raise ValueError(f"{name}: a kind is named <system>.<what>")

    def register(body: Body) -> Body:
        _known.kinds[name] = Kind(
            name=name,
            label=label,
            subject=subject,
            body=body,
            leads=clean_leads(leads),
            channels=tuple(channels),
            urgent=urgent,
            late=late,
            calendar=calendar,
            choosable=choosable,
            told_in_mail=told_in_mail,
            direct=direct,
        )
        return body

    return register


def gate(name: str) -> Callable[[Gate], Gate]:
    """Ask before a notice of a kind leaves, in the transaction that notes that it leaves."""

    def register(ask: Gate) -> Gate:
        _known.gates[name] = ask
        return ask

    return register


def address_book(system: str) -> Callable[[AddressBook], AddressBook]:
    """Say where letters of a system's recipients go: ``find(recipient, params)``; ``None``: nowhere."""

    def register(find: AddressBook) -> AddressBook:
        _known.books[system] = find
        return find

    return register


def describe(system: str) -> Callable[[Describe], Describe]:
    """Say who a recipient is, to a member of staff: ``find(recipient, user)``, "" for whom they may not see.

    A system that holds protected persons answers through ``core.people.protected.visible``.
    """

    def register(find: Describe) -> Describe:
        _known.describes[system] = find
        return find

    return register


def recipient_words(recipient: str, user: Any) -> str:
    """Who a recipient is, as this member of staff may know; "" when nobody says."""
    found = _known.describes.get(recipient.partition(".")[0])
    return "" if found is None else found(recipient, user)


def name_reason(code: str, text: str) -> None:
    """What a reason (at most 60 signs) is called on the staff's pages; from ``AppConfig.ready``."""
    _known.reasons[code] = text


def kind_named(name: str) -> Kind | None:
    """A kind, or ``None`` when this version has none of that name."""
    return _known.kinds.get(name)


def all_kinds() -> tuple[Kind, ...]:
    """Every kind in order of name."""
    return tuple(_known.kinds[name] for name in sorted(_known.kinds))


def reason_text(code: str) -> str:
    """A reason in Japanese, or its code."""
    return _known.reasons.get(code, code)


def ask(request: Request) -> Verdict:
    """The gate's answer; without a gate a notice may leave."""
    found = _known.gates.get(request.kind)
    return SEND if found is None else found(request)


def addressee(recipient: str, params: Mapping[str, Any]) -> Addressee | None:
    """Where a letter to a recipient goes; ``params`` are the notice's."""
    book = _known.books.get(recipient.partition(".")[0])
    return None if book is None else book(recipient, params)
