"""Two ways to hand a mail over: a mail server (SMTP), or a folder that a mail relay empties (spool)."""

from __future__ import annotations

import fcntl
import mmap
import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from yakuba.core.notify.channels import Refused, TryLater, Unknown

TIMEOUT_S = 20  # far below the lease of a claim


class Transport(Protocol):
    """Takes a mail and may remember it."""

    def deliver(self, mail: EmailMessage, key: str) -> str:
        """A receipt. Raises ``TryLater``, ``Refused``, ``Unknown``."""

    def seen(self, message_id: str, key: str) -> bool | None:
        """Whether the mail was taken; ``None``: this transport can't tell."""

    def close(self) -> None:
        """End what is open."""


class Smtp:
    """A mail server; one connection for many mails.

    ``sent_log``: a file that the mail server, or a filter on its log, adds each Message-ID to **after** it
    has taken a mail for good. It settles the one question that SMTP leaves open.
    """

    def __init__(
        self, host: str, port: int, *, user: str, password: str, tls: str, sent_log: Path | None
    ) -> None:
        self._backend = EmailBackend(
            host=host,
            port=port,
            username=user,
            password=password,
            use_tls=tls == "starttls",
            use_ssl=tls == "tls",
            timeout=TIMEOUT_S,
            fail_silently=False,
        )
        self._sent_log = sent_log

    def deliver(self, mail: EmailMessage, key: str) -> str:
        """Until the text itself is sent every failure is certain; from there a broken line leaves it open."""
        try:
            self._backend.open()
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            self._drop()
            raise TryLater("unreachable") from error
        try:
            self._backend.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            self._drop()
            codes = [code for code, _ in error.recipients.values()]
            raise (Refused("refused") if all(code >= 500 for code in codes) else TryLater("later")) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as error:
            self._drop()
            raise TryLater("later") from error
        except smtplib.SMTPDataError as error:
            self._drop()
            raise (Refused("refused") if error.smtp_code >= 500 else TryLater("later")) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Unknown(type(error).__name__) from error
        return "smtp:accepted"

    def seen(self, message_id: str, key: str) -> bool | None:
        """Looked up in the mail server's list; ``None`` without one."""
        if self._sent_log is None:
            return None
        try:
            with self._sent_log.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size == 0:
                    return False
                with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
                    return text.find(message_id.encode()) >= 0
        except OSError:
            return None

    def close(self) -> None:
        """Say goodbye; a server that does not answer is left."""
        with suppress(smtplib.SMTPException, OSError):
            self._backend.close()
        self._backend.connection = None

    def _drop(self) -> None:
        connection = self._backend.connection
        if connection is not None:
            connection.close()  # without QUIT: nothing more is to be heard
        self._backend.connection = None


class Spool:
    """A folder: ``new/`` is emptied by a mail relay, which moves what it has sent to ``taken/``.

    A mail stands there once: its name is its key, and looking and putting happen under one lock, which the
    kernel frees when its holder dies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, mail: EmailMessage, key: str) -> str:
        """Write it whole, then give it its name."""
        data = b"\r\n".join(mail.message().as_bytes().splitlines()) + b"\r\n"
        try:
            with self._lock():
                if not self._there(key):
                    self._put(key, data)
        except OSError as error:
            raise TryLater("unreachable") from error
        return f"spool:{key}"

    def seen(self, message_id: str, key: str) -> bool | None:
        """Whether its name is there."""
        try:
            with self._lock():
                return self._there(key)
        except OSError:
            return None

    def close(self) -> None:
        """Nothing is kept open."""

    @contextmanager
    def _lock(self) -> Iterator[None]:
        for name in ("new", "taken", "tmp"):
            (self._folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / "lock").open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _there(self, key: str) -> bool:
        # In this order: the relay moves from the first to the second.
        return (self._folder / "new" / f"{key}.eml").exists() or (
            self._folder / "taken" / f"{key}.eml"
        ).exists()

    def _put(self, key: str, data: bytes) -> None:
        draft = self._folder / "tmp" / f"{key}.eml"
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._folder / "new" / draft.name)
        folder = os.open(self._folder / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
