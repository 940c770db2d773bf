"""The check screen without a script: rights, forms, pictures, numbers, exports."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import ProtectedPerson
from yakuba.ocr.models import Batch, BatchState, Check, FieldValue, ValueState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def client(role: str = "officer", systems: list[str] | None = None) -> Client:
    found = Client()
    found.force_login(make_user(role, systems))
    return found


def field_page(batch: Batch, name: str = "paid") -> str:
    return reverse("ocr:check-field", args=[batch.pk, batch.version_id, name])


def values(batch: Batch, name: str = "paid") -> list[FieldValue]:
    return list(FieldValue.objects.filter(page__batch=batch, name=name).order_by("page__number"))


def test_viewers_and_other_offices_see_nothing() -> None:
    batch = check_desk.make_batch(1)
    (value,) = values(batch)
    paths = [
        reverse("ocr:check", args=[batch.pk]),
        field_page(batch),
        reverse("ocr:check-page", args=[batch.pk, 1]),
        reverse("ocr:check-bulk", args=[batch.pk, batch.version_id, "paid"]),
        reverse("ocr:export", args=[batch.pk]),
        reverse("ocr:export-columns", args=[batch.version_id]),
        *(
            reverse(f"ocr:{one}", args=[value.pk])
            for one in ("check-panel", "crop", "crop-around", "crop-sheet")
        ),
    ]
    officer, viewer = client(), client("viewer")
    for path in paths:
        assert officer.get(path).status_code == 200, path
        assert viewer.get(path).status_code == 403, path
        assert Client().get(path).status_code == 302, path
    assert viewer.post(reverse("ocr:check-decide", args=[value.pk])).status_code == 403
    assert viewer.post(reverse("ocr:check-undo", args=[value.pk])).status_code == 403


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_numbers_that_are_nobody_s_are_not_found(number: int) -> None:
    officer = client()
    for name in ("check", "export"):
        assert officer.get(reverse(f"ocr:{name}", args=[number])).status_code == 404
    for name in ("check-panel", "crop"):
        assert officer.get(reverse(f"ocr:{name}", args=[number])).status_code == 404
    assert officer.get(reverse("ocr:export-columns", args=[number])).status_code == 404
    batch = check_desk.make_batch(1)
    assert officer.get(reverse("ocr:check-field", args=[batch.pk, number, "paid"])).status_code == 404
    assert officer.get(reverse("ocr:check-page", args=[batch.pk, number])).status_code == 404


def test_plain_forms_confirm_pick_doubt_and_undo() -> None:
    batch = check_desk.make_batch(3, fields=["born"])
    first, second, third = values(batch, "born")
    check_desk.doubt(second, "1986-05-01")
    officer = client()
    decide = {one.pk: reverse("ocr:check-decide", args=[one.pk]) for one in (first, second, third)}
    answer = officer.post(decide[first.pk], {"act": "confirm", "text": "S60.5.1", "turn": "1"}, follow=True)
    assert f'data-check="{second.pk}"' in answer.content.decode()
    answer = officer.post(decide[second.pk], {"pick": "2", "text": "x", "turn": "1"}, follow=True)
    assert FieldValue.objects.get(pk=second.pk).final == "1986-05-01"
    answer = officer.post(decide[third.pk], {"act": "confirm", "text": "昭和65年1月1日", "turn": "1"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "元号「昭」にない日付" in page
    assert 'value="昭和65年1月1日"' in page
    assert 'name="sure" value="1"' in page
    officer.post(decide[third.pk], {"act": "confirm", "text": "昭和65年1月1日", "turn": "1", "sure": "1"})
    assert FieldValue.objects.get(pk=third.pk).state == ValueState.DONE
    done = officer.get(field_page(batch, "born")).content.decode()
    assert "すべて終わりました" in done
    officer.post(reverse("ocr:check-undo", args=[third.pk]))
    assert FieldValue.objects.get(pk=third.pk).state == ValueState.WAITING
    answer = officer.post(decide[first.pk], {"act": "confirm", "text": "1", "turn": "1"}, follow=True)
    assert "先に確認" in answer.content.decode()
    assert officer.post(decide[third.pk], {"act": "nonsense", "turn": "1"}).status_code == 302
    assert Check.objects.count() == 3


def test_the_script_gets_json() -> None:
    batch = check_desk.make_batch(2, fields=["paid"])
    first, _ = values(batch)
    officer = client()
    where = reverse("ocr:check-decide", args=[first.pk])
    body = {"act": "confirm", "text": first.text, "turn": "1", "seconds": "1.5", "keystrokes": "1"}
    told = officer.post(where, body, headers={"Accept": "application/json"}).json()
    assert told["ok"] is True
    assert (told["left"], told["settled"], told["median"], told["waits"]) == (1, 1, 1.5, False)
    assert "✓" in told["cell"]
    again = officer.post(where, body, headers={"Accept": "application/json"})
    assert (again.status_code, again.json()["ok"]) == (409, False)
    undone = officer.post(reverse("ocr:check-undo", args=[first.pk]), headers={"Accept": "application/json"})
    assert undone.json()["waits"] is True
    bad = officer.post(where, {**body, "text": "\x01"}, headers={"Accept": "application/json"})
    assert bad.status_code == 422


def test_a_personal_number_leaves_an_audit_line_at_each_view_and_is_masked_elsewhere() -> None:
    batch = check_desk.make_batch(2, fields=["number", "paid"])
    first, second = values(batch, "number")
    officer = client()
    page = officer.get(field_page(batch, "number")).content.decode()
    assert f'value="{check_desk.NUMBER}"' in page
    assert page.count(check_desk.NUMBER) <= 3  # the field's own panel alone
    assert "•••• •••• 9018" in page
    assert AuditEntry.objects.filter(action="ocr.number.view").count() == 1
    picture = officer.get(reverse("ocr:crop", args=[first.pk]))
    assert "no-store" in picture["Cache-Control"]
    assert AuditEntry.objects.filter(action="ocr.number.view").count() == 2
    ahead = officer.get(reverse("ocr:check-panel", args=[second.pk]), {"ahead": "1"})
    assert (ahead.status_code, ahead.content) == (204, b"")
    other = officer.get(reverse("ocr:check-page", args=[batch.pk, 1]), {"v": values(batch)[0].pk})
    assert check_desk.NUMBER not in other.content.decode()
    assert AuditEntry.objects.filter(action="ocr.number.view").count() == 2


def test_pictures_cover_the_number_of_the_sheet() -> None:
    batch = check_desk.make_batch(1)
    (value,) = values(batch)
    officer = client()
    for name in ("crop-around", "crop-sheet"):
        answer = officer.get(reverse(f"ocr:{name}", args=[value.pk]))
        image = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        if name == "crop-sheet":
            part = image[9 * 8 : 15 * 8, 11 * 8 : 80 * 8]
            assert part.min() == part.max() == 112
    crop = officer.get(reverse("ocr:crop", args=[value.pk]))
    image = cv2.imdecode(np.frombuffer(crop.content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[:2] == (
        round((40 + 1.2) * 8) - round((32 - 1.2) * 8),
        round(61.2 * 8) - round(8.8 * 8),
    )
    value.page.registered = None
    value.page.save()
    assert officer.get(reverse("ocr:crop-sheet", args=[value.pk])).status_code == 404


def test_a_protected_sheet_is_not_there_for_others() -> None:
    batch = check_desk.make_batch(2, fields=["paid"])
    first, second = values(batch)
    ProtectedPerson.objects.create(
        subject_kind="ocr.page",
        subject_id=f"{batch.pk}-1",
        registered_by=make_user("officer"),
        registered_at=timezone.now(),
    )
    officer = client()
    page = officer.get(field_page(batch)).content.decode()
    assert f'data-check="{second.pk}"' in page
    assert f'data-cell="{first.pk}"' not in page
    assert officer.get(reverse("ocr:crop", args=[first.pk])).status_code == 404
    assert officer.post(reverse("ocr:check-decide", args=[first.pk]), {"turn": "1"}).status_code == 404


def test_a_grid_posts_what_is_shown_without_what_is_wrong() -> None:
    batch = check_desk.make_batch(3, fields=["paid"])
    rows = values(batch)
    officer = client()
    where = reverse("ocr:check-bulk", args=[batch.pk, batch.version_id, "paid"])
    assert officer.get(where).content.decode().count('name="wrong"') == 3
    body = {"shown": [one.pk for one in rows], "wrong": [rows[1].pk], "seconds": "3", "keystrokes": "2"}
    answer = officer.post(where, body, follow=True)
    assert "2件を確定しました" in answer.content.decode()
    assert f'data-check="{rows[1].pk}"' in answer.content.decode()
    officer.post(reverse("ocr:check-decide", args=[rows[1].pk]), {"act": "illegible", "turn": "1"})
    assert officer.get(where, follow=True).status_code == 200
    assert Batch.objects.get().state == BatchState.DONE


def test_an_export_page_asks_lists_and_hands_out() -> None:
    batch = check_desk.make_batch(1, fields=["name", "paid"])
    officer = client()
    where = reverse("ocr:export", args=[batch.pk])
    assert officer.post(where, {"kind": "csv"}).status_code == 422
    for value in FieldValue.objects.all():
        officer.post(reverse("ocr:check-decide", args=[value.pk]), {"text": value.text, "turn": "1"})
    FieldValue.objects.filter(name="name").update(final="𠮷")
    for kind in ("csv", "json", "rows", "pdf"):
        answer = officer.post(where, {"kind": kind})
        assert answer.status_code == 200, kind
        assert "attachment" in answer["Content-Disposition"]
    lost = officer.post(where, {"kind": "sjis"})
    assert lost.status_code == 422
    assert "U+20BB7" in lost.content.decode()
    assert officer.post(where, {"kind": "sjis", "replace": "1"}).content.decode("cp932").count("〓") == 1
    assert officer.post(where, {"kind": "exe"}).status_code == 422
    check_desk.make_value(batch.pages.get(), 9, "born", "date", "2020-01-01")
    part = officer.post(where, {"kind": "csv", "part": "1"})
    assert part.status_code == 422  # the only sheet waits
    lines = AuditEntry.objects.filter(action="ocr.export").order_by("sequence")
    assert [one.detail["what"] for one in lines] == ["csv", "json", "rows", "pdf", "sjis"]


def test_the_name_of_a_part_says_so() -> None:
    batch = check_desk.make_batch(2, fields=["paid"])
    officer = client()
    first, _ = values(batch)
    officer.post(reverse("ocr:check-decide", args=[first.pk]), {"text": "5", "turn": "1"})
    answer = officer.post(reverse("ocr:export", args=[batch.pk]), {"kind": "csv", "part": "1"})
    from urllib.parse import unquote

    assert "確認済み1枚だけ" in unquote(answer["Content-Disposition"])


def test_columns_are_chosen_ordered_and_named() -> None:
    batch = check_desk.make_batch(1)
    officer = client()
    where = reverse("ocr:export-columns", args=[batch.version_id])
    body = {"on-paid": "1", "order-paid": "2", "title-paid": "金額", "on-name": "1", "order-name": "1"}
    assert officer.post(where, body).status_code == 302
    from yakuba.ocr.models import ExportLayout

    assert ExportLayout.objects.get().columns == [
        {"field": "name", "title": "氏名"},
        {"field": "paid", "title": "金額"},
    ]
    page = officer.get(where).content.decode()
    assert "金額" in page
    assert "1つもありません" in officer.post(where, {}, follow=True).content.decode()
    assert json.dumps(ExportLayout.objects.get().columns)


def test_choosing_by_page_and_by_field_counts_the_same() -> None:
    batch = check_desk.make_batch(2)
    officer = client("approver")
    where = reverse("ocr:check", args=[batch.pk])
    by_field, by_page = officer.get(where), officer.get(where, {"by": "page"})
    assert by_field.context["waiting"] == by_page.context["waiting"] == 16
    assert len(by_field.context["groups"]) == 8
    assert len(by_page.context["groups"]) == 2
