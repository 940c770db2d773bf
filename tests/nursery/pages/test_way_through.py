"""An officer never stands before a page without knowing what comes next, nor loses the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.nursery import desk
from tests.nursery.conftest import make_person, signed_in, tied_ledger, upload
from tests.nursery.later import helpers
from tests.nursery.ledger.helpers import book
from tests.nursery.letters.conftest import FORM, make
from tests.story.test_story import pdf_text
from yakuba.core.files.services import read as read_file
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Department, Role, User
from yakuba.nursery.models import Allocation, Ledger, LetterBatch, SelectionRound
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.approvals import NotReady, ask_for_approval
from yakuba.nursery.services.card import card
from yakuba.nursery.services.letter_facts import gather
from yakuba.nursery.services.pins import ask_for_pin
from yakuba.nursery.services.publication import publish
from yakuba.nursery.services.rulebooks import ask_activation, tell_consequences
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db


@pytest.fixture
def adopted(own_home: None, officer: User, approver: User) -> tuple[SelectionRound, Allocation]:
    """A round with an adopted result: one of two children placed in each class."""
    selection = helpers.first_round(officer)
    homes = [helpers.household(f"h{number}", 160) for number in (901, 902, 903)]
    children = [helpers.child(str(number), "11", "12") for number in (901, 902, 903)]
    helpers.import_into(selection, helpers.applications(children, homes), officer)
    return selection, helpers.run(selection, officer, approver)


def text_of(web: Client, name: str, *arguments: Any) -> str:
    answer = web.get(reverse(f"nursery:{name}", args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def test_letters_of_a_round_are_addressed_as_the_applications_say(
    adopted: tuple[SelectionRound, Allocation],
) -> None:
    family = gather(adopted[1], "h901").families["h901"]
    assert (family.addressee, family.postal_code, family.address) == (
        "汐見 様",
        "100-0001",
        "汐見区港町1-1",
    )


def test_after_adoption_the_next_act_is_letters_then_pages_then_withdrawals_then_the_next_round(
    adopted: tuple[SelectionRound, Allocation], officer: User, web: Client
) -> None:
    selection, run = adopted

    def next_card() -> str:
        return text_of(web, "round", selection.pk).partition("次にすること")[2].partition("</section>")[0]

    assert reverse("nursery:letters", args=[run.pk]) in next_card()
    make(web, run)
    assert reverse("nursery:families", args=[run.pk]) in next_card()
    publish(run, words={}, expires_at=timezone.now() + timedelta(days=9), by=officer)
    assert reverse("nursery:round-withdrawals", args=[selection.pk]) in next_card()
    later = helpers.first_round(officer, title="令和9年4月入所 二次選考")
    SelectionRound.objects.filter(pk=later.pk).update(previous=selection)
    assert reverse("nursery:round", args=[later.pk]) in next_card()


def test_every_page_of_a_result_leads_back_to_its_round(
    adopted: tuple[SelectionRound, Allocation], web: Client
) -> None:
    selection, run = adopted
    back = f'<a href="{reverse("nursery:round", args=[selection.pk])}">'
    batch = make(web, run)
    pages = [(name, run.pk) for name in ("allocation", "children", "proof", "pins", "letters", "families")]
    for name, key in [*pages, ("letter-batch", batch.pk)]:
        assert back in text_of(web, name, key), name
    assert back in text_of(web, "child", run.pk, "901")


def test_the_address_of_the_families_page_is_never_invented(
    adopted: tuple[SelectionRound, Allocation], web: Client
) -> None:
    field = text_of(web, "letters", adopted[1].pk).partition('name="page_address"')[2].partition(">")[0]
    assert "value=" not in field


def test_a_column_that_is_not_read_is_named_before_the_check(own_home: None, officer: User) -> None:
    web, selection = signed_in(officer), desk.opened(officer)
    sheets = desk.grids()
    sheets["児童"][0][3] = "うまれた日"
    file = SimpleUploadedFile("申込.xlsx", book(sheets))
    answer = web.post(reverse("nursery:applications-new", args=[selection.pk]), {"file": file}, follow=True)
    assert "読まない列があります（1）" in answer.content.decode()
    assert "児童「うまれた日」" in answer.content.decode()


def test_ties_of_a_ledger_that_a_newer_one_replaced_wait_for_nobody(own_home: None, officer: User) -> None:
    ledger = upload(tied_ledger(), officer)
    today = timezone.localdate()
    assert card(officer, today).waiting_note == "同点のある台帳 1件"
    Ledger.objects.create(
        title=ledger.title,
        number=ledger.number + 1,
        file=ledger.file,
        file_name="x",
        sha256="0" * 64,
        children=1,
        families=1,
        classes=1,
        seats=1,
    )
    assert card(officer, today).waiting == 0


def test_ties_of_a_round_are_counted_with_the_round(own_home: None, officer: User) -> None:
    desk.scored(officer)
    assert card(officer, timezone.localdate()).waiting_note == "判断を待つ選考 1件"


def test_the_approver_of_a_rule_book_reads_its_first_day_in_the_japanese_calendar(
    own_home: None, officer: User
) -> None:
    made = desk.shiomi(officer)
    asked = ask_activation(made, by=officer, reason="照合済み", counts={})
    assert "令和9年4月1日" in tell_consequences(asked)
    assert "2027-04-01" not in tell_consequences(asked)


def test_the_draft_of_a_rule_book_says_how_it_comes_into_force(
    own_home: None, officer: User, web: Client
) -> None:
    assert "適用に進む" in text_of(web, "rulebook", desk.shiomi(officer).pk)


def test_a_double_click_prints_the_letters_once(
    adopted: tuple[SelectionRound, Allocation], web: Client
) -> None:
    where = reverse("nursery:letters", args=[adopted[1].pk])
    first, second = web.post(where, FORM), web.post(where, FORM)
    assert first.headers["Location"] == second.headers["Location"]
    other = web.post(where, {**FORM, "order": "postal"})
    assert other.headers["Location"] != first.headers["Location"]
    run_pending()
    web.post(where, {**FORM, "order": "postal"})
    assert LetterBatch.objects.count() == 3  # what is finished may be printed anew


@pytest.mark.parametrize("year", ["0027", "9999"])
def test_a_year_that_nobody_means_is_refused(own_home: None, web: Client, year: str) -> None:
    given = {"title": "一次選考", "starts_on": f"{year}-04-01"}
    answer = web.post(reverse("nursery:round-new"), given)
    assert answer.status_code == 422
    assert "西暦4桁の年で入力してください" in answer.content.decode()


def test_no_letter_in_the_joined_file_tells_where_a_protected_family_lives(
    adopted: tuple[SelectionRound, Allocation], officer: User, web: Client
) -> None:
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    guard = make_person("3001", room, Role.APPROVER, "磯部 汀")
    protected.protect(SUBJECT, "901", officers=[officer], by=guard)
    batch = make(web, adopted[1])
    assert batch.pdf is not None
    text = pdf_text(read_file(batch.pdf))
    assert "汐見 902" in text
    assert "汐見 901" not in text
    assert {letter.family_id for letter in batch.letters.filter(first_page=None)} == {"h901"}


def test_the_back_button_after_an_import_says_where_the_file_went(own_home: None, officer: User) -> None:
    web, selection = signed_in(officer), desk.opened(officer)
    file = SimpleUploadedFile("申込.xlsx", desk.data())
    web.post(reverse("nursery:applications-new", args=[selection.pk]), {"file": file})
    check = reverse("nursery:applications-check", args=[selection.pk])
    assert "取り込みました" in web.post(check, follow=True).content.decode()
    for again in (web.get(check, follow=True), web.post(check, follow=True)):
        assert "取り込み終えた版は、選考の画面にあります" in again.content.decode()
    assert selection.applications.count() == 1


def test_the_pages_of_a_second_round_say_second(
    adopted: tuple[SelectionRound, Allocation], officer: User, web: Client
) -> None:
    selection, run = adopted

    def stage() -> str:
        return text_of(web, "families", run.pk).partition('name="stage"')[2].partition(">")[0]

    make(web, run)
    assert 'value="1"' in stage()
    before = helpers.first_round(officer, title="その前の選考")
    SelectionRound.objects.filter(pk=selection.pk).update(previous=before)
    assert 'value="2"' in stage()


def test_a_result_that_a_later_pin_overtook_is_run_again_before_its_approval(
    own_home: None, officer: User, approver: User, web: Client
) -> None:
    selection = helpers.first_round(officer)
    homes = [helpers.household(f"h{number}", 160) for number in (901, 902, 903)]
    children = [helpers.child(str(number), "11", "12") for number in (901, 902, 903)]
    helpers.import_into(selection, helpers.applications(children, homes), officer)
    file = selection.applications.get()
    ledger = desk.scored(officer, file).ledger
    assert ledger is not None
    old = request_allocation(ledger, seed=7, by=officer)
    run_pending()
    old.refresh_from_db()
    left = old.child_rows.get(outcome="waiting").child_id
    pin = ask_for_pin(old, child=left, class_id="11-1", reason="要請", by=officer)
    assert pin.approval is not None
    decide(pin.approval, by=approver, approve=True)
    assert "割り当て直す" in text_of(web, "round", selection.pk)
    assert "割当のあとに固定が変わりました" in text_of(web, "allocation", old.pk)
    with pytest.raises(NotReady, match="固定が変わりました"):
        ask_for_approval(old, by=officer, reason="確かめた")
    new = request_allocation(ledger, seed=7, by=officer)
    run_pending()
    new.refresh_from_db()
    assert "割当のあとに固定が変わりました" not in text_of(web, "allocation", new.pk)
    assert ask_for_approval(new, by=officer, reason="確かめた").state == "waiting"
