"""支援措置: a protected child is found by nobody but the named officers, on any output of the nursery."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import make_person, signed_in, tied_ledger, token_headers, upload
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Department, ProtectedPerson, Role, User
from yakuba.nursery.models import Allocation, Ledger
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.visibility import HIDDEN_LINE, SUBJECT, mentions

pytestmark = pytest.mark.django_db

CHILD, NAME, FAMILY = "7001", "𠮷田 葵", "h81"
TELLING = (CHILD, NAME, "ヨシダ アオイ")


@pytest.fixture
def guards(db: None) -> tuple[User, User]:
    """Two managers of 支援措置: one asks, the other decides."""
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    return make_person("3001", room, Role.APPROVER, "磯部 汀"), make_person(
        "3002", room, Role.APPROVER, "沖 浬"
    )


@pytest.fixture
def shielded(officer: User, guards: tuple[User, User]) -> ProtectedPerson:
    """Child 7001 is protected; ``officer`` is named, ``colleague`` is not."""
    return protected.protect(SUBJECT, CHILD, officers=[officer], by=guards[0])


@pytest.fixture
def stranger(colleague: User, shielded: ProtectedPerson) -> Client:
    return signed_in(colleague)


def pages_of(found: Allocation) -> list[str]:
    """Every nursery page that could name a child of the result, other children's pages included."""
    names = ("allocation", "children", "ranks", "proof", "export")
    pages = [reverse("nursery:home"), reverse("nursery:ledger", args=[found.ledger_id])]
    pages += [reverse(f"nursery:{name}", args=[found.pk]) for name in names]
    for child in ("7002", "7003", "7004", "7005"):
        page = reverse("nursery:child", args=[found.pk, child])
        pages += [page, f"{page}?for=parent"]
    pages += [f"{reverse('nursery:children', args=[found.pk])}?q={q}" for q in (FAMILY, "ヨシダ", "はまかぜ")]
    pages.append(f"{reverse('nursery:children', args=[found.pk])}?outcome=placed&sort=-family_id&age=1")
    return pages


def told(text: str) -> list[str]:
    """What a text tells of the child."""
    return [sign for sign in TELLING if mentions(text, {sign})]


def test_no_page_names_the_child_to_somebody_else(stranger: Client, result: Allocation) -> None:
    for page in pages_of(result):
        answer = stranger.get(page)
        assert answer.status_code == 200, page
        assert told(answer.content.decode()) == [], page


def test_a_search_for_the_child_finds_nothing_and_does_not_say_why(
    stranger: Client, result: Allocation
) -> None:
    page = reverse("nursery:children", args=[result.pk])
    for query in TELLING:
        body = stranger.get(page, {"q": query}).content.decode()
        assert "条件に合うものがありません" in body
        assert "支援措置" not in body


def test_the_childs_own_page_is_the_same_as_for_a_number_that_does_not_exist(
    stranger: Client, result: Allocation
) -> None:
    for name in ("child", "child-print"):
        hidden = stranger.get(reverse(f"nursery:{name}", args=[result.pk, CHILD]))
        absent = stranger.get(reverse(f"nursery:{name}", args=[result.pk, "9999"]))
        assert hidden.status_code == absent.status_code == 404
        strip = lambda answer: answer.content.decode().replace(CHILD, "").replace("9999", "")  # noqa: E731
        assert "支援措置" not in strip(hidden)
        assert told(strip(hidden)) == []


def test_a_named_officer_sees_the_child_and_each_view_is_logged(
    web: Client, officer: User, result: Allocation, shielded: ProtectedPerson
) -> None:
    def views() -> int:
        return AuditEntry.objects.filter(action="protected.viewed", target=f"protected:{shielded.pk}").count()

    assert web.get(reverse("nursery:child", args=[result.pk, CHILD])).status_code == 200
    assert views() == 1
    assert NAME in web.get(reverse("nursery:children", args=[result.pk])).content.decode()
    assert views() == 2
    web.get(reverse("nursery:child", args=[result.pk, "7003"]))  # its reason names 7001
    assert views() == 3


def test_pages_that_do_not_show_the_child_log_no_view(
    web: Client, result: Allocation, shielded: ProtectedPerson
) -> None:
    web.get(reverse("nursery:children", args=[result.pk]), {"q": "7005"})
    web.get(reverse("nursery:child", args=[result.pk, "7005"]))
    web.get(reverse("nursery:allocation", args=[result.pk]))
    assert not AuditEntry.objects.filter(action="protected.viewed").exists()


def table_texts(client: Client, found: Allocation) -> list[str]:
    """The children of every export as text."""
    page = reverse("nursery:export", args=[found.pk])
    texts = [client.post(page, {"form": "utf-8"}).content.decode("utf-8-sig")]
    texts.append(client.post(page, {"form": "cp932", "replace": "1"}).content.decode("cp932"))
    books = [client.post(page, {"form": "xlsx"}).content]
    listing = reverse("nursery:children", args=[found.pk])
    texts.append(client.get(listing, {"export": "csv"}).content.decode("utf-8-sig"))
    books.append(client.get(listing, {"export": "xlsx"}).content)
    for data in books:
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        assert sheet is not None
        texts.append("\n".join(str(row) for row in sheet.iter_rows(values_only=True)))
    return texts


@pytest.mark.parametrize("who", ["officer", "colleague"])
def test_no_export_carries_the_child_not_even_a_named_officers(
    who: str, request: pytest.FixtureRequest, result: Allocation, shielded: ProtectedPerson
) -> None:
    client = signed_in(request.getfixturevalue(who))
    for text in table_texts(client, result):
        assert told(text) == []
        assert "7003" in text
    assert (
        "支援措置の対象 1人を除きます"
        in client.get(reverse("nursery:export", args=[result.pk])).content.decode()
    )


@pytest.mark.parametrize("name", ["market", "result", "explanations"])
def test_whole_files_are_refused_while_they_hold_a_protected_child(
    name: str, web: Client, result: Allocation, shielded: ProtectedPerson
) -> None:
    answer = web.get(reverse("nursery:file", args=[result.pk, name]))
    assert answer.status_code == 403
    assert "支援措置の対象が含まれるため" in answer.content.decode()


def test_printed_sheets_name_no_child(stranger: Client, result: Allocation) -> None:
    for name in ("classes", "public", "certificate"):
        answer = stranger.get(reverse("nursery:print", args=[result.pk, name]))
        assert answer["Content-Type"] == "application/pdf"
        assert told(pdf_text(answer.content)) == []
    for child in ("7002", "7003"):
        for audience in ("officer", "parent"):
            page = reverse("nursery:child-print", args=[result.pk, child])
            assert told(pdf_text(stranger.get(page, {"for": audience}).content)) == []


def pdf_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")


def test_a_named_officers_print_of_another_child_does_not_name_the_protected_one(
    web: Client, result: Allocation, shielded: ProtectedPerson
) -> None:
    page = reverse("nursery:child-print", args=[result.pk, "7003"])
    assert told(pdf_text(web.get(page, {"for": "officer"}).content)) == []


def test_a_letter_needs_a_second_persons_release_and_uses_it_up(
    web: Client, officer: User, guards: tuple[User, User], result: Allocation, shielded: ProtectedPerson
) -> None:
    page = reverse("nursery:child-print", args=[result.pk, CHILD])
    refused = web.get(page)
    assert refused.status_code == 403
    assert "出力の許可を依頼し" in refused.content.decode()
    asked = protected.request_release(shielded, "nursery.letter", by=officer, reason="内定の通知")
    decide(asked, by=guards[1], approve=True)
    released = web.get(page)
    assert released.status_code == 200
    assert NAME in pdf_text(released.content)
    assert AuditEntry.objects.filter(action="protected.released").count() == 1
    assert web.get(page).status_code == 403


def test_the_ties_and_warnings_of_a_ledger_name_no_protected_child(
    stranger: Client, web: Client, officer: User, shielded: ProtectedPerson
) -> None:
    ledger = upload(tied_ledger(), officer, title="同点のある選考")
    ledger.warnings = [f"世帯 {FAMILY}：希望がありません", "世帯 h82：順位が違います"]
    ledger.save()
    page = reverse("nursery:ledger", args=[ledger.pk])
    body = stranger.get(page).content.decode()
    assert told(body) == []
    assert not mentions(body, {FAMILY})
    assert "世帯 h82：順位が違います" in body
    assert HIDDEN_LINE in body
    mine = web.get(page).content.decode()
    assert CHILD in mine
    assert HIDDEN_LINE not in mine
    assert AuditEntry.objects.filter(action="protected.viewed").exists()


def test_the_household_stays_hidden_in_a_ledger_after_its_first_run(
    stranger: Client, officer: User, shielded: ProtectedPerson, result: Allocation
) -> None:
    result.ledger.warnings = [f"世帯 {FAMILY}：希望がありません"]
    result.ledger.save()
    body = stranger.get(reverse("nursery:ledger", args=[result.ledger_id])).content.decode()
    assert not mentions(body, {FAMILY})


@pytest.fixture
def api(admin: User) -> dict[str, str]:
    return token_headers(admin, "nursery:read")


def test_the_api_never_names_a_protected_child(
    api: dict[str, str], client: Client, result: Allocation, shielded: ProtectedPerson
) -> None:
    Allocation.objects.filter(pk=result.pk).update(blocking_families=[FAMILY, "h82"])
    Ledger.objects.filter(pk=result.ledger_id).update(warnings=[f"世帯 {FAMILY}：受付番号 {CHILD}"])
    base = "/api/v1/nursery"
    run = f"{base}/allocations/{result.pk}"
    for path in (
        f"{base}/ledgers",
        f"{base}/ledgers/{result.ledger_id}",
        run,
        f"{run}/result",
        f"{run}/children/7003",
    ):
        answer = client.get(path, headers=api)
        assert answer.status_code == 200, path
        assert told(answer.content.decode()) == [], path
        assert not mentions(answer.content.decode(), {FAMILY}), path
    left = client.get(f"{run}/result", headers=api).json()
    assert left["left_out"] == 1
    assert CHILD not in left["assignment"]
    assert client.get(run, headers=api).json()["blocking_families"] == ["（非表示）", "h82"]
    for absent in (CHILD, "9999"):
        answer = client.get(f"{run}/children/{absent}", headers=api)
        assert answer.status_code == 404


def test_a_certificate_that_names_the_child_does_not_leave(
    api: dict[str, str],
    web: Client,
    client: Client,
    officer: User,
    result: Allocation,
    shielded: ProtectedPerson,
) -> None:
    from yakuba.core.files.services import store

    run = f"/api/v1/nursery/allocations/{result.pk}/certificate"
    assert client.get(run, headers=api).status_code == 200
    telling = json.dumps({"warnings": [f"世帯 {FAMILY}：希望がありません"]}, ensure_ascii=False).encode()
    result.certificate_file = store(
        telling, name="certificate.json", content_type="application/json", by=officer
    )
    result.save()
    assert client.get(run, headers=api).status_code == 403
    assert web.get(reverse("nursery:file", args=[result.pk, "certificate"])).status_code == 403


def test_the_proof_says_that_a_blocking_household_is_hidden(
    stranger: Client, web: Client, result: Allocation
) -> None:
    Allocation.objects.filter(pk=result.pk).update(blocking_families=[FAMILY], status="minimal")
    result.child_rows.filter(family_id=FAMILY).exclude(child_id=CHILD).delete()
    result.child_rows.filter(child_id=CHILD).update(blocking=True)
    page = reverse("nursery:proof", args=[result.pk])
    body = stranger.get(page).content.decode()
    assert told(body) == []
    assert not mentions(body, {FAMILY})
    assert "1世帯は、支援措置の対象に関わる" in body
    assert CHILD in web.get(page).content.decode()


def test_a_run_over_a_protected_child_leaves_no_name_in_job_or_audit(
    stranger: Client, officer: User, result: Allocation, shielded: ProtectedPerson
) -> None:
    again = request_allocation(result.ledger, seed=5, by=officer)
    run_pending()
    again.refresh_from_db()
    assert again.is_finished
    texts: list[Any] = (
        [again.job.params, again.job.result, again.job.log, again.job.error] if again.job else []
    )
    texts += list(AuditEntry.objects.values_list("target", "detail"))
    assert told(json.dumps(texts, ensure_ascii=False)) == []
    for page in ("/staff/jobs/", "/staff/"):
        assert told(stranger.get(page).content.decode()) == []


def test_who_is_no_longer_named_sees_the_child_no_more(
    web: Client,
    officer: User,
    colleague: User,
    guards: tuple[User, User],
    result: Allocation,
    shielded: ProtectedPerson,
) -> None:
    protected.name_officer(shielded, colleague, by=guards[0])
    page = reverse("nursery:child", args=[result.pk, CHILD])
    assert web.get(page).status_code == 200
    protected.remove_officer(shielded.officers.get(user=officer), by=guards[0])
    assert web.get(page).status_code == 404


def test_a_manager_can_only_protect_what_a_system_asks_for(
    guards: tuple[User, User], officer: User, colleague: User, result: Allocation
) -> None:
    """A kind that was typed wrongly would protect nobody, silently."""
    manager = signed_in(guards[0])
    form = {"subject_kind": "child", "subject_id": CHILD, "officers": officer.username}
    refused = manager.post("/staff/people/protected/", form)
    assert "保育所利用調整の児童（受付番号）" in refused.content.decode()
    assert not ProtectedPerson.objects.exists()
    # full-width figures and a space, as people type them
    manager.post("/staff/people/protected/", {**form, "subject_kind": SUBJECT, "subject_id": " ７００１"})
    page = reverse("nursery:child", args=[result.pk, CHILD])
    assert signed_in(colleague).get(page).status_code == 404
    assert signed_in(officer).get(page).status_code == 200
