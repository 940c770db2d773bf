"""The officer's desk by its pages: a round from an empty list to an adopted result."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery import desk
from tests.nursery.conftest import signed_in
from tests.nursery.ledger.helpers import book
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.models import StoredFile
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.nursery.models import (
    Allocation,
    ApplicationFile,
    ColumnMapping,
    Decision,
    Rulebook,
    Scoring,
    SelectionRound,
)
from yakuba.nursery.services.rulebooks import ask_activation

pytestmark = pytest.mark.django_db


def upload(web: Client, selection: SelectionRound, data: bytes, name: str = "申込.xlsx") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return web.post(reverse("nursery:applications-new", args=[selection.pk]), {"file": file}, follow=True)


def page(web: Client, name: str, *args: object) -> str:
    answer = web.get(reverse(f"nursery:{name}", args=args))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def test_a_round_goes_from_nothing_to_an_adopted_result(
    web: Client, officer: User, approver: User, viewer: User
) -> None:
    assert "選考はまだありません" in page(web, "home")
    web.post(reverse("nursery:rulebooks"), {"book": "shiomi"})
    rulebook = Rulebook.objects.get()
    made = web.post(
        reverse("nursery:round-new"),
        {"title": desk.TITLE, "starts_on": "2027-04-01", "rulebook": rulebook.pk},
    )
    selection = SelectionRound.objects.get()
    assert made["Location"] == reverse("nursery:round", args=[selection.pk])
    assert "申込情報を取り込む" in page(web, "round", selection.pk)
    answer = upload(web, selection, desk.data())
    assert "対応する項目" in answer.content.decode()
    assert "直すところはありません" in page(web, "applications-check", selection.pk)
    web.post(reverse("nursery:applications-check", args=[selection.pk]))
    file = ApplicationFile.objects.get()
    assert (file.number, file.children, file.households, file.seats) == (1, 5, 4, 4)
    assert "採点する" in page(web, "round", selection.pk)
    web.post(reverse("nursery:score", args=[file.pk]))
    scoring = Scoring.objects.get()
    assert "採点しています" in page(web, "scoring", scoring.pk)
    run_pending()
    assert "職員の判断が要る項目が 6件あります" in page(web, "round", selection.pk)
    answer_questions(web, scoring)
    assert "採点し直す" in page(web, "round", selection.pk)
    web.post(reverse("nursery:score", args=[file.pk]))
    run_pending()
    scoring = Scoring.objects.first()
    assert scoring is not None
    assert "同点が 2組あります" in page(web, "round", selection.pk)
    order_tie(web, scoring)
    web.post(reverse("nursery:score", args=[file.pk]))
    run_pending()
    assert "割り当てる" in page(web, "round", selection.pk)
    web.post(reverse("nursery:round-allocate", args=[selection.pk]))
    run_pending()
    run = Allocation.objects.get()
    assert run.is_finished
    assert "結果を確かめる" in page(web, "round", selection.pk)
    web.post(reverse("nursery:ask-approval", args=[run.pk]), {"reason": "確かめました"})
    assert "承認を待っています" in page(web, "round", selection.pk)
    run.refresh_from_db()
    assert run.approval is not None
    decide(run.approval, by=approver, approve=True)
    assert "この結果を採用する" in page(web, "round", selection.pk)
    adopting = reverse("nursery:round-adopt", args=[selection.pk, run.pk])
    assert "案のままです" in web.post(adopting, follow=True).content.decode()
    decide(ask_activation(rulebook, by=officer, reason="議決", counts={}), by=approver, approve=True)
    web.post(adopting)
    selection.refresh_from_db()
    assert selection.adopted == run
    body = page(signed_in(viewer), "round", selection.pk)
    assert "割当を選考の結果に採用した" in body
    assert officer.name in body
    assert "<button" not in body.split("<main")[1].split("</main>")[0].replace('type="search"', "")


def answer_questions(web: Client, scoring: Scoring) -> None:
    scoring.refresh_from_db()
    for number, one in enumerate(scoring.questions):
        value = "6" if one["kind"] == "points" else "120,000"
        answer = web.post(
            reverse("nursery:scoring-questions", args=[scoring.pk]),
            {"number": number, "value": value, "reason": "証明書で確かめた"},
        )
        assert answer.status_code == 302


def order_tie(web: Client, scoring: Scoring) -> None:
    answer = web.post(
        reverse("nursery:scoring-ties", args=[scoring.pk]),
        {"group": 0, "place-9001": "2", "place-9002": "1", "reason": "会議で決めた"},
    )
    assert answer.status_code == 302, answer.content.decode()


def test_an_order_by_hand_decides_the_tie_and_only_that(officer: User, web: Client) -> None:
    scoring = desk.scored(officer)
    assert scoring.ledger is not None
    assert len(scoring.ledger.ties) == 2
    order_tie(web, scoring)
    again = desk.scored(officer, scoring.applications)
    assert again.ledger is not None
    assert again.ledger.ties == []
    from yakuba.nursery.services.ledgers import source_of

    order = source_of(again.ledger).load(None).market.priority["1-1"]
    assert order.index("9002") < order.index("9001")
    assert set(order[:2]) == {"9004", "9005"}
    decision = Decision.objects.get()
    assert "会議で決めた" in page(web, "scoring-ties", again.pk)
    web.post(reverse("nursery:decision-withdraw", args=[decision.pk]))
    last = desk.scored(officer, scoring.applications)
    assert last.ledger is not None
    assert len(last.ledger.ties) == 2
    assert [line.action for line in AuditEntry.objects.filter(action__startswith="nursery.decision")] == [
        "nursery.decision.make",
        "nursery.decision.withdraw",
    ]


@pytest.mark.parametrize(
    ("places", "reason", "told"),
    [
        (("1", "1"), "会議", "1から2までを、1人に1つずつ"),
        (("1", ""), "会議", "1から2までを、1人に1つずつ"),
        (("2", "1"), " ", "理由：空です"),
    ],
)
def test_an_unusable_order_is_told_and_nothing_is_kept(
    officer: User, web: Client, places: tuple[str, str], reason: str, told: str
) -> None:
    scoring = desk.scored(officer)
    answer = web.post(
        reverse("nursery:scoring-ties", args=[scoring.pk]),
        {"group": 0, "place-9001": places[0], "place-9002": places[1], "reason": reason},
    )
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("value", "told"),
    [("11", "基準の範囲（1から10まで）"), ("多い", "数ではありません"), ("", "数ではありません")],
)
def test_points_outside_the_books_range_are_refused(
    officer: User, web: Client, value: str, told: str
) -> None:
    scoring = desk.scored(officer)
    number = next(at for at, one in enumerate(scoring.questions) if one["kind"] == "points")
    answer = web.post(
        reverse("nursery:scoring-questions", args=[scoring.pk]),
        {"number": number, "value": value, "reason": "区長の決裁"},
    )
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_decided_value_counts_after_scoring_again_and_no_more_after_it_is_withdrawn(
    officer: User, web: Client
) -> None:
    from yakuba.nursery.services.scoring import trace_of

    scoring = desk.scored(officer)
    number = next(at for at, one in enumerate(scoring.questions) if one["kind"] == "points")
    where = reverse("nursery:scoring-questions", args=[scoring.pk])
    web.post(where, {"number": number, "value": "６", "reason": "区長の決裁"})
    assert "職員の判断が変わりました" in page(web, "scoring", scoring.pk)
    totals = [
        trace_of(one).children["9003"].highest
        for one in (scoring, desk.scored(officer, scoring.applications))
    ]
    assert totals[1] - totals[0] in (5, 6)  # the least that the row can give counted before
    web.post(reverse("nursery:decision-withdraw", args=[Decision.objects.get().pk]))
    assert trace_of(desk.scored(officer, scoring.applications)).children["9003"].highest == totals[0]


def test_a_missing_fact_is_answered_and_breaks_the_tie(officer: User, web: Client) -> None:
    scoring = desk.scored(officer)
    for number, one in enumerate(scoring.questions):
        if one["kind"] == "fact":
            value = "60000" if one["subject"] == "9002" else "90000"
            web.post(
                reverse("nursery:scoring-questions", args=[scoring.pk]),
                {"number": number, "value": value, "reason": "課税証明で確かめた"},
            )
    again = desk.scored(officer, scoring.applications)
    assert again.ledger is not None
    assert again.ledger.ties == []
    assert [one for one in again.questions if one["kind"] == "fact"] == []


def test_the_trace_of_a_child_reads_like_the_form(officer: User, web: Client) -> None:
    scoring = desk.scored(officer)
    body = page(web, "scoring-child", scoring.pk, "9001")
    for text in ("父 20＋母 16 ＝ 基準 36", "月168時間の就労", "佐野 葵", "第1希望", "はまかぜ保育園"):
        assert text in body, text
    twins = page(web, "scoring-child", scoring.pk, "9004")
    assert "受付 9005" in twins
    assert web.get(reverse("nursery:scoring-child", args=[scoring.pk, "none"])).status_code == 404


def test_faults_are_listed_filtered_exported_and_nothing_is_kept(officer: User, web: Client) -> None:
    selection = desk.opened(officer)
    sheets = desk.grids()
    sheets["児童"][1][4] = 9
    sheets["児童"][2][6] = "NOPE"
    sheets["児童"][3][7] = "77"
    upload(web, selection, book(sheets))
    where = reverse("nursery:applications-check", args=[selection.pk])
    answer = web.get(where)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "取り込めません（" in body
    for text in ("年齢（age-unreadable）", "mark-unknown", "wish-unknown-nursery", "児童"):
        assert text in body, text
    only = web.get(where, {"code": "mark-unknown"}).content.decode()
    assert "NOPE" in only
    assert "施設」にない番号" not in only
    export = web.get(where, {"export": "csv"}).content.decode("utf-8-sig")
    assert export.startswith("種類,シート,行,列,見つかった値,あるべき値,すること")
    assert "NOPE" in export
    assert web.post(where).status_code == 422
    assert not ApplicationFile.objects.exists()
    assert not ColumnMapping.objects.exists()
    kept = StoredFile.objects.count()
    web.post(reverse("nursery:applications-give-up", args=[selection.pk]))
    assert StoredFile.objects.count() == kept - 1


def test_a_file_with_personal_numbers_is_not_kept_for_a_moment(officer: User, web: Client) -> None:
    selection = desk.opened(officer)
    before = StoredFile.objects.count()
    sheets = desk.grids()
    sheets["保護者"][0].append("個人番号")
    answer = upload(web, selection, book(sheets))
    assert answer.status_code == 422
    assert "個人番号" in answer.content.decode()
    assert StoredFile.objects.count() == before


def test_what_cannot_be_opened_is_told_and_not_kept(officer: User, web: Client) -> None:
    selection = desk.opened(officer)
    before = StoredFile.objects.count()
    answer = upload(web, selection, b"nothing", "申込.pdf")
    assert answer.status_code == 422
    assert "読み込めませんでした" in answer.content.decode()
    assert StoredFile.objects.count() == before


def test_columns_of_other_names_are_mapped_by_hand_and_remembered(officer: User, web: Client) -> None:
    selection = desk.opened(officer)
    sheets = desk.grids()
    sheets["児童"][0][0] = "とおし番"
    answer = upload(web, selection, book(sheets))
    body = answer.content.decode()
    assert "必須の項目に、対応する列がありません" in body
    assert "児童：受付番号" in body
    form = fields_of(body)
    name = next(key for key in form if key.startswith("c-3-0"))
    form[name] = "児童:受付番号"
    where = reverse("nursery:applications-columns", args=[selection.pk])
    answer = web.post(where, {**form, "act": "check"}, follow=True)
    assert "直すところはありません" in answer.content.decode()
    web.post(reverse("nursery:applications-check", args=[selection.pk]))
    assert ApplicationFile.objects.get().children == 5
    sheets["児童"][1][2] = "佐野 藍"
    again = upload(web, selection, book(sheets)).content.decode()
    assert "前に取り込んだときの対応を使っています" in again
    assert "必須の項目に" not in again
    web.post(reverse("nursery:applications-check", args=[selection.pk]))
    assert ApplicationFile.objects.count() == 2


def fields_of(body: str) -> dict[str, str]:
    """The selects of the mapping page with their present values."""
    import re

    found = {}
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    return found


def test_two_columns_for_one_field_are_refused(officer: User, web: Client) -> None:
    selection = desk.opened(officer)
    form = fields_of(upload(web, selection, desk.data()).content.decode())
    form["c-3-1"] = form["c-3-0"]
    answer = web.post(reverse("nursery:applications-columns", args=[selection.pk]), {**form, "act": "check"})
    assert answer.status_code == 422
    assert "対応先が同じです" in answer.content.decode()


def test_a_sheet_can_be_left_out_and_chosen_again(officer: User, web: Client) -> None:
    selection = desk.opened(officer)
    form = fields_of(upload(web, selection, desk.data()).content.decode())
    where = reverse("nursery:applications-columns", args=[selection.pk])
    without = web.post(where, {**form, "role-3": "", "act": "roles"}).content.decode()
    assert "児童：受付番号" in without
    back = web.post(where, {**fields_of(without), "role-3": "児童", "act": "roles"}).content.decode()
    assert "必須の項目に" not in back


def test_an_import_goes_out_and_comes_back_the_same(officer: User, web: Client) -> None:
    from yakuba.nursery.services import applications

    file = desk.imported(officer)
    answer = web.get(reverse("nursery:application-export", args=[file.pk]))
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames == ["施設", "世帯", "保護者", "児童"]
    pending = applications.receive("戻り.xlsx", answer.content, by=officer)
    back = applications.import_applications(pending, file.selection, by=officer)
    assert applications.content(back) == applications.content(file)
    assert back.number == 2


def test_the_same_file_again_is_the_same_version(officer: User) -> None:
    file = desk.imported(officer)
    assert desk.imported(officer, file.selection) == file


def test_a_round_with_a_taken_title_is_refused(officer: User, web: Client) -> None:
    desk.opened(officer)
    answer = web.post(reverse("nursery:round-new"), {"title": desk.TITLE, "starts_on": "2027-04-01"})
    assert answer.status_code == 422
    assert "すでにあります" in answer.content.decode()


def test_only_officers_change_and_viewers_look(officer: User, viewer: User) -> None:
    scoring = desk.scored(officer)
    selection = scoring.applications.selection
    web = signed_in(viewer)
    for name, pk in (
        ("round", selection.pk),
        ("application", scoring.applications_id),
        ("scoring", scoring.pk),
        ("scoring-questions", scoring.pk),
        ("scoring-ties", scoring.pk),
        ("rulebook", scoring.rulebook_id),
        ("rulebook-changes", scoring.rulebook_id),
    ):
        page(web, name, pk)
    page(web, "rulebooks")
    for name, pk in (
        ("score", scoring.applications_id),
        ("scoring-questions", scoring.pk),
        ("scoring-ties", scoring.pk),
        ("round-allocate", selection.pk),
        ("round-rulebook", selection.pk),
        ("applications-new", selection.pk),
        ("rulebook-changes", scoring.rulebook_id),
    ):
        assert web.post(reverse(f"nursery:{name}", args=[pk])).status_code == 403, name
    assert web.post(reverse("nursery:rulebooks"), {"book": "urasoe"}).status_code == 403


def test_a_scoring_that_fails_says_why_and_keeps_nothing(officer: User, web: Client) -> None:
    from yakuba.nursery.services.decisions import decide_points
    from yakuba.nursery.services.scoring import request_scoring

    file = desk.imported(officer)
    decide_points(file.selection, subject="9003", code="SPECIAL", points="99", reason="誤り", by=officer)
    scoring = request_scoring(file, desk.shiomi(officer), by=officer)
    run_pending()
    scoring.refresh_from_db()
    assert scoring.finished_at is None
    assert scoring.ledger is None
    body = page(web, "scoring", scoring.pk)
    assert "採点の結果はありません" in body
    assert "SPECIAL" in body
    assert "前の採点は終わりませんでした" in page(web, "round", file.selection_id)
