"""A second round: what is left of the first one, what is new, and everybody ranked anew."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import signed_in
from tests.nursery.later.helpers import (
    START,
    applications,
    child,
    first_round,
    household,
    import_into,
    run,
)
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import User
from yakuba.nursery.applications.export import to_workbook
from yakuba.nursery.domain.application import Mark
from yakuba.nursery.domain.later_round import CannotCarry
from yakuba.nursery.models import SelectionRound
from yakuba.nursery.services import applications as importing
from yakuba.nursery.services.decisions import decide_points, in_force
from yakuba.nursery.services.later_rounds import assignment, preview, start
from yakuba.nursery.services.withdrawals import record_withdrawal

TOLD = date(2026, 11, 20)


@pytest.fixture
def adopted(officer: User, approver: User) -> SelectionRound:
    """1 sits at 11, 2 at 12; 3 and 4 wait, 4 may extend its leave and stands last."""
    selection = first_round(officer)
    content = applications(
        [child("1", "11"), child("2", "11", "12"), child("3", "11", "12"), child("4", "12")],
        [
            household("h1", 160),
            household("h2", 140),
            household("h3", 120),
            household("h4", 160, leave_extension_ok=True),
        ],
    )
    import_into(selection, content, officer)
    run(selection, officer, approver)
    return selection


def test_the_first_round_ranks_who_may_extend_the_leave_last(adopted: SelectionRound) -> None:
    assert adopted.adopted is not None
    assert assignment(adopted.adopted) == {"1": "11-1", "2": "12-1", "3": None, "4": None}


def test_a_second_round_fills_the_seat_of_a_declined_offer_by_a_new_ranking(
    adopted: SelectionRound, officer: User, approver: User
) -> None:
    record_withdrawal(adopted, "1", kind="declined", told_on=TOLD, reason="", by=officer)
    new = applications([child("5", "11")], [household("h5", 140)])
    second = start(adopted, title="二次選考", starts_on=START, new=new, by=officer)
    assert second.previous == adopted
    assert second.rulebook == adopted.rulebook
    held = importing.content(second.applications.get())
    assert [one.id for one in held.applicants] == ["3", "4", "5"]
    assert {row.nursery: row.recruits for row in held.classes} == {"11": 1, "12": 0}
    assert held.households["h4"].leave_extension_ok, "the answer of the family is kept as it was given"
    result = run(second, officer, approver)
    assert assignment(result) == {"3": None, "4": None, "5": "11-1"}, "5 has more points than 3 and 4"
    line = AuditEntry.objects.get(action="nursery.round.later")
    assert (line.detail["going_on"], line.detail["new"], line.detail["left"]) == (2, 1, 1)


def test_a_child_who_declined_and_applies_again_is_named_and_loses_points(
    adopted: SelectionRound, officer: User, approver: User
) -> None:
    record_withdrawal(adopted, "1", kind="declined", told_on=TOLD, reason="", by=officer)
    again = applications([child("1", "11", marks=(Mark("DECLINED"),))], [household("h1", 120)])
    assert preview(adopted, again).declined_again == ("1",)
    second = start(adopted, title="二次選考", starts_on=START, new=again, by=officer)
    assert assignment(run(second, officer, approver))["3"] == "11-1", "3 has 36 points, 1 has 36 less 3"


def test_points_that_officers_gave_go_along_with_their_names(adopted: SelectionRound, officer: User) -> None:
    decide_points(adopted, subject="3", code="SPECIAL", points="4", reason="面談による", by=officer)
    decide_points(adopted, subject="1", code="SPECIAL", points="2", reason="面談による", by=officer)
    second = start(adopted, title="二次選考", starts_on=START, new=None, by=officer)
    (kept,) = in_force(second)
    assert (kept.subject, kept.value, kept.decided_by) == ("3", {"points": "4"}, officer)
    assert kept.reason == "前の選考から引き継ぎ：面談による"


def test_a_round_has_one_later_round(adopted: SelectionRound, officer: User) -> None:
    start(adopted, title="二次選考", starts_on=START, new=None, by=officer)
    with pytest.raises(CannotCarry, match="すでに始まっています"):
        start(adopted, title="もう一つ", starts_on=START, new=None, by=officer)


def test_a_taken_title_leaves_nothing_behind(adopted: SelectionRound, officer: User) -> None:
    with pytest.raises(CannotCarry, match="すでにあります"):
        start(adopted, title=adopted.title, starts_on=START, new=None, by=officer)
    assert SelectionRound.objects.count() == 1


def test_a_round_without_an_adopted_result_can_not_go_on(officer: User) -> None:
    with pytest.raises(CannotCarry, match="採用されていません"):
        start(first_round(officer), title="二次選考", starts_on=START, new=None, by=officer)


def test_the_page_shows_what_would_be_and_starts_it(web: Client, adopted: SelectionRound) -> None:
    url = reverse("nursery:round-second", args=[adopted.pk])
    page = web.get(url).content.decode()
    assert "令和9年4月入所 二次選考" in page
    assert "育児休業の延長を許容できると回答した世帯：1世帯" in page
    new = to_workbook(applications([child("5", "11")], [household("h5", 140)]))
    sent = {
        "title": "二次",
        "starts_on": "2027-04-01",
        "file": SimpleUploadedFile("新規.xlsx", new, content_type="application/octet-stream"),
    }
    assert web.post(url, sent).status_code == 302
    made = SelectionRound.objects.get(title="二次")
    assert made.previous == adopted
    assert web.get(url).headers["Location"] == reverse("nursery:round", args=[made.pk])


def test_faults_of_the_new_applications_are_listed_and_nothing_starts(
    web: Client, adopted: SelectionRound
) -> None:
    bad = to_workbook(applications([child("5", "99")], [household("h5", 140)]))
    sent = {"title": "二次", "starts_on": "2027-04-01", "file": SimpleUploadedFile("新規.xlsx", bad)}
    answer = web.post(reverse("nursery:round-second", args=[adopted.pk]), sent)
    assert answer.status_code == 422
    assert "99" in answer.content.decode()
    assert "何も変わっていません" in answer.content.decode()
    assert SelectionRound.objects.count() == 1


def test_a_round_that_stands_on_nothing_says_what_is_missing(web: Client, officer: User) -> None:
    page = web.get(reverse("nursery:round-second", args=[first_round(officer).pk])).content.decode()
    assert "まだ始められません" in page
    assert "採用されていません" in page


def test_a_viewer_can_not_start_a_round(adopted: SelectionRound, viewer: User) -> None:
    url = reverse("nursery:round-second", args=[adopted.pk])
    assert signed_in(viewer).get(url).status_code == 403
    assert signed_in(viewer).post(url, {"title": "二次", "starts_on": "2027-04-01"}).status_code == 403
    assert SelectionRound.objects.count() == 1
