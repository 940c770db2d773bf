"""What somebody new to the pages stumbles over: marks in words, the next step, what is simulated."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.ocr import check_desk
from tests.ocr.pages.test_check_pages import client
from tests.site.browser import make_user
from yakuba.core.border.services import Task, declare
from yakuba.core.people.approval import request_approval
from yakuba.ocr.models import BatchState, FieldValue, ValueState
from yakuba.ocr.pages.check_items import panel
from yakuba.ocr.services import checking
from yakuba.ocr.services.approvals import KIND

pytestmark = pytest.mark.django_db
TICKED: dict[str, Any] = {
    **check_desk.DEFINITION,
    "name": "申込書",
    "fields": [{"name": "agree", "kind": "checkbox", "box": [10, 8, 5, 5], "label": "同意"}],
    "rules": [],
}


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def ticked(**more: Any) -> FieldValue:
    version = check_desk.make_version(TICKED, "申込書")
    batch = check_desk.make_batch(1, version=version, **more)
    FieldValue.objects.update(text="true", raw="true", candidates=[])
    return FieldValue.objects.get(page__batch=batch)


def test_a_tick_stands_in_words_and_is_taken_back_as_a_tick() -> None:
    value, officer = ticked(), make_user("officer")
    shown = panel(value, officer)
    assert shown.text == "あり"
    assert [(one.text, one.label) for one in shown.candidates] == [("true", "✓ 印あり"), ("false", "印なし")]
    done = checking.decide(value.pk, by=officer, act="confirm", text=shown.text, turn=1)
    assert (done.final, done.checks.get().outcome) == ("true", "accepted")
    page = client().get(reverse("ocr:page", args=[value.page_id])).content.decode()
    assert "✓ 印あり" in page
    assert ">true<" not in page


def test_a_blind_tick_is_picked_not_read() -> None:
    value, officer = ticked(blind=True), make_user("officer")
    shown = panel(value, officer)
    assert (shown.text, [one.text for one in shown.candidates]) == ("", ["true", "false"])
    done = checking.decide(value.pk, by=officer, act="confirm", text="false", turn=1)
    assert done.checks.get().text == "false"


def test_a_finished_blind_batch_leads_to_the_border_of_its_form() -> None:
    version = check_desk.make_version()
    batch = check_desk.make_batch(1, version=version, fields=["paid"], blind=True, state=BatchState.DONE)
    value = FieldValue.objects.get()
    walk = reverse("ocr:check-field", args=[batch.pk, version.pk, "paid"])
    FieldValue.objects.update(state=ValueState.DONE)
    border = reverse("border:form", args=["ocr", version.form.name])
    web = client()
    assert border not in web.get(walk).content.decode()  # nothing was routed: there is no such page yet
    declare(Task("ocr", f"{version.form.name}/支払金額", version.version, value.page.engine))
    for address in (walk, reverse("ocr:batch", args=[batch.pk]), reverse("ocr:version", args=[version.pk])):
        assert border in web.get(address).content.decode(), address
    assert web.get(border).status_code == 200


def test_fields_that_passed_by_simulation_are_named_on_their_batch() -> None:
    batch = check_desk.make_batch(2, fields=["paid"])
    page = reverse("ocr:batch", args=[batch.pk])
    web = client("viewer")
    assert "模擬の証明書" not in web.get(page).content.decode()
    one = FieldValue.objects.order_by("pk").first()
    assert one is not None
    one.state, one.decided_because = (
        ValueState.AUTO,
        "確からしさ 0.990 が、証明書（模擬）のしきい値 0.9 以上です。",
    )
    one.save()
    assert "模擬の証明書で処理した欄が1欄あります" in web.get(page).content.decode()


def test_the_list_of_requests_names_what_they_are_about() -> None:
    officer = make_user("officer")
    payload = {"title": "申込書 2"}
    request_approval(KIND, "ocr.version:7", payload, by=officer, reason="確かめました。", system="ocr")
    web = Client()
    web.force_login(officer)
    shown = web.get(reverse("people:approvals")).content.decode()
    assert "申込書 2" in shown
    assert "ocr.version:7" not in shown
