"""Rule books on the desk: installed, read, compared child by child, activated by two persons."""

from __future__ import annotations

import io
from datetime import date
from importlib import resources

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery import desk
from tests.nursery.conftest import signed_in
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.approval import ApprovalError, consequences_of, decide, place_of
from yakuba.core.people.models import Approval, User
from yakuba.nursery.models import ApplicationFile, Rulebook
from yakuba.nursery.rulebooks.load import builtin
from yakuba.nursery.services import rulebooks

pytestmark = pytest.mark.django_db

SHIOMI = resources.files("yakuba.nursery.rulebooks").joinpath("shiomi.yaml").read_text(encoding="utf-8")


def later(**changes: str) -> bytes:
    """The invented book of the next year; ``changes``: text in it → other text."""
    text = SHIOMI.replace("effective_from: 2027-04-01", "effective_from: 2027-10-01")
    text = text.replace("version: 令和9年度", "version: 令和9年10月改正")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def w120_up() -> bytes:
    """120 hours of work count 17 points instead of 16; the one example on it is changed too."""
    row = "code: W120, category: work, when: {work_hours_month: {ge: 120, lt: 140}}, points: "
    example = "expect: {father: 20, mother: 16, total: 36}, note: 共働き"
    changed = example.replace("mother: 16, total: 36", "mother: 17, total: 37")
    return later(**{row + "16": row + "17", example: changed})


def activated(first: Rulebook, officer: User, approver: User) -> Rulebook:
    approval = rulebooks.ask_activation(first, by=officer, reason="最初の版", counts={})
    decide(approval, by=approver, approve=True)
    first.refresh_from_db()
    return first


@pytest.fixture
def first(officer: User, approver: User) -> Rulebook:
    """The active version."""
    return activated(desk.shiomi(officer), officer, approver)


@pytest.fixture
def second(officer: User, first: Rulebook) -> Rulebook:
    """The draft that is to follow."""
    return rulebooks.install(w120_up(), file_name="shiomi.yaml", by=officer)


@pytest.fixture
def file(officer: User, first: Rulebook) -> ApplicationFile:
    return desk.imported(officer)


def changes_page(web: Client, rulebook: Rulebook, **query: str) -> str:
    answer = web.get(reverse("nursery:rulebook-changes", args=[rulebook.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("book", builtin())
def test_every_shipped_book_installs_with_all_its_examples_and_has_a_page(
    book: str, web: Client, officer: User
) -> None:
    made = rulebooks.install_shipped(book, by=officer)
    assert made.examples["failed"] == []
    body = web.get(reverse("nursery:rulebook", args=[made.pk])).content.decode()
    content = rulebooks.content(made)
    for row in [*content.basic[:3], *content.adjustments[:3]]:
        assert row.code in body
    assert ("この基準は、原本を確認していません" in body) == (content.evidence == "SECOND")
    assert web.get(reverse("nursery:rulebook-changes", args=[made.pk])).status_code == 200


def test_the_list_shows_versions_examples_and_second_hand_books(web: Client, officer: User) -> None:
    web.post(reverse("nursery:rulebooks"), {"book": "nisshin"})
    body = web.get(reverse("nursery:rulebooks")).content.decode()
    assert "日進市" in body
    assert "3／3" in body
    assert "原本を未確認" in body
    assert "登録済み" in body
    assert web.post(reverse("nursery:rulebooks"), {"book": "nowhere"}).status_code == 404


def test_the_same_book_again_is_the_same_version(officer: User) -> None:
    assert desk.shiomi(officer) == desk.shiomi(officer)
    assert rulebooks.install(w120_up(), file_name="x.yaml", by=officer).number == 2


def test_a_faulty_upload_names_path_found_and_expected_and_keeps_nothing(web: Client) -> None:
    data = SHIOMI.replace("points: 16}", "points: many}", 1).encode()
    stream = io.BytesIO(data)
    stream.name = "basho.yaml"
    answer = web.post(reverse("nursery:rulebooks"), {"file": stream})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "登録できませんでした" in body
    assert "many" in body
    assert not Rulebook.objects.exists()


def test_an_uploaded_book_becomes_a_draft(web: Client) -> None:
    stream = io.BytesIO(w120_up())
    stream.name = "shiomi.yaml"
    answer = web.post(reverse("nursery:rulebooks"), {"file": stream})
    made = Rulebook.objects.get()
    assert answer["Location"] == reverse("nursery:rulebook", args=[made.pk])
    assert (made.state, made.effective_from) == ("draft", date(2027, 10, 1))
    kept = web.get(reverse("nursery:rulebook-file", args=[made.pk]))
    assert kept.content == w120_up()


def test_a_template_and_a_book_whose_examples_fail_cannot_be_activated(officer: User, web: Client) -> None:
    template = rulebooks.install_shipped("ota", by=officer)
    with pytest.raises(rulebooks.NotReady, match="ひな形"):
        rulebooks.ask_activation(template, by=officer, reason="使う", counts={})
    wrong = later(**{"expect: {father: 20, mother: 16, total: 36}, note: 共働き": "expect: {total: 35}"})
    broken = rulebooks.install(wrong, file_name="shiomi.yaml", by=officer)
    assert broken.examples == {"passed": 13, "failed": ["s1"]}
    with pytest.raises(rulebooks.NotReady, match="s1"):
        rulebooks.ask_activation(broken, by=officer, reason="使う", counts={})
    body = changes_page(web, broken)
    assert "まだ適用できません" in body
    assert "適用の承認を依頼する" not in body
    assert not Approval.objects.exists()


def test_activation_takes_two_persons_and_ends_the_version_before(
    officer: User, approver: User, web: Client, first: Rulebook, second: Rulebook, file: ApplicationFile
) -> None:
    body = changes_page(web, second)
    key = body.split('name="key" value="')[1].split('"')[0]
    where = reverse("nursery:rulebook-changes", args=[second.pk])
    answer = web.post(where, {"key": key, "applications": file.pk, "reason": "議決のとおり"})
    assert answer["Location"] == where
    approval = Approval.objects.get(kind=rulebooks.KIND, state="waiting")
    assert place_of(approval) == where
    told = consequences_of(approval)
    assert "申込児童 5人のうち、合計が変わる児童 2人" in told
    assert "その前の日で終わります" in told
    with pytest.raises(ApprovalError):
        decide(approval, by=officer, approve=True)
    decide(approval, by=approver, approve=True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.state, first.state, first.effective_until) == ("active", "retired", date(2027, 9, 30))
    assert rulebooks.active_on("shiomi", date(2027, 9, 30)) == first
    assert rulebooks.active_on("shiomi", date(2027, 10, 1)) == second
    assert rulebooks.active_on("shiomi", date(2027, 3, 31)) is None
    line = AuditEntry.objects.filter(action="nursery.rulebook.activate").last()
    assert line is not None
    assert line.detail["retired"] == [first.pk]
    assert "承認済みです" in changes_page(web, second)


def test_activation_can_be_asked_only_from_the_report_that_was_seen(
    web: Client, second: Rulebook, file: ApplicationFile
) -> None:
    where = reverse("nursery:rulebook-changes", args=[second.pk])
    answer = web.post(where, {"key": "0-0", "applications": file.pk, "reason": "見ていない"})
    assert answer.status_code == 422
    assert "見ていた変更点が古くなりました" in answer.content.decode()
    assert not Approval.objects.filter(kind=rulebooks.KIND, state="waiting").exists()


def test_the_report_tells_child_by_child_what_changes(
    web: Client, second: Rulebook, file: ApplicationFile
) -> None:
    body = changes_page(web, second)
    assert "9001" in body
    assert "9003" not in body
    assert "16→なし" in body or "16→17" in body
    lower = changes_page(web, second, direction="下がる")
    assert "9001" not in lower
    answer = web.get(reverse("nursery:rulebook-changes", args=[second.pk]), {"export": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert text.startswith("受付番号,氏名,年齢,いまの合計,新しい合計,差,希望ごとの順位,変わった項目")
    assert "9001,佐野 葵,1,36,37,1," in text


def test_a_waiting_request_cannot_be_asked_twice(officer: User, second: Rulebook) -> None:
    rulebooks.ask_activation(second, by=officer, reason="一", counts={})
    with pytest.raises(rulebooks.NotReady, match="すでに依頼"):
        rulebooks.ask_activation(second, by=officer, reason="二", counts={})


def test_the_examples_are_worked_out_again_on_demand(web: Client, officer: User) -> None:
    book = desk.shiomi(officer)
    Rulebook.objects.filter(pk=book.pk).update(examples={"passed": 0, "failed": ["s1"]})
    web.post(reverse("nursery:rulebook-recheck", args=[book.pk]))
    book.refresh_from_db()
    assert book.examples == {"passed": 14, "failed": []}


def test_a_viewer_sees_the_changes_but_can_take_nothing_out(
    viewer: User, second: Rulebook, file: ApplicationFile
) -> None:
    web = signed_in(viewer)
    body = changes_page(web, second)
    assert "適用の承認を依頼する" not in body
    assert "CSVに書き出す" not in body
