"""Pins: consequences first, two persons, the next run, and off again."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import small_ledger, upload
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.services import read as read_file
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import ApprovalError, consequences_of, decide, place_of, withdraw
from yakuba.core.people.models import User
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.verify import verify
from yakuba.nursery.models import Allocation, Pin, PinPreview
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.approvals import ask_for_approval
from yakuba.nursery.services.ledgers import import_ledger
from yakuba.nursery.services.pins import PinError, approved_pins, ask_for_pin, preview, remove_pin
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db
REASON = "児童相談所からの要請（文書番号 12）"


def asked(result: Allocation, officer: User, child: str = "7003", to: str | None = "1-1") -> Pin:
    return ask_for_pin(result, child=child, class_id=to, reason=REASON, by=officer)


def next_run(result: Allocation, officer: User) -> Allocation:
    again = request_allocation(result.ledger, seed=None, by=officer)
    run_pending()
    again.refresh_from_db()
    assert again.is_finished, again.job and again.job.error_detail
    return again


def test_the_consequences_are_shown_before_anything_is_asked(web: Client, result: Allocation) -> None:
    page = reverse("nursery:pin-new", args=[result.pk])
    first = web.get(page, {"child": "7003"}).content.decode()
    assert "固定先" in first
    assert "固定の承認を依頼する" not in first
    asked = web.post(page, {"child": "7003", "class": "1-1", "reason": REASON})
    run_pending()
    shown = web.get(asked["Location"]).content.decode()
    assert "まだ何も依頼していません" in shown
    assert "固定の承認を依頼する" in shown
    assert "7001" in shown  # who loses the seat
    assert "固定による不満" in shown
    assert not Pin.objects.exists()
    answer = web.post(asked["Location"] + "ask/")
    pin = Pin.objects.get()
    assert answer["Location"] == reverse("nursery:pin", args=[pin.pk])
    assert pin.approval is not None
    assert pin.approval.state == "waiting"


def test_the_second_person_sees_the_same_consequences_and_only_then_the_next_run_respects_the_pin(
    approver_web: Client, approver: User, officer: User, result: Allocation
) -> None:
    pin = asked(result, officer)
    assert pin.approval is not None
    assert place_of(pin.approval) == reverse("nursery:pin", args=[pin.pk])
    assert f"結果が変わる児童は {pin.consequences['counts']['changed']}人" in consequences_of(pin.approval)
    seen = approver_web.get(reverse("nursery:pin", args=[pin.pk])).content.decode()
    for move in pin.consequences["moves"]:
        assert move["child"] in seen
    assert approved_pins(result.ledger) == {}
    assert next_run(result, officer).pins is None
    with pytest.raises(ApprovalError):
        decide(pin.approval, by=officer, approve=True)
    decide(pin.approval, by=approver, approve=True)
    again = next_run(result, officer)
    assert again.pins == {"7003": "1-1"}
    assert again.child_rows.get(child_id="7003").class_id == "1-1"
    market, found, certificate = (
        json.loads(read_file(again.kept_file(name))) for name in ("market", "result", "certificate")
    )
    assert market["pins"] == found["pins"] == certificate["pins"] == {"7003": "1-1"}
    assert [one["family"] for one in found["envy_caused_by_pins"]] == ["h81"]
    assert certificate["envy_caused_by_pins"] == found["envy_caused_by_pins"]
    assert verify(market, found) == []
    assert market["priority"]["1-1"][0] == "7001"  # the original order is kept


def test_the_pages_of_a_run_with_pins_tell_of_them(
    web: Client, approver: User, officer: User, result: Allocation
) -> None:
    pin = asked(result, officer)
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=True)
    again = next_run(result, officer)
    proof = web.get(reverse("nursery:proof", args=[again.pk])).content.decode()
    assert "固定による不満" in proof
    child = reverse("nursery:child", args=[again.pk, "7001"])
    assert "職員が固定した児童 7003" in web.get(child).content.decode()
    parent = web.get(child, {"for": "parent"}).content.decode()
    assert "個別の決定で先に席が決まった方" in parent
    assert "7003" not in parent
    listing = web.get(reverse("nursery:pins", args=[again.pk])).content.decode()
    assert "反映済み" in listing
    assert "承認済み" in listing


def test_a_pin_is_taken_off_and_the_next_run_is_as_before(
    web: Client, approver: User, officer: User, result: Allocation
) -> None:
    pin = asked(result, officer)
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=True)
    web.post(reverse("nursery:pin-remove", args=[pin.pk]))
    pin.refresh_from_db()
    assert pin.removed_by == officer
    assert AuditEntry.objects.filter(action="nursery.pin.remove").count() == 1
    again = next_run(result, officer)
    assert again.pins is None
    seats = dict(again.child_rows.values_list("child_id", "class_id"))
    assert seats == dict(result.child_rows.values_list("child_id", "class_id"))
    body = web.post(reverse("nursery:pin-remove", args=[pin.pk]), follow=True).content.decode()
    assert "解除済みです" in body


def test_only_the_asker_takes_a_waiting_pin_back(officer: User, colleague: User, result: Allocation) -> None:
    pin = asked(result, officer)
    with pytest.raises(PinError, match="依頼した本人"):
        remove_pin(pin, by=colleague)
    remove_pin(pin, by=officer)
    pin.refresh_from_db()
    assert pin.approval is not None
    assert pin.approval.state == "withdrawn"


def test_a_child_has_one_pin_at_a_time_and_a_refused_one_makes_room(
    officer: User, approver: User, result: Allocation
) -> None:
    pin = asked(result, officer)
    with pytest.raises(PinError, match="前の固定を解除"):
        asked(result, officer, to=None)
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=False, note="理由が足りません")
    assert asked(result, officer, to=None).class_id == ""
    assert Pin.objects.filter(removed_at=None).count() == 1


def test_a_withdrawn_request_makes_room_too(officer: User, result: Allocation) -> None:
    pin = asked(result, officer)
    assert pin.approval is not None
    withdraw(pin.approval, by=officer)
    assert asked(result, officer).pk != pin.pk


def test_pins_that_do_not_fit_together_are_refused_at_once(officer: User, result: Allocation) -> None:
    asked(result, officer)
    with pytest.raises(PinError, match="定員1人のクラス 1-1 に、固定と在籍の児童が2人"):
        preview(result, "7001", "1-1")
    with pytest.raises(PinError, match="この番号の児童はいません"):
        preview(result, "9999", None)


def test_a_pin_that_no_longer_fits_is_not_approved(officer: User, approver: User, result: Allocation) -> None:
    first, second = asked(result, officer), asked(result, officer, child="7004", to="2-2")
    Pin.objects.filter(pk=first.pk).update(class_id="2-2")  # as if two requests had crossed
    for pin, works in ((second, True), (first, False)):
        assert pin.approval is not None
        if works:
            decide(pin.approval, by=approver, approve=True)
        else:
            with pytest.raises(ApprovalError, match="ほかの固定と両立しません"):
                decide(pin.approval, by=approver, approve=True)
    assert approved_pins(result.ledger) == {"7004": "2-2"}


def test_the_same_pin_twice_in_a_run_is_told(officer: User, approver: User, result: Allocation) -> None:
    pin = asked(result, officer)
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=True)
    again = next_run(result, officer)
    with pytest.raises(PinError, match="すでにこの固定で計算"):
        preview(again, "7003", "1-1")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"class": "", "reason": REASON}, "固定先が選ばれていません"),
        ({"class": "zz", "reason": REASON}, "固定先が選ばれていません"),
        ({"class": "1-1", "reason": " "}, "理由がありません"),
        ({"class": "1-1", "reason": "あ" * 501}, "理由が501文字"),
    ],
)
def test_a_form_that_is_not_complete_says_what_is_missing(
    web: Client, result: Allocation, data: dict[str, str], words: str
) -> None:
    answer = web.post(reverse("nursery:pin-new", args=[result.pk]), {"child": "7003", **data})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not PinPreview.objects.exists()
    assert not Pin.objects.exists()


def test_an_unknown_child_is_told_and_a_hidden_one_the_same(
    web: Client, result: Allocation, approver: User, guard: User
) -> None:
    protected.protect(SUBJECT, "7003", officers=[approver], by=guard)
    page = reverse("nursery:pin-new", args=[result.pk])
    texts = []
    for child in ("7003", "9999"):
        answer = web.get(page, {"child": child})
        assert answer.status_code == 422
        texts.append(answer.content.decode().replace(child, ""))
    assert "児童はありません" in texts[0]
    assert "児童はありません" in texts[1]


def test_the_pin_of_a_protected_child_is_seen_by_named_officers_alone(
    web: Client, viewer_web: Client, officer: User, guard: User, result: Allocation
) -> None:
    pin = asked(result, officer)
    protected.protect(SUBJECT, "7003", officers=[officer], by=guard)
    assert viewer_web.get(reverse("nursery:pin", args=[pin.pk])).status_code == 404
    listing = viewer_web.get(reverse("nursery:pins", args=[result.pk])).content.decode()
    assert "7003" not in listing
    assert "（非表示）" in listing
    assert "7003" in web.get(reverse("nursery:pins", args=[result.pk])).content.decode()
    assert web.get(reverse("nursery:pin", args=[pin.pk])).status_code == 200


def test_a_viewer_may_not_pin(viewer_web: Client, result: Allocation, officer: User) -> None:
    pin = asked(result, officer)
    assert viewer_web.get(reverse("nursery:pin-new", args=[result.pk])).status_code == 403
    assert viewer_web.post(reverse("nursery:pin-remove", args=[pin.pk])).status_code == 403
    assert viewer_web.get(reverse("nursery:pin", args=[pin.pk])).status_code == 200


def test_pins_do_not_come_in_with_an_uploaded_market(result: Allocation, officer: User) -> None:
    market = json.loads(read_file(result.kept_file("market"))) | {"pins": {"7003": "1-1"}}
    with pytest.raises(BadInput, match="固定は、理由と承認者の同意"):
        import_ledger(title="x", file_name="market.json", data=json.dumps(market).encode(), by=officer)


def test_pins_of_one_ledger_do_not_touch_another(officer: User, approver: User, result: Allocation) -> None:
    pin = asked(result, officer)
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=True)
    other = upload(small_ledger(), officer, "別の選考")
    assert request_allocation(other, seed=None, by=officer).pins is None


def test_a_pin_that_came_into_force_while_a_result_waits_stops_its_approval(
    result: Allocation, officer: User, colleague: User, approver: User
) -> None:
    waiting = ask_for_approval(result, by=officer, reason="確かめました")
    pin = asked(result, colleague)
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=True)
    with pytest.raises(ApprovalError, match="児童の固定が変わりました"):
        decide(waiting, by=approver, approve=True)
    waiting.refresh_from_db()
    assert waiting.state == "waiting", "the decision is undone with its effect"
    decide(waiting, by=approver, approve=False, note="割り当て直してください")
    again = next_run(result, officer)
    decide(ask_for_approval(again, by=officer, reason="固定のあとの結果です"), by=approver, approve=True)
