"""The child's page: verdicts and dates with their rules; records put right without overwriting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.handbook.staff.conftest import born, child_row, one, take_children, today
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.people.models import User
from yakuba.handbook.models import RegisteredChild, RegisteredDose, StaffTask
from yakuba.handbook.pages.register import age_text
from yakuba.handbook.receivers import take_dose
from yakuba.handbook.services import books, doses, tasks
from yakuba.handbook.services.doses import NotPossible
from yakuba.handbook.services.looking import look_at

pytestmark = pytest.mark.django_db


def page(client: Client, child: RegisteredChild) -> str:
    answer = client.get(reverse("handbook:child", args=[child.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_what_is_outside_why_and_from_when(web: Client, family: RegisteredChild) -> None:
    text = page(web, family)
    assert "規則の範囲外の可能性" in text
    assert "対象の年齢になる前の接種" in text
    assert "責任者が確認していない規則" in text
    assert "invalid" not in text
    (task,) = family.tasks.all()
    assert (task.kind, task.detail["reason"], task.detail["vaccine"]) == (
        "dose_outside_rules",
        "too_young",
        "MR",
    )


def test_a_correction_keeps_the_wrong_record_and_closes_the_task(
    web: Client, officer: User, family: RegisteredChild
) -> None:
    assert family.birth is not None
    wrong = family.doses.get(vaccine="MR")
    day = family.birth + timedelta(days=370)
    form = {"vaccine": "MR", "given_on": day.isoformat(), "product": "", "lot": "X", "clinic": ""}
    answer = web.post(reverse("handbook:dose-correct", args=[wrong.pk]), form)
    assert answer.status_code == 302
    wrong.refresh_from_db()
    right = family.doses.get(vaccine="MR", taken_back_at=None)
    assert (right.corrects, right.given_on, wrong.taken_back_by) == (wrong, day, officer)
    task = family.tasks.get()
    assert (task.outcome, task.closed_at is not None) == ("resolved", True)
    web.post(reverse("handbook:dose-restore", args=[wrong.pk]))
    assert list(family.doses.filter(vaccine="MR", taken_back_at=None)) == [wrong]
    task.refresh_from_db()
    assert (task.outcome, task.closed_at) == ("", None)


def test_a_recorded_dose_is_judged_at_once_and_can_be_taken_back(
    web: Client, family: RegisteredChild
) -> None:
    form = {"vaccine": "BCG", "given_on": today().isoformat(), "product": "", "lot": "", "clinic": ""}
    address = reverse("handbook:dose-new", args=[family.pk])
    assert web.post(address, form).status_code == 302
    dose = family.doses.get(vaccine="BCG")
    assert family.tasks.filter(cause=dose.reference).exists()  # past the first birthday
    assert web.post(address, form).status_code == 422  # the same again
    web.post(reverse("handbook:dose-take-back", args=[dose.pk]))
    assert family.tasks.get(cause=dose.reference).outcome == "resolved"
    assert "取り消した記録（1件）" in page(web, family)
    again = web.post(reverse("handbook:dose-take-back", args=[dose.pk]), follow=True)
    assert "取り消された記録です" in again.content.decode()


@pytest.mark.parametrize(
    ("vaccine", "product", "ahead", "said"),
    [
        ("BCG", "", 1, "これからの日"),
        ("BCG", "", -9999, "生年月日"),
        ("BCG", "PCV20", 0, "選んだワクチンの製品ではありません"),
        ("NOPE", "", 0, "入力を確かめてください"),
    ],
)
def test_a_dose_that_cannot_be_is_refused(
    web: Client, family: RegisteredChild, vaccine: str, product: str, ahead: int, said: str
) -> None:
    day = today() + timedelta(days=ahead)
    form = {"vaccine": vaccine, "given_on": day.isoformat(), "product": product}
    answer = web.post(reverse("handbook:dose-new", args=[family.pk]), form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not family.doses.filter(vaccine="BCG").exists()


def family_dose(whose: RegisteredChild, reference: str, day: date, **more: Any) -> Item:
    content = {
        "child": whose.reference,
        "dose": reference,
        "vaccine": "PCV",
        "product": "",
        "given_on": day.isoformat(),
        "lot": "",
        "clinic": "",
        "taken_back": False,
        **more,
    }
    return Item("handbook.dose", "put", reference, content)


def test_a_familys_record_a_day_off_is_a_task_and_counts_once(family: RegisteredChild) -> None:
    first = family.doses.filter(vaccine="PCV").earliest("given_on")
    item = family_dose(family, "fam-1", first.given_on + timedelta(days=1))
    take_dose(item)
    take_dose(item)
    task = family.tasks.get(kind="register_mismatch")
    assert task.detail["office_on"] == first.given_on.isoformat()
    assert RegisteredDose.objects.filter(source="family").count() == 1
    take_dose(family_dose(family, "fam-1", first.given_on, taken_back=True))
    task.refresh_from_db()
    assert task.outcome == "resolved"


def test_a_family_never_changes_the_offices_record(family: RegisteredChild, officer: User) -> None:
    office = family.doses.filter(vaccine="PCV").earliest("given_on")
    with pytest.raises(ExchangeError):
        take_dose(family_dose(family, office.reference, today()))
    take_dose(family_dose(family, "fam-9", today()))
    theirs = RegisteredDose.objects.get(reference="fam-9")
    with pytest.raises(NotPossible, match="家庭"):
        doses.take_back_dose(theirs, by=officer)


@pytest.mark.parametrize("broken", [{"given_on": "x"}, {"vaccine": 7}, {"lot": "x" * 41}, {"dose": None}])
def test_a_record_that_cannot_be_read_refuses_the_batch(
    family: RegisteredChild, broken: dict[str, Any]
) -> None:
    with pytest.raises(ExchangeError):
        take_dose(family_dose(family, "fam-1", today(), **broken))
    with pytest.raises(ExchangeError):
        take_dose(Item("handbook.dose", "revoke", "fam-1", None))


def test_a_record_of_an_unknown_child_is_left_alone(family: RegisteredChild) -> None:
    take_dose(family_dose(family, "fam-1", today(), child="nobody"))
    assert not RegisteredDose.objects.filter(source="family").exists()


def test_a_task_is_closed_with_an_outcome_and_opened_again(
    web: Client, family: RegisteredChild, viewer: User, officer: User
) -> None:
    task = family.tasks.get()
    address = reverse("handbook:task", args=[task.pk])
    assert web.post(address, {"note": "x"}).status_code == 422
    web.post(address, {"outcome": "confirmed", "note": "医療機関に確認"})
    task.refresh_from_db()
    assert (task.outcome, task.note, task.closed_by) == ("confirmed", "医療機関に確認", officer)
    with pytest.raises(tasks.NotPossible):
        tasks.close(task, outcome="confirmed", note="", by=officer)
    tasks.sync_children([family])  # what a person closed stays closed
    task.refresh_from_db()
    assert task.closed_at is not None
    web.post(reverse("handbook:task-reopen", args=[task.pk]))
    task.refresh_from_db()
    assert (task.closed_at, task.outcome) == (None, "")
    with pytest.raises(tasks.NotPossible):
        tasks.reopen(task, by=officer)
    StaffTask.objects.filter(pk=task.pk).update(closed_at=timezone.now(), outcome="resolved")
    with pytest.raises(tasks.NotPossible):
        tasks.reopen(task, by=officer)


def test_a_pregnancy_shows_the_mothers_vaccine(web: Client, officer: User) -> None:
    due = (today() + timedelta(days=60)).isoformat()
    take_children(child_row("98", "森 葵", 出産予定日=due, 性別=""), by=officer)
    text = page(web, one("98"))
    assert "出産予定" in text
    assert "RSウイルス感染症" in text


def test_children_are_found_by_number_name_and_kana(web: Client, officer: User) -> None:
    take_children(
        child_row("11", "髙橋 湊", born(days=50), フリガナ="タカハシ ミナト"),
        child_row("12", "森 凛", born(days=50), フリガナ="モリ リン"),
        by=officer,
    )
    for query in ("髙橋", "タカハシ", "11"):
        shown = web.get(reverse("handbook:children"), {"q": query}).content.decode()
        assert ("髙橋 湊" in shown, "森 凛" in shown) == (True, False)
    body = web.get(reverse("handbook:children"), {"export": "csv"}).content.decode("utf-8-sig")
    assert body.count("\r\n") == 3


@pytest.mark.parametrize(
    ("birth", "on", "text"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), "0歳0か月"),
        (date(2026, 1, 31), date(2026, 3, 31), "0歳2か月"),
        (date(2024, 11, 23), date(2026, 11, 23), "2歳0か月"),
        (date(2026, 11, 24), date(2026, 11, 23), ""),
    ],
)
def test_ages_are_said_as_people_say_them(birth: date, on: date, text: str) -> None:
    assert age_text(birth, on) == text


def test_the_mothers_dose_before_the_birth_is_recorded_with_the_child(
    web: Client, officer: User, family: RegisteredChild
) -> None:
    assert family.birth is not None
    before = family.birth - timedelta(days=40)
    facts = doses.DoseFacts("RSV_MATERNAL", before)
    dose = doses.record_dose(family, facts, by=officer)
    assert "判定しない" in page(web, family)  # the due date is not known
    assert not family.tasks.filter(cause=dose.reference).exists()
    RegisteredChild.objects.filter(pk=family.pk).update(due=family.birth + timedelta(days=5))
    family.refresh_from_db()
    tasks.sync_children([family])
    (rule,) = (
        one_.reason for one_ in look_at(family, books.active().book, today()).doses if one_.dose == dose
    )
    assert rule in ("within_rules", "rule_not_in_force")  # it is in force since April 2026
    with pytest.raises(NotPossible, match="生年月日"):
        doses.record_dose(family, doses.DoseFacts("HEPB", before), by=officer)


def test_a_task_offers_what_can_come_of_its_kind_and_names_an_unknown_vaccine_as_it_was_written(
    web: Client, family: RegisteredChild, officer: User
) -> None:
    dose = family.doses.filter(source="office")[0]
    RegisteredDose.objects.filter(pk=dose.pk).update(vaccine="UNKNOWN", named="Pentaxim（海外）")
    tasks.sync_children([family])
    task = family.tasks.get(kind="unknown_vaccine")
    address = reverse("handbook:task", args=[task.pk])
    page = web.get(address).content.decode()
    assert "Pentaxim（海外）" in page
    assert "範囲外の接種であることを確認した" not in page
    assert web.post(address, {"outcome": "confirmed"}).status_code == 422
    with pytest.raises(tasks.NotPossible):
        tasks.close(task, outcome="confirmed", note="", by=officer)
    web.post(address, {"outcome": "corrected"})
    assert "記録の誤りを直した" in web.get(address).content.decode()


def test_a_clash_of_two_records_is_confirmed_in_its_own_words(web: Client, family: RegisteredChild) -> None:
    first = family.doses.filter(vaccine="PCV").earliest("given_on")
    take_dose(family_dose(family, "fam-1", first.given_on + timedelta(days=1)))
    task = family.tasks.get(kind="register_mismatch")
    web.post(reverse("handbook:task", args=[task.pk]), {"outcome": "confirmed"})
    page = web.get(reverse("handbook:task", args=[task.pk])).content.decode()
    assert "家庭の記録と台帳が違うことを確認した" in page


def test_the_childs_page_names_who_acted_and_the_language(
    web: Client, family: RegisteredChild, officer: User
) -> None:
    RegisteredChild.objects.filter(pk=family.pk).update(language="en")
    web.post(
        reverse("handbook:dose-take-back", args=[family.doses.filter(source="office")[0].pk]), follow=True
    )
    page = web.get(reverse("handbook:child", args=[family.pk])).content.decode()
    assert f"{officer.name}（{officer.username}）" in page
    assert f"user:{officer.pk}" not in page
    assert "<dd>英語</dd>" in page


def test_a_child_without_a_sex_says_which_vaccine_waits_for_it(web: Client, officer: User) -> None:
    take_children(
        child_row("7001", "岸 凪", born(days=700), 性別=""), child_row("7002", "岸 汐", born(days=700))
    )
    text = page(web, one("7001"))
    assert "性別が記録されていないため、ヒトパピローマウイルス感染症は判定していません" in text
    assert "性別が記録されていないため" not in page(web, one("7002"))
