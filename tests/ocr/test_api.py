"""The API: scopes, state, results; nothing of a protected sheet, numbers masked."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core import handover
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import ProtectedPerson
from yakuba.core.tokens import services
from yakuba.ocr.models import Batch, FieldValue
from yakuba.ocr.services.checking import decide

pytestmark = pytest.mark.django_db
BASE = "/api/v1/ocr"


def bearer(*scopes: str) -> dict[str, str]:
    cache.clear()
    account = services.account_named("RPA", by="system:test")
    _, secret = services.issue(account, list(scopes), days=1, by="system:test")
    return {"Authorization": f"Bearer {secret}"}


def get(path: str, **query: Any) -> Any:
    return Client().get(f"{BASE}{path}", query, headers=bearer("ocr:read"))


def finish(batch: Batch) -> None:
    user = make_user("officer")
    for value in FieldValue.objects.filter(page__batch=batch):
        text = check_desk.NUMBER if value.kind == "my_number" else value.text
        decide(value.pk, by=user, act="confirm", text=text, turn=1, sure=True)


def test_a_scope_is_needed_for_each_act() -> None:
    batch = check_desk.make_batch(1)
    assert Client().get(f"{BASE}/batches").status_code == 401
    assert Client().get(f"{BASE}/batches", headers=bearer("ocr:write")).status_code == 403
    assert Client().post(f"{BASE}/batches", headers=bearer("ocr:read")).status_code == 403
    assert get(f"/batches/{batch.pk}").status_code == 200
    assert get(f"/batches/{2**63}").status_code == 404


def test_a_batch_tells_where_it_stands() -> None:
    batch = check_desk.make_batch(2)
    (told,) = get("/batches").json()
    assert (told["open"], told["done"], told["complete"]) == (16, 0, False)
    finish(batch)
    told = get(f"/batches/{batch.pk}").json()
    assert (told["open"], told["done"], told["complete"], told["state"]) == (0, 16, True, "done")
    (form,) = get("/forms").json()
    assert form["fields"][0] == "number"


def test_results_wait_for_the_last_field_and_mask_numbers() -> None:
    batch = check_desk.make_batch(2)
    assert get(f"/batches/{batch.pk}/results").status_code == 409
    finish(batch)
    ProtectedPerson.objects.create(
        subject_kind="ocr.page",
        subject_id=f"{batch.pk}-2",
        registered_by=make_user("officer"),
        registered_at=timezone.now(),
    )
    answer = get(f"/batches/{batch.pk}/results")
    assert answer.status_code == 200
    assert [one["number"] for one in answer.json()["pages"]] == [1]
    assert check_desk.NUMBER not in answer.content.decode()
    rows = handover.read(get(f"/batches/{batch.pk}/rows/{batch.version_id}").content)
    assert len(rows.rows) == 1
    lines = AuditEntry.objects.filter(action="ocr.export").order_by("sequence")
    assert [one.detail["what"] for one in lines] == ["api", "api-rows"]
    assert lines[0].actor.startswith("token:")


def test_scans_come_in_and_bad_ones_leave_nothing() -> None:
    version = check_desk.make_version()
    scan = SimpleUploadedFile("a.png", check_desk.picture(check_desk.TEXTS), "image/png")
    body = {"title": "API の束", "version": version.pk, "file": scan}
    answer = Client().post(f"{BASE}/batches", body, headers=bearer("ocr:write"))
    assert answer.status_code == 201, answer.content
    assert answer.json()["pages"] == 1
    assert Batch.objects.get().source == "api"
    bad = {"title": "x", "version": version.pk, "file": SimpleUploadedFile("a.png", b"no picture")}
    assert Client().post(f"{BASE}/batches", bad, headers=bearer("ocr:write")).status_code == 422
    long = {**bad, "title": "あ" * 101, "file": SimpleUploadedFile("a.png", b"x")}
    assert Client().post(f"{BASE}/batches", long, headers=bearer("ocr:write")).status_code == 422
    assert Batch.objects.count() == 1
