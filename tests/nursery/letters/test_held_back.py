"""支援措置: the letter of a protected family leaves alone, after a second person's release."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import signed_in
from tests.nursery.letters.conftest import make
from tests.nursery.letters.test_files import pages_of
from tests.nursery.letters.test_pages import code_on, files_of, letter_of, opens
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.models import Job
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import ProtectedPerson, User
from yakuba.nursery.models import Allocation, FamilyCode
from yakuba.nursery.services.letters import OUTPUT
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db

TELLING = ("7001", "7002", "h81", "𠮷田", "葵", "ヨシダ")


@pytest.fixture
def stranger(colleague: User, shielded: ProtectedPerson) -> Client:
    return signed_in(colleague)


def told(text: str) -> list[str]:
    return [sign for sign in TELLING if sign in text]


def release(shielded: ProtectedPerson, officer: User, guard: User) -> None:
    asked = protected.request_release(shielded, OUTPUT, by=officer, reason="通知を手渡す")
    decide(asked, by=guard, approve=True)


def test_the_joined_files_hold_nothing_of_a_protected_family(
    web: Client, approved: Allocation, shielded: ProtectedPerson
) -> None:
    made = make(web, approved)
    pages, word = files_of(web, made)
    assert told("".join(pages)) == []
    assert told(word) == []
    assert made.figures["families"] == 3
    assert not FamilyCode.objects.filter(family_id="h81").exists()
    assert [row.number for row in made.letters.filter(held_back=True)] == [4]


def test_no_list_page_job_or_audit_line_tells_an_unnamed_officer(
    stranger: Client, approved: Allocation
) -> None:
    made = make(stranger, approved)
    for query in ("", "?q=h81", "?q=7001", "?q=𠮷田", "?kind=利用調整結果通知書（内定）"):
        page = stranger.get(reverse("nursery:letter-batch", args=[made.pk]) + query).content.decode()
        assert told(page.replace(query.removeprefix("?q="), "") if query else page) == []
        assert "発送の保留" not in page
    page = stranger.get(reverse("nursery:letters", args=[approved.pk])).content.decode()
    assert told(page) == []
    job = Job.objects.get(kind="nursery.letters")
    assert told(json.dumps([job.result, job.params, made.figures, made.settings], ensure_ascii=False)) == []
    lines = AuditEntry.objects.filter(action__startswith="nursery.letter").values("detail", "target")
    assert told(str(list(lines))) == []
    held = letter_of(made, "h81")
    for name in ("letter", "letter-view"):
        assert stranger.get(reverse(f"nursery:{name}", args=[held.pk])).status_code == 404
    for name in ("letter-print", "letter-revoke"):
        assert stranger.post(reverse(f"nursery:{name}", args=[held.pk])).status_code == 404


def test_the_named_officer_sees_what_is_held_back_and_that_is_on_record(
    web: Client, approved: Allocation, shielded: ProtectedPerson
) -> None:
    made = make(web, approved)
    page = web.get(reverse("nursery:letter-batch", args=[made.pk])).content.decode()
    assert "発送の保留 1件" in page
    assert reverse("nursery:letter", args=[letter_of(made, "h81").pk]) in page
    assert AuditEntry.objects.filter(action="protected.viewed").exists()
    one = web.get(reverse("nursery:letter", args=[letter_of(made, "h81").pk])).content.decode()
    assert "出力の許可を依頼" in one
    assert web.get(reverse("nursery:letter-view", args=[letter_of(made, "h81").pk])).status_code == 403


def test_it_is_printed_alone_once_after_a_release(
    web: Client, approved: Allocation, shielded: ProtectedPerson, officer: User, guards: tuple[User, User]
) -> None:
    made = make(web, approved)
    held = letter_of(made, "h81")
    address = reverse("nursery:letter-print", args=[held.pk])
    refused = web.post(address)
    assert refused.status_code == 403
    assert not FamilyCode.objects.filter(family_id="h81").exists()
    assert not AuditEntry.objects.filter(action="nursery.letter.print").exists()
    release(shielded, officer, guards[1])
    pages = pages_of(web.post(address).content)
    assert "𠮷田 葵" in pages[0]
    assert "7003" not in "".join(pages)
    assert opens(approved, "h81", code_on("".join(pages)))
    assert AuditEntry.objects.filter(action="protected.released").count() == 1
    assert AuditEntry.objects.filter(action="nursery.letter.print").count() == 1
    held.refresh_from_db()
    assert held.released_by == officer
    assert web.post(address).status_code == 403  # one leave, one letter


def test_every_protected_child_of_the_family_needs_a_release(
    web: Client, approved: Allocation, shielded: ProtectedPerson, officer: User, guards: tuple[User, User]
) -> None:
    second = protected.protect(SUBJECT, "7002", officers=[officer], by=guards[0])
    address = reverse("nursery:letter-print", args=[letter_of(make(web, approved), "h81").pk])
    release(shielded, officer, guards[1])
    assert web.post(address).status_code == 403
    release(second, officer, guards[1])  # the first leave was not used up by the refusal
    assert web.post(address).status_code == 200


def test_files_made_before_a_protection_are_handed_out_no_more(
    web: Client, approved: Allocation, officer: User, guards: tuple[User, User]
) -> None:
    made = make(web, approved)
    protected.protect(SUBJECT, "7003", officers=[officer], by=guards[0])
    for form in ("pdf", "docx"):
        answer = web.get(reverse("nursery:letter-batch-file", args=[made.pk, form]))
        assert answer.status_code == 403
        assert "作り直して" in answer.content.decode()
        assert "7003" not in answer.content.decode()
    held = letter_of(made, "h82")
    assert web.get(reverse("nursery:letter-view", args=[held.pk])).status_code == 403
    assert web.post(reverse("nursery:letter-print", args=[held.pk])).status_code == 403


def test_a_protection_that_comes_while_letters_are_printed_stops_them(
    web: Client,
    approved: Allocation,
    officer: User,
    guards: tuple[User, User],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from yakuba.nursery import jobs_letters

    def late(batch: object, progress: object) -> object:
        found = prepared(batch, progress)
        protected.protect(SUBJECT, "7003", officers=[officer], by=guards[0])
        return found

    prepared = jobs_letters.prepare
    monkeypatch.setattr(jobs_letters, "prepare", late)
    made = make(web, approved)
    made.refresh_from_db()
    assert made.finished_at is None
    assert made.pdf is None
    assert FamilyCode.objects.count() == 0
    assert "支援措置の対象が変わりました" in Job.objects.get(kind="nursery.letters").error
