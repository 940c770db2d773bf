"""Mail addresses of recipients: proven by a code before anything is told to them."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import salted_hmac

from yakuba.core.notify.mail.channel import CODE
from yakuba.core.notify.models import ContactPoint
from yakuba.core.notify.services.planning import cancel, plan, replan

MAIL = "mail"
CODE_LIVES = timedelta(minutes=30)
BETWEEN = timedelta(minutes=1)  # two codes
MOST_FAILURES = 5  # of one code
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3


class ContactError(ValueError):
    """``code`` says which: ``bad_address``, ``too_soon``, ``no_code``, ``expired``, ``wrong``, ``locked``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def mail_of(recipient: str) -> ContactPoint | None:
    """The recipient's mail address, proven or not."""
    return ContactPoint.objects.filter(recipient=recipient, channel=MAIL).first()


@transaction.atomic
def start(recipient: str, address: str, *, now: datetime) -> ContactPoint:
    """Keep an address and send it a code. It takes the place of an earlier one, which is used no more.

    ``ContactError``: ``bad_address``, ``too_soon``.
    """
    text = address.strip()
    try:
        validate_email(text)
    except ValidationError:
        raise ContactError("bad_address") from None
    if len(text) > LONGEST_ADDRESS or not text.isascii():
        raise ContactError("bad_address")
    contact, _made = ContactPoint.objects.select_for_update().get_or_create(recipient=recipient, channel=MAIL)
    if contact.code_at is not None and now - contact.code_at < BETWEEN:
        raise ContactError("too_soon")
    cancel(recipient, _event(contact), now=now)
    number = f"{secrets.randbelow(10**6):06}"
    contact.address, contact.verified_at, contact.bounced_at = text, None, None
    contact.code_number += 1
    contact.code_at, contact.code_failures = now, 0
    contact.code_digest = _digest(contact, number)
    contact.save()
    plan(
        recipient,
        _event(contact),
        kind=CODE,
        at=now + CODE_LIVES,
        params={"code": number},
        channel_names=(MAIL,),
        now=now,
    )
    replan(recipient, now=now)
    return contact


def confirm(recipient: str, typed: str, *, now: datetime) -> ContactPoint:
    """Take the code; from now on mail goes to the address.

    ``ContactError``: ``no_code``, ``expired``, ``wrong``, ``locked`` (too many wrong ones: send a new code).
    """
    with transaction.atomic():
        outcome = _confirm(recipient, typed, now)
    if isinstance(outcome, ContactError):  # raised here, so that the failure stays counted
        raise outcome
    return outcome


def _confirm(recipient: str, typed: str, now: datetime) -> ContactPoint | ContactError:
    rows = ContactPoint.objects.select_for_update().filter(recipient=recipient, channel=MAIL)
    contact = rows.first()
    if contact is None or not contact.code_digest or contact.code_at is None:
        return ContactError("no_code")
    if contact.code_failures >= MOST_FAILURES:
        return ContactError("locked")
    if now - contact.code_at > CODE_LIVES:
        return ContactError("expired")
    number = "".join(typed.split())
    if not hmac.compare_digest(_digest(contact, number), contact.code_digest):
        contact.code_failures += 1
        contact.save(update_fields=["code_failures"])
        return ContactError("wrong")
    contact.verified_at, contact.code_digest = now, ""
    contact.save(update_fields=["verified_at", "code_digest"])
    replan(recipient, now=now)
    return contact


@transaction.atomic
def remove(recipient: str, *, now: datetime) -> bool:
    """Forget the address; ``False`` when there was none."""
    contact = ContactPoint.objects.select_for_update().filter(recipient=recipient, channel=MAIL).first()
    if contact is None:
        return False
    cancel(recipient, _event(contact), now=now)
    contact.delete()
    replan(recipient, now=now)
    return True


def _event(contact: ContactPoint) -> str:
    return f"{CODE}:{contact.pk}.{contact.code_number}"


def _digest(contact: ContactPoint, number: str) -> str:
    text = f"{contact.recipient}:{contact.pk}:{contact.code_number}:{number}"
    return salted_hmac("yakuba.core.notify.code", text, algorithm="sha256").hexdigest()
