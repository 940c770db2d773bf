"""What the people pages share."""

from __future__ import annotations

import base64
from typing import Any, cast

from django.core import signing
from django.http import HttpRequest

from yakuba.core.people.domain.tables import MAX_BYTES
from yakuba.core.people.models import User

PREVIEW_SECONDS = 30 * 60


def member(request: HttpRequest) -> User:
    """The signed-in person, behind a guard that made sure of it."""
    return cast(User, request.user)


def read_upload(upload: Any) -> bytes:
    """The uploaded file's bytes, one more than allowed at most (the reader then says that it is too big)."""
    return cast(bytes, upload.read(MAX_BYTES + 1))


def pack(data: bytes, user: User) -> str:
    """A previewed file as a signed form value of this person: nothing is kept on the server meanwhile."""
    return signing.dumps(
        base64.b64encode(data).decode("ascii"), salt=f"people.preview.{user.pk}", compress=True
    )


def unpack(value: str, user: User) -> bytes | None:
    """The previewed file, or ``None`` after half an hour, for another person or a changed value."""
    try:
        text = signing.loads(value, salt=f"people.preview.{user.pk}", max_age=PREVIEW_SECONDS)
    except signing.BadSignature:
        return None
    return base64.b64decode(text)
