"""Use cases of the nursery: ledgers, runs, approval, the portal's card."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.nursery.conftest import TITLE, signed_in, small_ledger, tied_ledger, upload
from tests.nursery.ledger.helpers import book
from yakuba.core.audit.models import AuditEntry
from yakuba.core.audit.services import seal_head, verify_chain
from yakuba.core.files.models import StoredFile
from yakuba.core.files.services import read as read_file
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import ApprovalError, consequences_of, decide
from yakuba.core.people.models import Approval, User
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.forms import AllocateForm
from yakuba.nursery.models import Allocation, Ledger
from yakuba.nursery.services import ledgers
from yakuba.nursery.services.allocations import TiesNeedSeed, request_allocation
from yakuba.nursery.services.approvals import NotReady, ask_for_approval
from yakuba.nursery.services.card import card
from yakuba.nursery.services.ledgers import import_ledger, open_source, source_of
from yakuba.nursery.services.visibility import mentions, named_in, without_names_of

pytestmark = pytest.mark.django_db


def test_an_import_keeps_the_bytes_the_counts_and_an_audit_line(officer: User) -> None:
    data = book(small_ledger())
    ledger = import_ledger(title=TITLE, file_name="台帳.xlsx", data=data, by=officer)
    assert read_file(ledger.file) == data
    assert (ledger.number, ledger.children, ledger.families, ledger.classes, ledger.seats) == (1, 5, 4, 3, 3)
    assert ledger.sha256 == source_of(ledger).sha256
    line = AuditEntry.objects.get(action="nursery.ledger.import")
    assert line.detail == {"sha256": ledger.sha256, "children": 5, "ties": 0}
    assert str(ledger) == f"{TITLE} 第1版"


def test_versions_count_by_title_and_the_newest_once_more_is_itself(officer: User) -> None:
    first = upload(small_ledger(), officer)
    data = read_file(first.file)
    same = import_ledger(title=TITLE, file_name="台帳.xlsx", data=data, by=officer)
    other_title = import_ledger(title="二次選考", file_name="台帳.xlsx", data=data, by=officer)
    second = upload(tied_ledger(), officer)
    back = import_ledger(title=TITLE, file_name="台帳.xlsx", data=data, by=officer)
    assert same == first
    assert [other_title.number, second.number, back.number] == [1, 2, 3]
    assert AuditEntry.objects.filter(action="nursery.ledger.import").count() == 4


def test_an_upload_that_loses_the_race_for_a_number_takes_the_next(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, tries = Ledger.objects.create, []

    def late(**fields: Any) -> Ledger:
        tries.append(fields["number"])
        if len(tries) == 1:
            raise IntegrityError("ledger_version")
        ledger: Ledger = create(**fields)
        return ledger

    monkeypatch.setattr(Ledger.objects, "create", late)
    assert upload(small_ledger(), officer).number == 1
    assert tries == [1, 1]
    assert StoredFile.objects.count() == 1
    monkeypatch.setattr(ledgers, "TRIES", 1)
    tries.clear()
    with pytest.raises(IntegrityError):
        upload(tied_ledger(), officer)
    assert Ledger.objects.count() == 1


def test_a_faulty_ledger_names_every_fault_and_leaves_nothing(officer: User) -> None:
    sheets = small_ledger()
    sheets["申込"][1][4] = "2025/2/30"
    sheets["申込"][2][9] = "99"
    with pytest.raises(BadInput) as error:
        upload(sheets, officer)
    assert len(error.value.faults) == 2
    assert not Ledger.objects.exists()
    assert not StoredFile.objects.exists()
    assert not AuditEntry.objects.exists()


def test_ties_need_a_seed_and_the_same_seed_gives_the_same_lottery(officer: User) -> None:
    ledger = upload(tied_ledger(), officer)
    assert len(ledger.ties) == 1
    with pytest.raises(TiesNeedSeed, match="同点が 1組あります"):
        request_allocation(ledger, seed=None, by=officer)
    assert not Allocation.objects.exists()
    results = []
    for seed in (7, 7, 8, 9, 10, 11):
        allocation = request_allocation(ledger, seed=seed, by=officer)
        run_pending()
        allocation.refresh_from_db()
        results.append(read_file(allocation.kept_file("result")))
    assert results[0] == results[1]
    assert len(set(results)) == 2  # either of the two tied children


def test_a_second_request_joins_the_first_only_with_the_same_seed(officer: User) -> None:
    ledger = upload(tied_ledger(), officer)
    first = request_allocation(ledger, seed=1, by=officer)
    assert request_allocation(ledger, seed=1, by=officer) == first
    assert request_allocation(ledger, seed=2, by=officer) != first
    run_pending()
    assert request_allocation(ledger, seed=1, by=officer) != first


def test_the_seed_form_takes_what_the_database_and_the_api_take() -> None:
    assert AllocateForm({"seed": str(10**18 - 1)}).is_valid()
    assert not AllocateForm({"seed": str(10**18)}).is_valid()


def test_an_approval_takes_two_persons_and_is_asked_once(
    own_home: None, result: Allocation, officer: User, approver: User
) -> None:
    approval = ask_for_approval(result, by=officer, reason="確かめました")
    assert consequences_of(approval).startswith(f"「{TITLE} 第1版」の結果を確定します。内定 3人、保留 2人。")
    with pytest.raises(NotReady, match="すでに依頼"):
        ask_for_approval(result, by=officer, reason="もう一度")
    with pytest.raises(ApprovalError):
        decide(approval, by=officer, approve=True)
    decide(approval, by=approver, approve=True)
    line = AuditEntry.objects.get(action="nursery.allocation.approved")
    assert line.target == f"nursery.allocation:{result.pk}"
    page = signed_in(officer).get(reverse("nursery:allocation", args=[result.pk])).content.decode()
    assert "承認済みです。" in page
    with pytest.raises(NotReady):
        ask_for_approval(result, by=officer, reason="もう一度")
    seal_head()
    assert verify_chain().good


def test_a_refused_result_may_be_asked_for_again(result: Allocation, officer: User, approver: User) -> None:
    decide(
        ask_for_approval(result, by=officer, reason="一"), by=approver, approve=False, note="説明が足りません"
    )
    result.refresh_from_db()
    again = ask_for_approval(result, by=officer, reason="二")
    assert again.state == "waiting"
    assert Approval.objects.count() == 2


def test_the_approver_reads_how_many_households_are_left(result: Allocation, officer: User) -> None:
    result.blocking_families = ["h82"]
    result.save()
    approval = ask_for_approval(result, by=officer, reason="確かめました")
    assert "不成立の世帯が 1世帯あります。" in consequences_of(approval)


def test_the_card_counts_what_waits_and_what_was_handled(officer: User, approver: User) -> None:
    today = timezone.localdate()
    assert card(officer, today).waiting == 0
    assert card(officer, today).handled == "—"
    tied = upload(tied_ledger(), officer, "同点のある選考")
    assert card(officer, today).waiting_note == "同点のある台帳 1件"
    allocation = request_allocation(tied, seed=1, by=officer)
    run_pending()
    allocation.refresh_from_db()
    assert card(officer, today).waiting == 0
    assert card(officer, today).handled == "5人"
    Allocation.objects.filter(pk=allocation.pk).update(blocking_families=["h82"])
    assert card(officer, today).waiting_note == "不成立のある結果 1件"
    allocation.refresh_from_db()
    approval = ask_for_approval(allocation, by=officer, reason="確かめました")
    assert card(officer, today).waiting_note == "承認待ち 1件"
    decide(approval, by=approver, approve=True)
    assert card(officer, today).waiting == 0


def test_a_result_with_blocking_households_shows_them_on_every_page(web: Client, result: Allocation) -> None:
    Allocation.objects.filter(pk=result.pk).update(
        blocking_families=["h82"], status="bounded", blocking_lower_bound=0, unique=None
    )
    result.child_rows.filter(family_id="h82").update(blocking=True)
    assert (
        "不成立の世帯が 1世帯あります"
        in web.get(reverse("nursery:allocation", args=[result.pk])).content.decode()
    )
    proof = web.get(reverse("nursery:proof", args=[result.pk])).content.decode()
    assert "最少は 0以上 1以下です" in proof
    assert "判定していません" in proof
    assert "7003" in proof
    listing = web.get(reverse("nursery:children", args=[result.pk])).content.decode()
    assert "不成立" in listing
    assert "不成立 1世帯" in web.get("/staff/nursery/").content.decode()
    child = web.get(reverse("nursery:child", args=[result.pk, "7003"])).content.decode()
    assert "不成立の世帯" in child


@pytest.mark.parametrize(
    ("text", "ids", "found"),
    [("受付番号 12、13", {"12"}, True), ("4120", {"12"}, False), ("12歳", {"12"}, True), ("x", set(), False)],
)
def test_a_number_is_named_only_as_a_word_of_its_own(text: str, ids: set[str], found: bool) -> None:
    assert mentions(text, ids) is found


def test_hidden_children_are_taken_out_of_claims_at_any_depth() -> None:
    claims = [{"last": "7001", "seats": [{"worst": "7001", "above": 1}], "others": 2, "child": "7003"}]
    assert without_names_of({"7001"}, claims) == [
        {"last": "（非表示）", "seats": [{"worst": "（非表示）", "above": 1}], "others": 2, "child": "7003"}
    ]
    assert without_names_of(set(), claims) == claims
    assert named_in(claims, {"7001", "7002"}) == {"7001"}


def test_class_parts_of_a_market_json_are_its_ids() -> None:
    market = (
        '{"format": "yakuba.nursery.market/1", "capacity": {"a": 1}, "priority": {"a": ["c"]}, "families":'
        ' [{"id": "f", "children": ["c"], "current": [null], "wishes": [["a"]]}]}'
    )
    source = open_source("market.json", market.encode())
    assert source.class_parts("a") == ("a", None, "")
    assert source.facts("c").name == ""


def test_class_parts_of_a_ledger_are_nursery_age_and_track() -> None:
    source = open_source("台帳.xlsx", book(small_ledger()))
    assert source.class_parts("1-2") == ("はまかぜ保育園", 2, "")
    assert source.class_parts("9-2-障害児") == ("9-2-障害児", 2, "障害児")
