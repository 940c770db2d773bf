"""Two faces, two networks: residents' pages reach no staff table, whatever is tried."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from tests.site.browser import make_user, named_pages
from yakuba.core.audit.models import AuditEntry
from yakuba.core.faces import Face
from yakuba.core.people.models import User
from yakuba.site.faces import (
    FOREIGN_APPS,
    StaffTableRefused,
    answering,
    face_of,
    path_face,
    staff_tables,
)
from yakuba.site.middleware import FaceMiddleware

pytestmark = pytest.mark.django_db


def test_every_model_of_ours_says_whose_it_is() -> None:
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("yakuba.") and not isinstance(model.__dict__.get("face"), Face)
    ]
    assert silent == []


def test_every_foreign_table_has_been_thought_of() -> None:
    foreign = {
        model._meta.app_label for model in apps.get_models() if not model.__module__.startswith("yakuba.")
    }
    assert foreign - set(FOREIGN_APPS) == set()


@pytest.mark.parametrize(
    ("address", "face"),
    [
        ("/", Face.RESIDENT),
        ("/staffing/", Face.RESIDENT),
        ("/apiary", Face.RESIDENT),
        ("/staff/", Face.STAFF),
        ("/staff", Face.STAFF),
        ("/staff/nursery/1", Face.STAFF),
        ("/api/v1/health", Face.STAFF),
        ("/static/yakuba/base.css", Face.RESIDENT),
    ],
)
def test_the_address_decides_the_face(address: str, face: Face) -> None:
    assert path_face(address) is face


def ways() -> list[Any]:
    return [
        pytest.param(lambda: User.objects.count(), id="query set"),
        pytest.param(lambda: list(User.objects.raw("SELECT * FROM people_user")), id="raw query set"),
        pytest.param(lambda: connection.cursor().execute("SELECT 1 FROM people_user"), id="hand-written"),
        pytest.param(
            lambda: connection.cursor().execute('SELECT 1 FROM (SELECT * FROM "people_user") AS x'),
            id="hidden in a sub-query",
        ),
        pytest.param(lambda: Session.objects.exists(), id="session"),
        pytest.param(lambda: AuditEntry.objects.create(sequence=1), id="write"),
        pytest.param(lambda: User(username="x", name="x").save(), id="save"),
    ]


@pytest.mark.parametrize("attempt", ways())
def test_a_resident_request_can_not_touch_a_staff_table(attempt: Any) -> None:
    with answering(Face.RESIDENT), pytest.raises(StaffTableRefused):
        attempt()


@pytest.mark.parametrize("attempt", ways()[:1])
def test_the_same_is_allowed_to_staff(attempt: Any) -> None:
    with answering(Face.STAFF):
        assert attempt() == 0


def test_a_join_into_a_staff_table_is_refused_though_the_router_never_sees_it() -> None:
    with answering(Face.RESIDENT), pytest.raises(StaffTableRefused, match="people_user"):
        connection.cursor().execute("SELECT 1 FROM django_content_type c JOIN people_user u ON u.id = c.id")


def test_staff_tables_are_told_from_names_that_only_look_alike() -> None:
    assert staff_tables().search('SELECT * FROM "people_user"')
    assert staff_tables().search("select * from PEOPLE_USER where 1")
    assert not staff_tables().search('SELECT * FROM "people_user_public"')
    assert not staff_tables().search('SELECT * FROM "my_people_user"')


def resident_pages() -> list[str]:
    return [one for one in named_pages() if path_face(one) is Face.RESIDENT]


@pytest.mark.parametrize("address", resident_pages())
def test_each_resident_page_touches_no_staff_table_even_with_a_staff_cookie(
    client: Client, address: str
) -> None:
    client.force_login(make_user())
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code < 400 or answer.status_code == 405  # an act, not a page
    assert [one["sql"] for one in asked if staff_tables().search(one["sql"])] == []


def test_a_resident_page_that_tries_is_stopped() -> None:
    def curious(request: Any) -> HttpResponse:
        return HttpResponse(str(User.objects.count()))

    with pytest.raises(StaffTableRefused):
        FaceMiddleware(curious)(RequestFactory().get("/curious/"))
    assert FaceMiddleware(curious)(RequestFactory().get("/staff/curious/")).content == b"0"


def test_a_resident_request_carries_no_staff_session(settings: Any) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "secret"
    FaceMiddleware(lambda seen: HttpResponse(str(settings.SESSION_COOKIE_NAME in seen.COOKIES)))(request)
    assert settings.SESSION_COOKIE_NAME not in request.COOKIES


@pytest.mark.parametrize("address", ["/staff/", "/staff/components", "/api/v1/health"])
def test_a_resident_installation_has_no_staff_pages(client: Client, address: str) -> None:
    with override_settings(YAKUBA_FACE="resident"):
        assert client.get(address).status_code == 404
        assert client.get("/").status_code == 200


def test_a_staff_installation_has_no_resident_pages(client: Client) -> None:
    with override_settings(YAKUBA_FACE="staff"):
        assert client.get("/")["Location"] == "/staff/"
        assert client.get("/anything/").status_code == 404
        assert client.get("/api/v1/health").status_code == 200


def test_a_resident_installation_refuses_staff_tables_outside_of_requests_too() -> None:
    with override_settings(YAKUBA_FACE="resident"), pytest.raises(StaffTableRefused):
        User.objects.count()


@pytest.mark.workers
def test_a_resident_installation_does_not_even_create_staff_tables(tmp_path: Path) -> None:
    surroundings = {
        **{key: value for key, value in os.environ.items() if not key.startswith("YAKUBA_")},
        "YAKUBA_HOME": str(tmp_path),
        "YAKUBA_FACE": "resident",
    }
    subprocess.run([sys.executable, "-m", "yakuba", "migrate"], env=surroundings, check=True, timeout=120)
    with sqlite3.connect(tmp_path / "yakuba.sqlite3") as database:
        made = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    staff = {one._meta.db_table for one in apps.get_models() if face_of(one) is Face.STAFF}
    assert made & staff == set()
    assert "django_migrations" in made
