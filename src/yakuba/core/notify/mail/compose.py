"""The mail of a notice."""

from __future__ import annotations

from email.charset import BASE64, Charset

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext, override

from yakuba.core.notify.channels import Outgoing
from yakuba.core.notify.domain.texts import without_ruby
from yakuba.core.notify.wording import subject_of, text_of, when

UTF8 = Charset("utf-8")
UTF8.body_encoding = BASE64  # old servers between us and the reader take nothing wider than seven bits


def message_id(one: Outgoing) -> str:
    """The same for every attempt at one revision of a notice, so that a second copy can be told."""
    domain = settings.YAKUBA_MAIL_FROM.rpartition("@")[2] or "localhost"
    return f"<{one.key}@{domain}>"


def compose(one: Outgoing, address: str) -> EmailMessage:
    """Subject, text and the headers that keep out-of-office replies away (RFC 3834)."""
    with override(one.language):
        subject = subject_of(one.kind)
        town = settings.YAKUBA_CITY_EN if one.language == "en" else settings.YAKUBA_CITY
        paragraphs = _paragraphs(one)
    mail = EmailMessage(
        subject=without_ruby(subject),
        body=without_ruby("\n\n".join([*paragraphs, f"-- \n{town}"])) + "\n",
        from_email=settings.YAKUBA_MAIL_FROM,
        to=[address],
        headers={
            "Message-ID": message_id(one),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    mail.encoding = UTF8
    return mail


def _paragraphs(one: Outgoing) -> list[str]:
    """The text; unless the kind is told in mail, only when, and where the rest is."""
    if one.kind.told_in_mail:
        return list(text_of(one.kind, one.params, one.at, one.language, all_day=one.all_day).paragraphs)
    said = [
        gettext("There is a notice for you."),
        gettext("When: %(when)s") % {"when": when(one.at, all_day=one.all_day)},
        gettext("Please sign in to read it."),
    ]
    address = settings.YAKUBA_PUBLIC_ADDRESS
    return [*said, address] if address else said
