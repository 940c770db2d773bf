"""Mail as a channel."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yakuba.core.notify.channels import Outgoing, Refused
from yakuba.core.notify.mail.compose import compose, message_id
from yakuba.core.notify.mail.transports import Smtp, Spool, Transport
from yakuba.core.notify.models import ContactPoint

CODE = "notify.code"  # the one kind that goes to an address which is not verified yet


class MailChannel:
    """メール."""

    name = "mail"
    label = "メール"
    transactional = False

    def ready(self) -> bool:
        """Whether the operator has named a server or a spool folder, and a sender."""
        return bool(settings.YAKUBA_MAIL_FROM and (settings.YAKUBA_MAIL_HOST or settings.YAKUBA_MAIL_SPOOL))

    def reaches(self, recipient: str) -> bool:
        """A verified address that was not refused for good."""
        return ContactPoint.objects.filter(
            recipient=recipient, channel=self.name, verified_at__isnull=False, bounced_at=None
        ).exists()

    def deliver(self, one: Outgoing, now: datetime) -> str:
        """Hand the mail over."""
        contacts = ContactPoint.objects.filter(recipient=one.recipient, channel=self.name, bounced_at=None)
        if one.kind.name != CODE:
            contacts = contacts.filter(verified_at__isnull=False)
        contact = contacts.first()
        if contact is None or not contact.address:
            raise Refused("no_address")
        try:
            return transport().deliver(compose(one, contact.address), one.key)
        except Refused:
            ContactPoint.objects.filter(pk=contact.pk).update(bounced_at=now)
            raise

    def accepted(self, one: Outgoing) -> bool | None:
        """Looked up by its Message-ID."""
        return transport().seen(message_id(one), one.key)

    def withdraw(self, one: Outgoing, now: datetime) -> None:
        """A mail can't be called back."""

    def close(self) -> None:
        """End the connection."""
        if _transport.cache_info().currsize and self.ready():
            transport().close()


def transport() -> Transport:
    """The one that the settings name."""
    return _transport(
        settings.YAKUBA_MAIL_SPOOL,
        settings.YAKUBA_MAIL_HOST,
        settings.YAKUBA_MAIL_PORT,
        settings.YAKUBA_MAIL_USER,
        settings.YAKUBA_MAIL_PASSWORD,
        settings.YAKUBA_MAIL_TLS,
        settings.YAKUBA_MAIL_SENT_LOG,
    )


@lru_cache(maxsize=1)
def _transport(
    spool: str, host: str, port: int, user: str, password: str, tls: str, sent_log: str
) -> Transport:
    if spool:
        return Spool(Path(spool))
    log = Path(sent_log) if sent_log else None
    return Smtp(host, port, user=user, password=password, tls=tls, sent_log=log)
