"""Downloads ask for sign-in, then for the system's own rule, and are never shown in place."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from yakuba.core.audit.models import AuditEntry
from yakuba.core.files import services
from yakuba.core.files.pages import download
from yakuba.core.people.models import User

pytestmark = pytest.mark.django_db


def request_of(user: object, method: str = "get") -> object:
    request = getattr(RequestFactory(), method)("/x")
    request.user = user
    return request


def test_an_allowed_person_gets_the_bytes_as_an_attachment() -> None:
    stored = services.store("名".encode() * 9, name="𠮷田 結果.csv", content_type="text/html", by=None)
    user = User.objects.create_user("1001", name="千葉")
    response = download(lambda request, file: request.user == user and file == stored)(
        request_of(user), stored.pk
    )
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response) == "名".encode() * 9
    assert response["Content-Length"] == "27"
    assert response["Content-Disposition"] == (
        "attachment; filename=\"file\"; filename*=UTF-8''%F0%A0%AE%B7%E7%94%B0%20%E7%B5%90%E6%9E%9C.csv"
    )
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target) == (
        "files.download",
        f"user:{user.pk}",
        f"file:{stored.pk}",
    )


def test_a_forbidden_and_an_unknown_file_answer_alike() -> None:
    stored = services.store(b"x", name="a", content_type="", by=None)
    user = User.objects.create_user("1001", name="千葉")
    for pk in (stored.pk, stored.pk + 1):
        with pytest.raises(PermissionDenied):
            download(lambda request, file: False)(request_of(user), pk)
    assert not AuditEntry.objects.exists()


def test_nobody_gets_a_file_without_sign_in_and_nothing_but_reading_is_answered() -> None:
    stored = services.store(b"x", name="a", content_type="", by=None)
    view = download(lambda request, file: True)
    assert view(request_of(AnonymousUser()), stored.pk).status_code == 302
    assert view(request_of(AnonymousUser(), "post"), stored.pk).status_code == 405
