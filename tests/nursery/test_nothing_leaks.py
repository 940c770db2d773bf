"""A protected child on a whole desk: no address shows it to an officer who is not named for it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tests.nursery.conftest import make_person, signed_in
from tests.nursery.family.conftest import WORDS
from tests.nursery.later.helpers import applications, child, first_round, household, import_into, run
from tests.nursery.letters.conftest import FORM
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.models import Department, Role, User
from yakuba.nursery.domain.application import Guardian, Mark
from yakuba.nursery.models import (
    Allocation,
    Comparison,
    LetterBatch,
    Pin,
    PinPreview,
    PublishedNotice,
    Scenario,
    Scoring,
    SelectionRound,
    Withdrawal,
)
from yakuba.nursery.services.decisions import decide_points
from yakuba.nursery.services.pins import ask_for_pin
from yakuba.nursery.services.visibility import SUBJECT
from yakuba.nursery.services.withdrawals import record_withdrawal
from yakuba.nursery.urls import urlpatterns

HIDDEN = "7777001"
# its number, household, names of the child and the parents, and address: none of them may be read
TRACES = (HIDDEN, "h7777", "鴎守", "カモメモリ", "鴎守 澪", "隠れ浜")
# A question about the child, and the same about somebody who does not exist
QUESTIONS = ((f"q={HIDDEN}", "q=7777999"), ("q=鴎守", "q=無名"), (f"child={HIDDEN}", "child=7777999"))
# Addresses that answer questions
ASKED = {
    "home", "ledger", "children", "ranks", "scoring", "scoring-questions", "scoring-ties", "application",
    "scenario", "scenario-new", "pins", "pin-new", "comparison", "comparisons", "letter-batch",
    "letters", "families",
    "round-withdrawals", "rulebook-changes", "round-publication",
}  # fmt: skip
# Addresses that only take a POST, or that hold no child whatever they are asked
ACTS = {
    "allocate", "ask-approval", "round-rulebook", "round-allocate", "round-adopt", "rulebook-recheck",
    "applications-give-up", "score", "decision-withdraw", "pin-ask", "pin-remove", "letter-revoke",
    "families-refresh", "families-close", "family-revoke", "withdrawal-undo",
    "applications-columns", "applications-check", "adoption-withdraw", "round-vacancies",
    "round-set-aside", "round-take-up",
}  # fmt: skip


@pytest.fixture
def selection(own_home: None, officer: User, approver: User) -> SelectionRound:
    """An adopted round with a child that is going to be protected."""
    selection = first_round(officer)
    homes = [household(f"h{number}", 160 - number * 10) for number in range(1, 6)]
    guarded = replace(
        household("h7777", 140),
        guardians=(Guardian("mother", "鴎守 澪", {"work_hours_month": 140}, reasons=("work",)),),
        address="汐見区隠れ浜1-1",
        addressee="鴎守 澪",
    )
    children = [child(str(number), "11", "12") for number in range(1, 6)]
    hidden = replace(
        child(HIDDEN, "11", "12", home="h7777", marks=(Mark("SPECIAL"),)),
        name="鴎守 灯",
        kana="カモメモリ アカリ",
    )
    import_into(selection, applications([*children, hidden], [*homes, guarded], {"11": 2, "12": 2}), officer)
    decide_points(selection, subject="3", code="SPECIAL", points="1", reason="面談", by=officer)
    run(selection, officer, approver)
    return selection


@pytest.fixture
def named(selection: SelectionRound, approver: User) -> User:
    """The only officer who may see the child; the protection begins after the result."""
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    guard = make_person("3001", room, Role.APPROVER, "磯部 汀")
    place = Department.objects.get(code="210")
    one = make_person("2009", place, Role.OFFICER, "渡 環")
    protected.protect(SUBJECT, HIDDEN, officers=[one], by=guard)
    return one


def everything(selection: SelectionRound, officer: User, web: Client) -> None:
    """A scenario, a pin, a comparison, letters, published pages and a withdrawal of the round."""
    allocation = selection.adopted
    assert allocation is not None
    web.post(reverse("nursery:scenario-new", args=[allocation.pk]), {"title": "1席増やす", "seats-11-1": "3"})
    manual = f"受付番号,内定施設\r\n1,12\r\n2,11\r\n3,\r\n4,\r\n5,\r\n{HIDDEN},\r\n".encode()
    upload = SimpleUploadedFile("手作業.csv", manual)
    web.post(reverse("nursery:comparisons", args=[allocation.pk]), {"file": upload})
    waiting = allocation.child_rows.filter(outcome="waiting").exclude(child_id=HIDDEN).first()
    assert waiting is not None
    ask_for_pin(allocation, child=waiting.child_id, class_id="11-1", reason="要請", by=officer)
    web.post(reverse("nursery:letters", args=[allocation.pk]), FORM)
    run_pending()
    pinned = {"child": waiting.child_id, "class": "-", "reason": "要請"}
    web.post(reverse("nursery:pin-new", args=[allocation.pk]), pinned)
    web.post(reverse("nursery:families", args=[allocation.pk]), {**WORDS, "expires_on": "2027-01-10"})
    placed = allocation.child_rows.filter(outcome="placed").exclude(child_id=HIDDEN).first()
    assert placed is not None
    told = date(2026, 11, 20)
    record_withdrawal(selection, placed.child_id, kind="declined", told_on=told, reason="", by=officer)
    run_pending()


def addresses(selection: SelectionRound) -> dict[str, list[str]]:
    """Every address that shows something, by name, also as exports and for the child itself."""
    allocation, scoring = selection.adopted, Scoring.objects.get()
    assert allocation is not None
    applied, batch = scoring.applications_id, LetterBatch.objects.latest("pk")
    assert selection.rulebook_id is not None
    of: dict[str, list[tuple[Any, ...]]] = {
        "home": [()], "ledger-new": [()], "rulebooks": [()], "round-new": [()],
        "ledger": [(allocation.ledger_id,)],
        "file": [(allocation.pk, name) for name in ("market", "result", "certificate", "explanations")],
        "print": [(allocation.pk, name) for name in ("classes", "public", "certificate")],
        "child": [(allocation.pk, HIDDEN), (allocation.pk, "1")],
        "child-print": [(allocation.pk, HIDDEN), (allocation.pk, "1")],
        "application": [(applied,)], "application-export": [(applied,)],
        "scoring": [(scoring.pk,)], "scoring-questions": [(scoring.pk,)], "scoring-ties": [(scoring.pk,)],
        "scoring-child": [(scoring.pk, HIDDEN), (scoring.pk, "1")],
        "scenario": [(one.pk,) for one in Scenario.objects.all()],
        "pin": [(one.pk,) for one in Pin.objects.all()],
        "pin-preview": [(one.pk,) for one in PinPreview.objects.all()],
        "comparison": [(one.pk,) for one in Comparison.objects.all()],
        "letters-sample": [(allocation.pk, kind) for kind in ("placed", "waiting")],
        "letter-batch": [(batch.pk,)],
        "letter-batch-file": [(batch.pk, form) for form in ("pdf", "docx")],
    }  # fmt: skip
    for name in ("letter", "letter-view", "letter-print"):
        of[name] = [(one.pk,) for one in batch.letters.all()]
    for name in ("rulebook", "rulebook-file", "rulebook-changes"):
        of[name] = [(selection.rulebook_id,)]
    for name in (
        "allocation", "children", "ranks", "proof", "export", "scenarios", "scenario-new", "pins", "pin-new",
        "comparisons", "letters", "families",
    ):  # fmt: skip
        of[name] = [(allocation.pk,)]
    for name in ("round", "applications-new", "round-withdrawals", "round-second", "round-publication"):
        of[name] = [(selection.pk,)]
    return {name: [reverse(f"nursery:{name}", args=args) for args in cases] for name, cases in of.items()}


def text_of(answer: HttpResponseBase) -> str:
    """What a person could read in an answer, whatever its form."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if body[:4] == b"%PDF":
        document = pypdfium2.PdfDocument(body)
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if "xl/workbook.xml" in archive.namelist():
                sheets = load_workbook(io.BytesIO(body), read_only=True).worksheets
                cells = (
                    str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row
                )
                return "\n".join(cells)
            parts = (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
            return re.sub(r"<[^>]+>", "", "\n".join(parts))
    return body.decode("utf-8", "replace")


def seen_by(web: Client, pages: dict[str, list[str]], *, thoroughly: bool) -> list[str]:
    """Where a trace of the protected child could be read; ``thoroughly``: as exports and by asking, too."""
    found = []
    for name, urls in pages.items():
        for url in urls:
            for query in ("", "?export=csv", "?export=xlsx") if thoroughly else ("",):
                answer = web.get(url + query)
                assert answer.status_code < 500, url + query
                text = text_of(answer)
                found += [f"{name} {url}{query}: {trace}" for trace in TRACES if trace in text]
            web.get(reverse("nursery:home"))  # messages of earlier acts are shown once, here
            for asked, other in QUESTIONS if thoroughly and name in ASKED else ():
                if echo_free(web, url, asked) != echo_free(web, url, other):
                    found.append(f"{name} {url}?{asked}: not the same as for somebody who does not exist")
    return found


def echo_free(web: Client, url: str, query: str) -> str:
    """The answer without the words of the question itself and without what every answer draws anew."""
    answer = web.get(f"{url}?{query}")
    typed = query.partition("=")[2]
    text = text_of(answer).replace(typed, "").replace(quote(typed), "")
    text = re.sub(r'csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|nonce="[^"]*"', "", text)
    return f"{answer.status_code} {text}"


def test_every_address_is_asked_for() -> None:
    known = set(ACTS) | {
        "home", "ledger-new", "rulebooks", "round-new", "ledger", "file", "print", "child", "child-print",
        "application", "application-export", "scoring", "scoring-questions", "scoring-ties", "scoring-child",
        "scenario", "pin", "pin-preview", "comparison", "letters-sample", "letter-batch",
        "letter-batch-file", "letter", "letter-view", "letter-print", "rulebook",
        "rulebook-file", "rulebook-changes", "allocation", "children", "ranks", "proof", "export",
        "scenarios", "scenario-new", "pins", "pin-new", "comparisons", "letters",
        "families", "round", "applications-new", "round-withdrawals", "round-second",
        "round-publication",
    }  # fmt: skip
    assert {one.name for one in urlpatterns} == known, (
        "say here what a new address shows of a protected child"
    )


def test_nobody_but_the_named_officer_reads_anything_of_a_protected_child(
    selection: SelectionRound, named: User, officer: User, viewer: User, web: Client
) -> None:
    everything(selection, officer, web)
    pages = addresses(selection)
    for person in (officer, viewer):
        assert seen_by(signed_in(person), pages, thoroughly=person == officer) == [], person.name
    allocation: Allocation | None = selection.adopted
    assert allocation is not None
    shown = signed_in(named).get(reverse("nursery:children", args=[allocation.pk])).content.decode()
    assert HIDDEN in shown, "the child is there, for whom it may be shown to"


def test_no_letter_page_or_public_row_of_a_protected_child_leaves(
    selection: SelectionRound, named: User, officer: User, web: Client
) -> None:
    everything(selection, officer, web)
    batch = LetterBatch.objects.latest("pk")
    assert batch.letters.filter(family_id="h7777", held_back=False).count() == 0
    assert not PublishedNotice.objects.filter(family_id="h7777").exists()
    assert not Withdrawal.objects.filter(child_id=HIDDEN).exists()
