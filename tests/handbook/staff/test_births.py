"""A notice of pregnancy is handed over to its child: proposed, confirmed, undone; nothing by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.handbook.staff.conftest import (
    DUE,
    born,
    contents,
    cross,
    dose_row,
    hand,
    make_person,
    newborn,
    notice,
    one,
    signed_in,
    take_children,
    take_doses,
    today,
    verdicts,
)
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import Department, Role, User
from yakuba.handbook.models import Birth, RegisteredChild, StaffTask
from yakuba.handbook.services import births, doses, entry_letters
from yakuba.handbook.services.births import NotPossible
from yakuba.handbook.services.doses import DoseFacts
from yakuba.handbook.services.entry_letters import Choices

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]

# --- the question -------------------------------------------------------------------------------------------


def test_a_new_child_that_matches_a_pregnancy_opens_a_task_and_nothing_is_joined(pair: Any) -> None:
    task = StaffTask.objects.get(kind="birth_of_pregnancy")
    assert (task.child.number, task.detail["pregnancy"]) == ("900", pair[0].pk)
    assert task.detail["reasons"] == ["guardian", "address", "postal_code"]
    assert not Birth.objects.exists()
    assert one("800").gone_at is None


def test_a_notice_that_comes_after_the_child_asks_too_and_only_once(officer: User) -> None:
    take_children(newborn(), by=officer)
    assert not StaffTask.objects.exists()
    take_children(notice(), by=officer)
    take_children(notice(), newborn(住所="汐見区帆風町一丁目1"), by=officer)
    assert StaffTask.objects.count() == 1


@pytest.mark.parametrize(
    "row",
    [
        newborn(days=200),  # a brother
        newborn(保護者="森 葵", 住所="汐見区帆風町一丁目1"),  # the same postal code alone
        newborn(転出日=born(days=1)),
    ],
)
def test_other_children_ask_nothing(officer: User, row: list[str]) -> None:
    take_children(notice(), by=officer)
    take_children(row, by=officer)
    assert not StaffTask.objects.exists()


def test_a_closed_question_stays_closed_and_the_newborn_waits_with_its_letter_until_then(
    pair: Any, officer: User, web: Client
) -> None:
    from yakuba.handbook.services import tasks

    choices = Choices("https://www.city.example/", "健康推進課")
    assert [row.number for row in entry_letters.waiting(choices)] == ["800"]
    page = web.get(reverse("handbook:letters"))
    assert page.context["asked"] == 1
    task = StaffTask.objects.get()
    shown = web.get(reverse("handbook:task", args=[task.pk])).content.decode()
    assert reverse("handbook:birth-confirm", args=[pair[0].pk, pair[1].pk]) in shown
    tasks.close(task, outcome="no_action", note="別の世帯の方", by=officer)
    assert {row.number for row in entry_letters.waiting(choices)} == {"800", "900"}
    take_children(newborn(), newborn(number="901", name="橋本 凪", days=400), by=officer)
    assert not StaffTask.objects.filter(closed_at=None).exists()


# --- candidates ---------------------------------------------------------------------------------------------


def test_the_page_names_the_likeliest_first_with_the_reasons(pair: Any, officer: User, web: Client) -> None:
    take_children(
        newborn("901", "橋本 凪", 3, 保護者="橋本 岳", 住所="汐見区帆風町一丁目1"),
        newborn("902", "橋本 兄", 300),
        newborn("903", "森 凛", 17, 保護者="森 葵", 住所="汐見区帆風町一丁目1", 郵便番号="999-0001"),
        by=officer,
    )
    page = web.get(reverse("handbook:birth", args=[pair[0].pk]))
    assert [row.child.number for row in page.context["rows"]] == ["900", "901"]
    assert page.context["rows"][0].days == "予定日の12日前"
    text = page.content.decode()
    assert "保護者が同じ" in text
    assert "郵便番号が同じ" in text


@pytest.mark.parametrize(
    ("number", "found", "says"),
    [
        ("903", ["903"], ""),
        ("902", [], "離れすぎています"),
        ("800", [], "見つかりません"),
        ("1", [], "見つかりません"),
    ],
)
def test_a_search_by_number_finds_who_shares_nothing_but_no_impossible_birth(
    pair: Any, officer: User, web: Client, number: str, found: list[str], says: str
) -> None:
    take_children(
        newborn("902", "橋本 兄", 300),
        newborn("903", "森 凛", 17, 保護者="森 葵", 住所="汐見区帆風町一丁目1", 郵便番号="999-0001"),
        by=officer,
    )
    page = web.get(reverse("handbook:birth", args=[pair[0].pk]), {"number": number})
    assert [row.child.number for row in page.context["rows"]] == found
    assert says in page.context["problem"]
    if found:
        confirm = web.get(reverse("handbook:birth-confirm", args=[pair[0].pk, one("903").pk]))
        assert "保護者も、住所も、郵便番号も違います" in confirm.content.decode()


# --- the four ways ------------------------------------------------------------------------------------------


def test_the_child_takes_over_what_the_family_knows(
    pair: Any, officer: User, web: Client, taken: list[Any]
) -> None:
    cross(pair[0], officer)
    reference, code = pair[0].reference, pair[0].codes.get()
    address = reverse("handbook:birth-confirm", args=[pair[0].pk, pair[1].pk])
    page = web.get(address)
    assert page.context["proposal"].how == "taken_over"
    assert "ご家庭の手帳は、そのまま続きます" in page.content.decode()
    taken.clear()
    answer = web.post(address, {"how": "taken_over"})
    assert answer["Location"] == reverse("handbook:child", args=[pair[1].pk])
    child, pregnancy = one("900"), one("800")
    assert (child.reference, child.due) == (reference, today() - timedelta(days=DUE))
    assert child.published_at is not None
    assert pregnancy.reference != reference
    assert pregnancy.published_at is None
    assert pregnancy.gone_at is not None
    code.refresh_from_db()
    assert code.child == child
    (told,) = contents(taken, "handbook.child")
    assert (told["name"], told["birth"]) == ("橋本 汐里", born(days=17))
    assert told["code"]["digest"] == code.digest
    assert verdicts(child) == [("RSV_MATERNAL", True)]
    assert not pregnancy.doses.exists()
    assert not StaffTask.objects.filter(closed_at=None).exists()
    line = AuditEntry.objects.get(action="handbook.birth.link")
    assert (line.target, line.detail["how"]) == (f"handbook.child:{child.pk}", "taken_over")
    assert "橋本" not in str(line.detail)


def test_a_pregnancy_that_no_family_knows_gives_its_records_and_closes(
    pair: Any, officer: User, taken: list[Any]
) -> None:
    cross(pair[1], officer)
    before = pair[1].reference
    taken.clear()
    hand(pair, "closed", officer)
    child = one("900")
    assert child.reference == before
    assert verdicts(child) == [("RSV_MATERNAL", True)]
    (dose,) = contents(taken, "handbook.register_dose")
    assert (dose["child"], dose["vaccine"]) == (before, "RSV_MATERNAL")
    assert contents(taken, "handbook.child")[0]["due"] == born(days=DUE)


def test_two_entries_of_a_family_are_put_together_by_the_family(
    pair: Any, officer: User, taken: list[Any]
) -> None:
    cross(pair[0], officer)
    cross(pair[1], officer)
    old = pair[0].doses.get().reference
    taken.clear()
    hand(pair, "let_go", officer)
    gone = [one.reference for one in taken if one.action == "revoke"]
    assert gone == [old]
    told = {one.reference: one.content for one in taken if one.kind == "handbook.child" and one.content}
    assert told[pair[0].reference]["let_go"] is True
    assert "let_go" not in told[pair[1].reference]
    (dose,) = contents(taken, "handbook.register_dose")
    assert dose["child"] == pair[1].reference
    assert one("800").published_at is None
    assert not one("800").codes.filter(revoked_at=None).exists()


def test_a_twin_stays_its_own_child_with_the_due_date_and_the_mothers_dose(
    pair: Any, officer: User, web: Client
) -> None:
    take_children(newborn("901", "橋本 渚沙"), by=officer)
    cross(pair[0], officer)
    hand(pair, "taken_over", officer)
    page = web.get(reverse("handbook:birth", args=[pair[0].pk]))
    assert [row.child.number for row in page.context["rows"]] == ["901"]
    assert "もう1人の子を加える" in page.content.decode()
    address = reverse("handbook:birth-confirm", args=[pair[0].pk, one("901").pk])
    assert "別の手帳のまま" in web.get(address).content.decode()
    answer = web.post(address, {"how": "sibling"}, follow=True)
    assert "通知を印刷してください" in answer.content.decode()
    twin = one("901")
    assert (twin.due, twin.published_at) == (one("900").due, None)
    assert verdicts(twin) == [("RSV_MATERNAL", True)]
    first, second = Birth.objects.order_by("pk")
    with pytest.raises(NotPossible, match="先に取り消して"):
        births.undo(first, by=officer)
    births.undo(second, by=officer)
    assert verdicts(one("901")) == []
    assert one("901").due is None
    births.undo(first, by=officer)
    assert StaffTask.objects.filter(kind="birth_of_pregnancy", closed_at=None).count() == 2


def test_a_dose_that_both_rows_have_counts_once(pair: Any, officer: User) -> None:
    take_doses(dose_row("900", "RSウイルス母子免疫", born(days=60)), by=officer)
    made = hand(pair, "closed", officer)
    assert verdicts(one("900")) == [("RSV_MATERNAL", True)]
    births.undo(made, by=officer)
    assert verdicts(one("900"))[0][0] == "RSV_MATERNAL"
    assert one("800").doses.filter(taken_back_at=None).count() == 1


# --- refusals -----------------------------------------------------------------------------------------------


def test_what_cannot_be_put_together(pair: Any, officer: User, web: Client) -> None:
    pregnancy, child = pair
    take_children(
        newborn("902", "橋本 兄", 300), newborn("903", "橋本 去", 17, 転出日=born(days=1)),
        notice("801", "森 葵"), by=officer,
    )  # fmt: skip
    for first, second, says in (
        (child, child, "妊娠届の行ではありません"),
        (pregnancy, one("801"), "住民記録に載っている"),
        (pregnancy, one("903"), "住民記録に載っている"),
        (pregnancy, one("902"), "離れすぎています"),
    ):
        with pytest.raises(NotPossible, match=says):
            births.propose(first, second)
    address = reverse("handbook:birth-confirm", args=[pregnancy.pk, one("902").pk])
    assert web.get(address).status_code == 422
    with pytest.raises(NotPossible, match="古くなりました"):
        hand(pair, "taken_over", officer)
    assert not Birth.objects.exists()
    hand(pair, "closed", officer)
    with pytest.raises(NotPossible, match="すでに"):
        births.propose(one("801"), child)
    with pytest.raises(doses.NotPossible, match="子どもの画面で"):
        doses.record_dose(one("800"), DoseFacts("RSV_MATERNAL", today() - timedelta(days=70)), by=officer)
    assert web.get(reverse("handbook:birth", args=[child.pk])).status_code == 302


def test_a_pregnancy_that_left_is_not_handed_over(pair: Any, officer: User) -> None:
    RegisteredChild.objects.filter(number="800").update(gone_at=timezone.now())
    with pytest.raises(NotPossible, match="転出か「台帳にない」"):
        hand((one("800"), pair[1]), "closed", officer)


# --- who may, and who sees ----------------------------------------------------------------------------------


def test_only_officers_hand_over(pair: Any, viewer: User, department: Department) -> None:
    outsider = make_person("4001", Department.objects.create(code="400", name="税務課"), Role.OFFICER, "外")
    made = births.link(*pair, how="closed", by=None)
    addresses = [
        ("get", reverse("handbook:birth", args=[pair[0].pk])),
        ("get", reverse("handbook:birth-confirm", args=[pair[0].pk, pair[1].pk])),
        ("post", reverse("handbook:birth-confirm", args=[pair[0].pk, pair[1].pk])),
        ("post", reverse("handbook:birth-undo", args=[made.pk])),
    ]
    for who in (viewer, outsider):
        for method, address in addresses:
            assert getattr(signed_in(who), method)(address).status_code == 403
    made.refresh_from_db()
    assert made.undone_at is None
    assert signed_in(viewer).get(reverse("handbook:child", args=[pair[1].pk])).status_code == 200


def test_a_form_from_elsewhere_changes_nothing(pair: Any, officer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("handbook:birth-confirm", args=[pair[0].pk, pair[1].pk])
    assert client.post(address, {"how": "closed"}).status_code == 403
    assert not Birth.objects.exists()


def test_protected_children_are_no_candidates_for_others_and_leak_nothing(
    pair: Any, officer: User, web: Client
) -> None:
    RegisteredChild.objects.filter(number="900").update(flagged=True)
    page = web.get(reverse("handbook:birth", args=[pair[0].pk]))
    assert page.context["rows"] == []
    found = web.get(reverse("handbook:birth", args=[pair[0].pk]), {"number": "900"})
    missing = web.get(reverse("handbook:birth", args=[pair[0].pk]), {"number": "999"})
    assert found.context["problem"].replace("900", "") == missing.context["problem"].replace("999", "")
    confirm = reverse("handbook:birth-confirm", args=[pair[0].pk, pair[1].pk])
    assert web.get(confirm).status_code == web.post(confirm, {"how": "closed"}).status_code == 404
    assert "汐里" not in page.content.decode() + found.content.decode()


def test_a_protected_pregnancy_is_not_named_at_the_child_and_not_handed_over_into_the_open(
    pair: Any, officer: User, web: Client
) -> None:
    task = StaffTask.objects.get()
    RegisteredChild.objects.filter(number="800").update(flagged=True)
    assert web.get(reverse("handbook:task", args=[task.pk])).status_code == 404
    child = web.get(reverse("handbook:child", args=[pair[1].pk]))
    assert child.context["tasks"] == []
    assert web.get(reverse("handbook:birth", args=[pair[0].pk])).status_code == 404
    with pytest.raises(NotPossible, match="支援措置"):
        hand((one("800"), pair[1]), "closed", officer)
    RegisteredChild.objects.filter(number="800").update(flagged=False)
    made = hand(pair, "closed", officer)
    RegisteredChild.objects.filter(number="800").update(flagged=True)
    shown = web.get(reverse("handbook:child", args=[pair[1].pk]))
    assert shown.context["births"] == []
    assert web.post(reverse("handbook:birth-undo", args=[made.pk])).status_code == 404


def test_a_child_under_protection_closes_the_sharing_of_the_pregnancy(
    pair: Any, officer: User, taken: list[Any]
) -> None:
    cross(pair[0], officer)
    RegisteredChild.objects.filter(number="900").update(flagged=True)
    assert births.propose(one("800"), one("900")).closes_sharing
    taken.clear()
    hand((one("800"), one("900")), "taken_over", officer)
    (told,) = contents(taken, "handbook.child")
    assert (told["name"], told["sharing_closed"]) == ("", True)


def test_the_pages_of_both_rows_lead_to_each_other(handed: Birth, web: Client) -> None:
    pregnancy = web.get(reverse("handbook:child", args=[handed.pregnancy_id]))
    assert pregnancy.context["state"][0] == "出生・引継ぎ済み"
    assert "引継ぎを取り消す" in pregnancy.content.decode()
    assert "接種を記録する" not in pregnancy.content.decode()
    child = web.get(reverse("handbook:child", args=[handed.child_id])).content.decode()
    assert reverse("handbook:child", args=[handed.pregnancy_id]) in child
    assert "妊娠届からの引継ぎ" in child
    listed = web.get(reverse("handbook:children"), {"state": "handed"})
    assert [row.cells[0].value for row in listed.context["table"].rows] == ["800"]


def test_the_question_is_closed_with_an_outcome_of_its_own(pair: Any, web: Client) -> None:
    task = StaffTask.objects.get()
    address = reverse("handbook:task", args=[task.pk])
    shown = web.get(address).content.decode()
    assert "規則の範囲外の接種であることを確認した" not in shown
    assert "出産予定日" in shown
    assert web.post(address, {"outcome": "corrected", "note": ""}).status_code == 422
    assert web.post(address, {"outcome": "no_action", "note": "双方を確かめた"}).status_code == 302
    task.refresh_from_db()
    assert task.outcome == "no_action"
