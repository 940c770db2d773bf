"""``/api/v1/nursery``: a round by programme, from its applications to a keyed ledger."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.nursery import desk
from tests.nursery.conftest import token_headers
from tests.nursery.ledger.helpers import book
from yakuba.core.files.models import StoredFile
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import ProtectedPerson, User
from yakuba.nursery.models import ApplicationFile, SelectionRound
from yakuba.nursery.services.visibility import mentions

pytestmark = pytest.mark.django_db

BASE = "/api/v1/nursery"


@pytest.fixture
def writer(admin: User) -> dict[str, str]:
    return token_headers(admin, "nursery:read", "nursery:write")


def post(client: Client, token: dict[str, str], path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{BASE}{path}", json.dumps(body), content_type="application/json", headers=token)


def send(client: Client, token: dict[str, str], pk: int, data: bytes) -> Any:
    file = SimpleUploadedFile("申込.xlsx", data)
    return client.post(f"{BASE}/rounds/{pk}/applications", {"file": file}, headers=token)


def test_a_round_is_created_filled_and_scored(client: Client, writer: dict[str, str], officer: User) -> None:
    rulebook = desk.shiomi(officer)
    assert [one["id"] for one in client.get(f"{BASE}/rulebooks", headers=writer).json()] == [rulebook.pk]
    made = post(
        client, writer, "/rounds", {"title": desk.TITLE, "starts_on": "2027-04-01", "rulebook": rulebook.pk}
    )
    assert made.status_code == 201
    pk = made.json()["id"]
    assert (made.json()["step"], made.json()["action"]) == (1, "import")
    again = post(client, writer, "/rounds", {"title": desk.TITLE, "starts_on": "2027-04-01"})
    assert again.status_code == 409
    assert post(client, writer, f"/rounds/{pk}/scorings", {}).status_code == 409
    file = send(client, writer, pk, desk.data())
    assert (file.status_code, file.json()["children"], file.json()["round"]) == (201, 5, pk)
    started = post(client, writer, f"/rounds/{pk}/scorings", {})
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    run_pending()
    done = client.get(f"{BASE}/scorings/{started.json()['id']}", headers=writer).json()
    assert (done["state"], len(done["questions"])) == ("done", 6)
    now = client.get(f"{BASE}/rounds/{pk}", headers=writer).json()
    assert (now["action"], now["ledger"]) == ("decide", done["ledger"])
    assert client.get(f"{BASE}/rounds", headers=writer).json() == [now]


def test_every_fault_is_named_and_nothing_is_kept(
    client: Client, writer: dict[str, str], officer: User
) -> None:
    selection = desk.opened(officer)
    before = StoredFile.objects.count()
    sheets = desk.grids()
    sheets["児童"][1][4] = 9
    sheets["児童"][2][6] = "NOPE"
    answer = send(client, writer, selection.pk, book(sheets))
    assert answer.status_code == 422
    assert answer.json()["detail"].count("\n") == 1
    assert not ApplicationFile.objects.exists()
    assert StoredFile.objects.count() == before


def test_a_protected_child_is_in_no_answer(client: Client, writer: dict[str, str], officer: User) -> None:
    scoring = desk.scored(officer)
    scoring.warnings = ["世帯f1：確かめてください"]
    scoring.save()
    scoring.applications.warnings = ["受付番号 9001：確かめてください"]
    scoring.applications.save()
    ProtectedPerson.objects.create(
        subject_kind="nursery.child", subject_id="9001", registered_by=officer, registered_at=timezone.now()
    )
    answer = client.get(f"{BASE}/scorings/{scoring.pk}", headers=writer).json()
    text = json.dumps(answer, ensure_ascii=False)
    assert not mentions(text, {"9001", "f1"})
    assert mentions(text, {"9002"})


@pytest.mark.parametrize("path", ["/rounds/0", "/rounds/99999999999999999999", "/scorings/5"])
def test_unknown_numbers_are_not_found(client: Client, writer: dict[str, str], path: str) -> None:
    assert client.get(f"{BASE}{path}", headers=writer).status_code == 404


def test_a_reading_token_creates_nothing(client: Client, admin: User) -> None:
    reader = token_headers(admin, "nursery:read")
    assert post(client, reader, "/rounds", {"title": "x", "starts_on": "2027-04-01"}).status_code == 403
    assert not SelectionRound.objects.exists()
