"""Letters on the officer's desk: drafts, printing, one family's letter, codes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import signed_in, small_ledger, upload
from tests.nursery.letters.conftest import FORM, make
from tests.nursery.letters.test_files import pages_of, word_text
from yakuba.core import access_codes as code_rules
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.domain.application import Applicant, Applications, Household
from yakuba.nursery.family.digests import CODE_PURPOSE
from yakuba.nursery.models import Allocation, FamilyCode, Letter, LetterBatch
from yakuba.nursery.services import codes, letter_facts
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.letters import may_be_final

pytestmark = pytest.mark.django_db

CODE = re.compile(r"コード　\s*([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})")


def files_of(web: Client, made: LetterBatch) -> tuple[list[str], str]:
    pdf = web.get(reverse("nursery:letter-batch-file", args=[made.pk, "pdf"]))
    docx = web.get(reverse("nursery:letter-batch-file", args=[made.pk, "docx"]))
    assert (pdf.status_code, docx.status_code) == (200, 200)
    assert pdf.content.startswith(b"%PDF")
    return pages_of(pdf.content), word_text(docx.content)


def code_on(page: str) -> str:
    found = CODE.search(page)
    assert found, page
    return code_rules.normalise(found.group(1))


def opens(allocation: Allocation, family: str, code: str) -> bool:
    row = codes.valid(allocation, family)
    return row is not None and row.digest == code_rules.digest(code, codes.key(), CODE_PURPOSE)


def letter_of(made: LetterBatch, family: str) -> Letter:
    found = made.letters.filter(family_id=family).first()
    assert found is not None
    return found


def actions() -> list[str]:
    return list(AuditEntry.objects.filter(action__startswith="nursery.").values_list("action", flat=True))


def test_an_approved_result_becomes_letters_with_a_code_for_each_family(
    web: Client, approved: Allocation
) -> None:
    made = make(web, approved)
    pages, word = files_of(web, made)
    text = "".join(pages)
    assert made.figures == {"placed": 2, "waiting": 2, "families": 4, "pages": len(pages), "without": 0}
    rows = [(row.family_id, row.kind, row.children) for row in made.letters.all()]
    assert rows == [
        ("h81", "placed", ["7001", "7002"]),
        ("h84", "placed", ["7005"]),
        ("h82", "waiting", ["7003"]),
        ("h83", "waiting", ["7004"]),
    ]
    for row in made.letters.all():
        page = pages[(row.first_page or 0) - 1]
        assert row.get_kind_display() in page
        assert all(child in page for child in row.children)
        rest = "".join(pages[(row.first_page or 0) - 1 :])
        assert opens(approved, row.family_id, code_on(rest))
    for name in ("𠮷田 葵", "髙橋 凛", "葛\U000e0100西 湊"):
        assert name in text
        assert name in word
    assert "案" not in pages[0]
    assert CODE.findall(text) == CODE.findall(word)


def test_no_letter_names_a_child_of_another_family(web: Client, approved: Allocation) -> None:
    made = make(web, approved)
    pages, _ = files_of(web, made)
    rows = list(made.letters.all())
    names = dict(approved.child_rows.values_list("child_id", "name"))
    ends = [*[(row.first_page or 0) - 1 for row in rows[1:]], len(pages)]
    for row, end in zip(rows, ends, strict=True):
        text = "".join(pages[(row.first_page or 0) - 1 : end])
        strangers = set(names) - set(row.children)
        assert [one for one in strangers if one in text or names[one] in text] == []


def test_a_result_that_is_not_approved_gives_drafts_without_codes(web: Client, result: Allocation) -> None:
    page = web.get(reverse("nursery:letters", args=[result.pk])).content.decode()
    assert "承認されていません" in page
    made = make(web, result)
    pages, word = files_of(web, made)
    assert all("案" in page for page in pages)
    assert CODE.search("".join(pages) + word) is None
    assert FamilyCode.objects.count() == 0
    assert "送らないでください" in web.get(reverse("nursery:letter-batch", args=[made.pk])).content.decode()
    assert "nursery.code.issue" not in actions()


def test_letters_made_again_end_the_codes_of_the_first(web: Client, approved: Allocation) -> None:
    first = code_on("".join(files_of(web, make(web, approved))[0]))
    assert "使えなくなります" in web.get(reverse("nursery:letters", args=[approved.pk])).content.decode()
    second = code_on("".join(files_of(web, make(web, approved))[0]))
    assert first != second
    assert not opens(approved, "h81", first)
    assert opens(approved, "h81", second)
    assert FamilyCode.objects.filter(revoked_at=None).count() == 4
    assert {"nursery.code.issue", "nursery.code.reissue"} <= set(actions())


def test_one_family_can_be_found_opened_and_printed_again_with_a_new_code(
    web: Client, approved: Allocation
) -> None:
    made = make(web, approved)
    found = letter_of(made, "h82")
    listed = web.get(reverse("nursery:letter-batch", args=[made.pk]), {"q": "髙橋"}).content.decode()
    assert reverse("nursery:letter", args=[found.pk]) in listed
    assert reverse("nursery:letter", args=[letter_of(made, "h81").pk]) not in listed
    opened = pages_of(web.get(reverse("nursery:letter-view", args=[found.pk])).content)
    assert "7003" in opened[0]
    assert "7004" not in "".join(opened)
    old = code_on("".join(opened))
    again = web.post(reverse("nursery:letter-print", args=[found.pk]))
    new = code_on("".join(pages_of(again.content)))
    assert opens(approved, "h82", new)
    assert not opens(approved, "h82", old)
    assert opens(approved, "h81", code_on("".join(files_of(web, made)[0])))
    found.refresh_from_db()
    assert found.released_at is not None
    assert {"nursery.letter.view", "nursery.letter.print", "nursery.code.reissue"} <= set(actions())


def test_a_code_can_be_ended(web: Client, approved: Allocation) -> None:
    found = letter_of(make(web, approved), "h82")
    page = reverse("nursery:letter", args=[found.pk])
    assert "コードを失効させる" in web.get(page).content.decode()
    address = reverse("nursery:letter-revoke", args=[found.pk])
    assert "失効させました" in web.post(address, follow=True).content.decode()
    assert codes.valid(approved, "h82") is None
    assert "有効な閲覧コードはありません" in web.post(address, follow=True).content.decode()
    assert actions().count("nursery.code.revoke") == 1


def test_an_older_printing_hands_out_no_new_code(web: Client, approved: Allocation) -> None:
    old = letter_of(make(web, approved), "h82")
    make(web, approved)
    answer = web.post(reverse("nursery:letter-print", args=[old.pk]))
    assert answer.status_code == 403
    assert "新しい通知" in answer.content.decode()
    assert actions().count("nursery.letter.print") == 0


def test_the_code_is_nowhere_kept_in_the_database(web: Client, approved: Allocation) -> None:
    code = code_on("".join(files_of(web, make(web, approved))[0]))
    kept = str(list(FamilyCode.objects.values())) + str(list(AuditEntry.objects.values()))
    assert code not in kept
    assert code_rules.shown(code) not in kept


@pytest.mark.parametrize("kind", ["placed", "waiting"])
def test_a_sample_shows_the_words_and_makes_nothing(web: Client, result: Allocation, kind: str) -> None:
    answer = web.post(reverse("nursery:letters-sample", args=[result.pk, kind]), FORM)
    assert answer.headers["Content-Type"] == "application/pdf"
    text = "".join(pages_of(answer.content))
    assert "見本" in text
    assert "8汐子保第1234号の1" in text
    assert LetterBatch.objects.count() == 0
    assert web.post(reverse("nursery:letters-sample", args=[result.pk, "other"]), FORM).status_code == 404


FAULTS = [
    ({"number": ""}, "文書番号がありません"),
    ({"number": "第{m}号"}, "{n} のほかの"),
    ({"issued_on": "きのう"}, "日付ではありません"),
    ({"decline_by": ""}, "この文面では必要です"),
    ({"papers_by": "2027-01-01"}, "通知日より前"),
    ({"page_address": "javascript:x"}, "住所の形ではありません"),
    ({"wording": "other"}, "ない文面です"),
]


@pytest.mark.parametrize(("changed", "says"), FAULTS)
def test_a_wrong_entry_is_named_and_makes_nothing(
    web: Client, result: Allocation, changed: dict[str, Any], says: str
) -> None:
    for name, args in (("letters", [result.pk]), ("letters-sample", [result.pk, "placed"])):
        answer = web.post(reverse(f"nursery:{name}", args=args), {**FORM, **changed})
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert LetterBatch.objects.count() == 0


def test_a_name_that_can_not_be_printed_is_listed_before_and_stops_the_printing(
    web: Client, officer: User
) -> None:
    grids = small_ledger()
    grids["申込"][3][2] = "🍎 凛"
    allocation = request_allocation(upload(grids, officer), seed=None, by=officer)
    run_pending()
    page = reverse("nursery:letters", args=[allocation.pk])
    assert "印刷できない文字 1人" in web.get(page).content.decode()
    made = make(web, allocation)
    assert made.finished_at is None
    running = web.get(reverse("nursery:letter-batch", args=[made.pk])).content.decode()
    assert "U+1F34E" in running
    assert "ファイルとコードは残していません" in running
    assert web.get(reverse("nursery:letter-batch-file", args=[made.pk, "pdf"])).status_code == 403
    assert "〓 凛" in "".join(files_of(web, make(web, allocation, mark="on"))[0])


def test_addresses_and_dates_come_from_the_applications(
    web: Client, approved: Allocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Applications(
        classes=(),
        households={"h82": Household("h82", addressee="髙橋 岳", postal_code="999-0100", address="網代2番")},
        applicants=(Applicant("7003", "h82", "髙橋 凛", 1, (), applied_on=date(2026, 11, 9)),),
    )
    monkeypatch.setattr(letter_facts, "_applications", lambda allocation: told)
    text = "".join(files_of(web, make(web, approved, order="postal", odd="on"))[0])
    for fact in ("〒999-0100", "網代2番", "髙橋 岳\u3000様", "令和8年11月9日"):
        assert fact in text


def test_the_form_remembers_the_last_choices(web: Client, result: Allocation) -> None:
    make(web, result, number="第7号", order="postal", odd="on")
    page = web.get(reverse("nursery:letters", args=[result.pk])).content.decode()
    assert 'value="第7号"' in page
    assert '<option value="postal" selected>' in page
    assert "2027-02-12" in page


def test_words_with_a_fault_make_no_letters(
    web: Client, result: Allocation, own_home: None, tmp_path: Any
) -> None:
    folder = tmp_path / "home" / "letters"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text("format: old", encoding="utf-8")
    answer = web.get(reverse("nursery:letters", args=[result.pk]))
    assert answer.status_code == 422
    assert "own.yaml「format」" in answer.content.decode()
    assert web.post(reverse("nursery:letters-sample", args=[result.pk, "placed"]), FORM).status_code == 422


@pytest.mark.parametrize("role", ["viewer", "approver", "admin"])
def test_only_officers_make_letters(role: str, approved: Allocation, web: Client, request: Any) -> None:
    made = make(web, approved)
    one = letter_of(made, "h82")
    somebody = signed_in(request.getfixturevalue(role))
    pages = [
        somebody.get(reverse("nursery:letters", args=[approved.pk])),
        somebody.post(reverse("nursery:letters", args=[approved.pk]), FORM),
        somebody.get(reverse("nursery:letter-batch-file", args=[made.pk, "pdf"])),
        somebody.post(reverse("nursery:letter-print", args=[one.pk])),
        somebody.post(reverse("nursery:letter-revoke", args=[one.pk])),
    ]
    allowed = role == "approver"  # an approver is more than an officer
    assert {answer.status_code for answer in pages} == ({200, 302} if allowed else {403})


def test_what_is_not_there_is_not_found(web: Client, result: Allocation, ledger: Any) -> None:
    for name, args in (
        ("letters", [999]),
        ("letter-batch", [999]),
        ("letter", [999]),
        ("letter-view", [999]),
        ("letter-batch-file", [make(web, result).pk, "json"]),
    ):
        assert web.get(reverse(f"nursery:{name}", args=args)).status_code == 404
    waiting = Allocation.objects.create(ledger=ledger)
    assert web.get(reverse("nursery:letters", args=[waiting.pk])).status_code == 404


def test_letters_of_an_approved_result_that_is_not_the_adopted_one_are_drafts(
    approved: Allocation, officer: User
) -> None:
    from yakuba.nursery.models import ApplicationFile, Rulebook, Scoring, SelectionRound

    assert may_be_final(approved)
    file = approved.ledger.file
    selection = SelectionRound.objects.create(title="一次選考", starts_on=date(2027, 9, 1))
    book = Rulebook.objects.create(
        book="x", title="基準", number=1, file=file, sha256="0" * 64, effective_from=date(2026, 4, 1)
    )
    applied = ApplicationFile.objects.create(
        selection=selection,
        number=1,
        file=file,
        file_name="申込.xlsx",
        sha256="0" * 64,
        children=5,
        households=4,
        classes=3,
        seats=3,
    )
    Scoring.objects.create(applications=applied, rulebook=book, ledger=approved.ledger)

    def again() -> Allocation:
        return Allocation.objects.get(pk=approved.pk)

    assert may_be_final(again())
    other = Allocation.objects.create(ledger=approved.ledger)
    selection.adopted = other
    selection.save()
    assert not may_be_final(again())
    selection.adopted = again()
    selection.save()
    assert may_be_final(again())
    page = signed_in(officer).get(reverse("nursery:letters", args=[approved.pk])).content.decode()
    assert "2027-09-01" in page  # the round's first day is proposed


def test_applications_are_read_by_the_function_that_was_given(
    approved: Allocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Applications(classes=(), households={}, applicants=())
    monkeypatch.setattr(letter_facts, "_reader", [])
    assert letter_facts._applications(approved) is None
    letter_facts.read_applications_with(lambda file: told)
    assert letter_facts._applications(approved) is None  # a ledger without applications
    assert letter_facts.gather(approved, "h82").families["h82"].addressee == ""


def test_a_result_without_anybody_to_tell_makes_no_letters(web: Client, result: Allocation) -> None:
    result.child_rows.update(outcome="held", claims=[])
    made = make(web, result)
    assert made.finished_at is None
    assert made.job is not None
    made.job.refresh_from_db()
    assert "通知を送る世帯がありません" in made.job.error


def test_families_without_news_are_counted(web: Client, result: Allocation) -> None:
    result.child_rows.filter(family_id="h84").update(outcome="held", claims=[])
    made = make(web, result)
    assert made.figures["without"] == 1
    assert (
        "1世帯あり、通知を作っていません"
        in web.get(reverse("nursery:letter-batch", args=[made.pk])).content.decode()
    )
