"""``/api/v1/nursery``: scopes, a ledger in, a result out, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.nursery.conftest import TITLE, small_ledger, tied_ledger, token_headers
from tests.nursery.ledger.helpers import book
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.services import read as read_file
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, Ledger

pytestmark = pytest.mark.django_db

BASE = "/api/v1/nursery"
Call = Callable[..., Any]


@pytest.fixture
def writer(admin: User) -> dict[str, str]:
    return token_headers(admin, "nursery:read", "nursery:write")


def send(
    client: Client, token: dict[str, str], data: bytes, title: str = TITLE, name: str = "台帳.xlsx"
) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(f"{BASE}/ledgers", {"title": title, "file": file}, headers=token)


def start(client: Client, token: dict[str, str], **body: Any) -> Any:
    return client.post(
        f"{BASE}/allocations", json.dumps(body), content_type="application/json", headers=token
    )


def test_a_ledger_goes_in_and_the_result_comes_out(client: Client, writer: dict[str, str]) -> None:
    created = send(client, writer, book(small_ledger()))
    assert created.status_code == 201
    ledger = created.json()
    assert (ledger["title"], ledger["number"], ledger["children"], ledger["ties"]) == (TITLE, 1, 5, [])
    assert client.get(f"{BASE}/ledgers", headers=writer).json() == [ledger]
    assert client.get(f"{BASE}/ledgers/{ledger['id']}", headers=writer).json() == ledger
    started = start(client, writer, ledger=ledger["id"])
    assert started.status_code == 202
    run = f"{BASE}/allocations/{started.json()['id']}"
    assert client.get(run, headers=writer).json()["state"] == "queued"
    for part in ("result", "certificate", "children/7001"):
        early = client.get(f"{run}/{part}", headers=writer)
        assert early.status_code == 409
        assert "計算が終わっていません" in early.json()["detail"]
    run_pending()
    done = client.get(run, headers=writer).json()
    assert (done["state"], done["status"], done["figures"]["placed"]) == ("done", "stable", 3)
    found = Allocation.objects.get()
    assert client.get(f"{run}/certificate", headers=writer).content == read_file(
        found.kept_file("certificate")
    )
    result = client.get(f"{run}/result", headers=writer)
    assert result.json() == json.loads(read_file(found.kept_file("result")))
    child = client.get(f"{run}/children/7003", headers=writer).json()
    assert (child["outcome"], child["class_id"], child["wish_number"]) == ("waiting", "", None)
    assert child["reasons"][0]["wish"] == 1
    assert "定員1人" in child["reasons"][0]["sentence"]


def test_reading_does_not_allow_writing_and_no_token_allows_nothing(client: Client, admin: User) -> None:
    reader = token_headers(admin, "nursery:read")
    assert send(client, reader, book(small_ledger())).status_code == 403
    assert start(client, reader, ledger=1).status_code == 403
    only_writer = token_headers(admin, "nursery:write")
    assert client.get(f"{BASE}/ledgers", headers=only_writer).status_code == 403
    for token in ({}, {"Authorization": "Bearer ykb_x"}):
        assert client.get(f"{BASE}/ledgers", headers=token).status_code == 401
    assert not Ledger.objects.exists()


@pytest.mark.parametrize(
    ("title", "said"), [(" ", "ありません"), ("選" * 101, "101文字"), ("選考\u202e", "見えない文字")]
)
def test_a_bad_title_is_refused(title: str, said: str, client: Client, writer: dict[str, str]) -> None:
    answer = send(client, writer, book(small_ledger()), title)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert not Ledger.objects.exists()


def test_a_faulty_ledger_names_its_faults(client: Client, writer: dict[str, str]) -> None:
    sheets = small_ledger()
    sheets["申込"][1][4] = "2025/2/30"
    answer = send(client, writer, book(sheets))
    assert answer.status_code == 422
    assert "2025/2/30" in answer.json()["detail"]
    assert send(client, writer, b"MZ", name="台帳.exe").status_code == 422
    assert not Ledger.objects.exists()


def test_a_file_over_the_limit_is_refused(
    client: Client, writer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yakuba.nursery.api.UPLOAD_LIMIT", 10)
    assert send(client, writer, book(small_ledger())).status_code == 413


def test_ties_need_a_seed(client: Client, writer: dict[str, str]) -> None:
    ledger = send(client, writer, book(tied_ledger())).json()
    assert len(ledger["ties"]) == 1
    refused = start(client, writer, ledger=ledger["id"])
    assert refused.status_code == 409
    assert "同点が 1組あります" in refused.json()["detail"]
    assert start(client, writer, ledger=ledger["id"], seed=3).json()["seed"] == 3


@pytest.mark.parametrize(
    "body", [{"ledger": 99}, {"ledger": 0}, {"ledger": 10**30}, {"ledger": 1, "seed": -1}, {}]
)
def test_a_run_that_cannot_start_is_refused(
    body: dict[str, int], client: Client, writer: dict[str, str]
) -> None:
    assert start(client, writer, **body).status_code in (404, 422)
    assert not Allocation.objects.exists()


@pytest.mark.parametrize("number", ["0", "-1", "99", str(10**30)])
def test_numbers_that_do_not_exist_are_not_found(number: str, client: Client, writer: dict[str, str]) -> None:
    for part in ("ledgers/{}", "allocations/{}", "allocations/{}/result", "allocations/{}/children/x"):
        assert client.get(f"{BASE}/{part.format(number)}", headers=writer).status_code == 404


def test_a_child_number_with_a_null_character_is_not_found(
    client: Client, writer: dict[str, str], result: Allocation
) -> None:
    assert client.get(f"{BASE}/allocations/{result.pk}/children/7001%00x", headers=writer).status_code == 404


def test_the_audit_log_names_the_programme(client: Client, writer: dict[str, str]) -> None:
    send(client, writer, book(small_ledger()))
    line = AuditEntry.objects.get(action="nursery.ledger.import")
    assert line.actor != "system:nursery"
    assert Ledger.objects.get().imported_by is None
