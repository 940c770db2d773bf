"""Why something that a family asked for does not happen. Pages turn each into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Refused(Exception):
    """Nothing was changed."""


class Wrong(Refused):
    """What was typed in does not fit together; nobody is told which part."""


@dataclass
class Locked(Refused):
    """Too many failures. ``until`` is ``None`` when only the office can help."""

    until: datetime | None


@dataclass
class Gone(Refused):
    """The code is right, but was used, taken back (``revoked``) or is too old (``expired``)."""

    why: str


class Repeated(Refused):
    """The same form came again, too late to be answered as before: what it asked for was done then."""


class NotAllowed(Refused):
    """The account may look at the child, but not do this; or there is no such child for it."""


@dataclass
class BadField(Refused):
    """A field of a form: its name, a code for the reason, and values for the words."""

    field: str
    code: str
    values: dict[str, object] | None = None
