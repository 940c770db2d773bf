"""Registration letters: codes are printed, never kept; what crosses; protected children."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from tests.handbook.staff.conftest import (
    born,
    child_row,
    dose_row,
    one,
    signed_in,
    take_children,
    take_doses,
    today,
)
from yakuba.core.exchange import Lane
from yakuba.core.exchange import sending as exchange
from yakuba.core.exchange.batch_file import Item
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.core.people.protected import ReleaseRequired
from yakuba.handbook.digests import birth_digest, code_digest
from yakuba.handbook.models import EntryBatch, IssuedCode, RegisteredChild
from yakuba.handbook.services import codes, entry_letters, publishing
from yakuba.handbook.services.entry_letters import Choices, NotPossible
from yakuba.handbook.services.visibility import (
    LETTER_OUTPUT,
    PAGE_OUTPUT,
    SUBJECT,
    hidden_from,
    protected_numbers,
    unregistered,
)

pytestmark = pytest.mark.django_db
CHOICES = Choices("https://www.city.example/handbook/", "健康推進課")


@pytest.fixture
def children(officer: User) -> list[RegisteredChild]:
    take_children(
        child_row("1", "森 凛", born(days=100)),
        child_row("2", "堀 湊", born(days=50)),
        child_row("3", "秘 密", born(days=60)),
        by=officer,
    )
    take_doses(dose_row("1", "PCV20", born(days=30), lot="L1", clinic="はまかぜ小児科"), by=officer)
    return list(RegisteredChild.objects.order_by("number"))


@pytest.fixture
def guarded(children: list[RegisteredChild], officer: User, manager: User) -> RegisteredChild:
    """Number 3 is under protection; the officer is named."""
    protected.protect(SUBJECT, "3", officers=[officer], by=manager)
    return children[2]


def text_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def make(officer: User) -> EntryBatch:
    batch = entry_letters.request_letters(CHOICES, by=officer)
    assert entry_letters.request_letters(CHOICES, by=officer) == batch  # a double click
    (job,) = run_pending()
    assert (job.state, job.error) == ("done", "")
    batch.refresh_from_db()
    return batch


def release(child: RegisteredChild, output: str, officer: User, manager: User) -> None:
    found = protected.ProtectedPerson.objects.get(subject_id=child.number, ended_at=None)
    decide(
        protected.request_release(found, output, by=officer, reason="窓口で渡す"), by=manager, approve=True
    )


def test_a_letter_a_child_and_what_crosses_opens_with_its_code_and_birth(
    officer: User, children: list[RegisteredChild], guarded: RegisteredChild, taken: list[Item]
) -> None:
    batch = make(officer)
    assert batch.figures == {"children": 2}
    pages = text_of(entry_letters.whole_file(batch, by=officer))
    assert len(pages) == 2
    assert not any("秘" in page for page in pages)
    for code in batch.codes.select_related("child"):
        assert code.page is not None
        page = pages[code.page - 1]
        assert code.child.name in page
        printed = re.search(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}", page)
        assert printed is not None
        assert code_digest(printed[0]) == code.digest
    crossed = {item.reference: item.content for item in taken if item.kind == publishing.CHILD}
    assert set(crossed) == {children[0].reference, children[1].reference}
    content = crossed[children[0].reference]
    assert content["name"] == "森 凛"
    assert content["code"]["digest"] == batch.codes.get(child=children[0]).digest
    assert children[0].birth is not None
    assert content["code"]["birth_digest"] == birth_digest(children[0].reference, children[0].birth)
    told = [item.content for item in taken if item.kind == publishing.DOSE]
    assert [(one_["vaccine"], one_["lot"], one_["taken_back"]) for one_ in told] == [("PCV", "L1", False)]
    assert not any("1" in (one_.get("number") or "") for one_ in crossed.values())


def test_a_new_letter_ends_the_code_before_and_a_revoked_one_is_taken_away(
    officer: User, children: list[RegisteredChild], taken: list[Item]
) -> None:
    first = entry_letters.print_one(children[0], CHOICES, by=officer)
    old = IssuedCode.objects.get()
    assert entry_letters.print_one(children[0], CHOICES, by=officer) != first
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert entry_letters.revoke(children[0], by=officer)
    assert not entry_letters.revoke(children[0], by=officer)
    assert taken[-1].content["code"] is None
    assert entry_letters.waiting(CHOICES).count() == 3


def test_the_outcome_of_a_failed_printing_leaves_no_codes(officer: User) -> None:
    take_children(child_row("1", "🍎 凛", born(days=100)), by=officer)
    entry_letters.request_letters(CHOICES, by=officer)
    (job,) = run_pending()
    assert job.state == "failed"
    assert "字形がない" in job.error
    assert not IssuedCode.objects.exists()


def test_a_protected_childs_letter_needs_its_named_officer_and_a_release(
    officer: User, manager: User, nurse: User, guarded: RegisteredChild, taken: list[Item]
) -> None:
    with pytest.raises(ReleaseRequired):
        entry_letters.print_one(guarded, CHOICES, by=officer)
    release(guarded, LETTER_OUTPUT, officer, manager)
    with pytest.raises(ReleaseRequired):
        entry_letters.print_one(guarded, CHOICES, by=nurse)
    (page,) = text_of(entry_letters.print_one(guarded, CHOICES, by=officer))
    assert "帆風町" not in page
    assert "窓口でお渡しします" in page
    assert not any(
        item.reference == guarded.reference for item in taken
    )  # the page itself has no release yet
    release(guarded, PAGE_OUTPUT, officer, manager)
    publishing.hand_over(officer)
    (item,) = (item for item in taken if item.reference == guarded.reference)
    assert (item.content["name"], item.content["sharing_closed"]) == ("", True)


def test_a_child_protected_after_it_crossed_is_closed_at_once_and_never_named_again(
    officer: User, manager: User, children: list[RegisteredChild], taken: list[Item]
) -> None:
    batch = make(officer)
    protected.protect(SUBJECT, "1", officers=[officer], by=manager)
    last = [item.content for item in taken if item.reference == children[0].reference][-1]
    assert (last["name"], last["sharing_closed"]) == ("", True)
    with pytest.raises(NotPossible):
        entry_letters.whole_file(batch, by=officer)


def test_a_named_item_in_the_outbox_never_leaves_once_the_child_is_protected(
    officer: User, manager: User, children: list[RegisteredChild], taken: list[Item]
) -> None:
    codes.keep(codes.draw(children[:1]), by=officer)
    protected.protect(SUBJECT, "1", officers=[officer], by=manager)
    release(children[0], PAGE_OUTPUT, officer, manager)
    exchange.send(Lane.RESIDENTS, by=officer)
    assert not taken


def test_the_registers_mark_hides_a_child_before_anybody_registered_it(
    web: Client, officer: User, manager: User, children: list[RegisteredChild]
) -> None:
    take_children(child_row("3", "秘 密", born(days=60), 支援措置="有"), by=officer)
    assert "3" in protected_numbers()
    assert "3" in hidden_from(manager)
    assert unregistered() == 1
    assert web.get(reverse("handbook:child", args=[children[2].pk])).status_code == 404
    assert "秘 密" not in web.get(reverse("handbook:children")).content.decode()
    with pytest.raises(ReleaseRequired, match="登録し"):
        entry_letters.print_one(one("3"), CHOICES, by=officer)
    protected.protect(SUBJECT, "3", officers=[officer], by=manager)
    assert unregistered() == 0
    assert web.get(reverse("handbook:child", args=[children[2].pk])).status_code == 200


def test_protected_children_are_not_in_exports_and_not_in_others_lists(
    web: Client, nurse: User, guarded: RegisteredChild
) -> None:
    assert "秘 密" in web.get(reverse("handbook:children")).content.decode()
    assert "秘 密" not in web.get(reverse("handbook:children"), {"export": "csv"}).content.decode("utf-8-sig")
    other = signed_in(nurse)
    assert "秘 密" not in other.get(reverse("handbook:children")).content.decode()
    assert other.get(reverse("handbook:child", args=[guarded.pk])).status_code == 404
    assert other.get(reverse("handbook:dose-new", args=[guarded.pk])).status_code == 404


def test_who_left_is_taken_back_and_gets_no_letter(
    officer: User, children: list[RegisteredChild], taken: list[Item]
) -> None:
    make(officer)
    left = (today() - timedelta(days=1)).isoformat()
    take_children(child_row("1", "森 凛", born(days=100), 転出日=left), by=officer)
    assert (taken[-1].kind, taken[-1].action) == (publishing.CHILD, "revoke")
    with pytest.raises(NotPossible):
        entry_letters.print_one(one("1"), CHOICES, by=officer)


def test_the_pages_print_and_revoke(web: Client, children: list[RegisteredChild]) -> None:
    address = reverse("handbook:child-letters-print", args=[children[0].pk])
    answer = web.post(address)
    assert (answer["Content-Type"], IssuedCode.objects.count()) == ("application/pdf", 1)
    text: Any = web.get(reverse("handbook:child-letters", args=[children[0].pk])).content.decode()
    assert "コードを失効させる" in text
    web.post(reverse("handbook:child-letters-revoke", args=[children[0].pk]))
    assert not IssuedCode.objects.filter(revoked_at=None).exists()
    form = {"page_address": "x", "office": "", "born_from": "2026-02-02", "born_until": "2026-01-01"}
    assert web.post(reverse("handbook:letters"), form).status_code == 422
