"""支援措置 on the desk: nobody but the named officers finds a protected child before the letters, either."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery import desk
from tests.nursery.conftest import make_person, signed_in
from tests.nursery.pages.test_desk_rulebooks import w120_up
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import protected
from yakuba.core.people.models import Department, ProtectedPerson, Role, User
from yakuba.nursery.models import Decision, Rulebook, Scoring
from yakuba.nursery.services import rulebooks
from yakuba.nursery.services.decisions import decide_order
from yakuba.nursery.services.visibility import HIDDEN_LINE, SUBJECT, mentions

pytestmark = pytest.mark.django_db

CHILD, NAME, HOUSEHOLD = "9001", "佐野 葵", "f1"


@pytest.fixture
def scoring(officer: User) -> Scoring:
    made = desk.scored(officer)
    made.warnings = [f"世帯{HOUSEHOLD}：確かめてください", "世帯f4：確かめてください"]
    made.save()
    made.applications.warnings = [f"受付番号 {CHILD}：確かめてください"]
    made.applications.save()
    return made


@pytest.fixture
def second(officer: User, approver: User, scoring: Scoring) -> Rulebook:
    Rulebook.objects.filter(pk=scoring.rulebook_id).update(state="active")
    return rulebooks.install(w120_up(), file_name="shiomi.yaml", by=officer)


@pytest.fixture
def shielded(officer: User, scoring: Scoring) -> ProtectedPerson:
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    manager = make_person("3001", room, Role.APPROVER, "磯部 汀")
    return protected.protect(SUBJECT, CHILD, officers=[officer], by=manager)


@pytest.fixture
def stranger(colleague: User, shielded: ProtectedPerson) -> Client:
    return signed_in(colleague)


def told(text: str) -> list[str]:
    return [sign for sign in (CHILD, NAME) if mentions(text, {sign})]


def pages_of(scoring: Scoring, second: Rulebook) -> list[str]:
    pages = [reverse("nursery:home"), reverse("nursery:rulebooks")]
    pages += [reverse("nursery:round", args=[scoring.applications.selection_id])]
    pages += [reverse("nursery:application", args=[scoring.applications_id])]
    pages += [
        reverse(f"nursery:{name}", args=[scoring.pk])
        for name in ("scoring", "scoring-questions", "scoring-ties")
    ]
    pages += [f"{reverse('nursery:scoring', args=[scoring.pk])}?q={CHILD}&sort=name"]
    pages += [reverse("nursery:scoring-child", args=[scoring.pk, one]) for one in ("9002", "9003", "9004")]
    pages += [reverse("nursery:rulebook-changes", args=[second.pk])]
    return pages


def without_the_search_box(body: str) -> str:
    return body.replace(f'value="{CHILD}"', "").replace(f"q={CHILD}", "")


def test_no_page_of_the_desk_names_the_child_to_somebody_else(
    stranger: Client, officer: User, scoring: Scoring, second: Rulebook
) -> None:
    decide_order(scoring.applications.selection, [CHILD, "9002"], reason="会議", by=officer)
    for page in pages_of(scoring, second):
        answer = stranger.get(page)
        assert answer.status_code == 200, page
        assert told(without_the_search_box(answer.content.decode())) == [], page


def test_the_childs_trace_does_not_exist_for_somebody_else(stranger: Client, scoring: Scoring) -> None:
    assert stranger.get(reverse("nursery:scoring-child", args=[scoring.pk, CHILD])).status_code == 404


def test_a_line_about_the_household_says_only_that(stranger: Client, scoring: Scoring) -> None:
    body = stranger.get(reverse("nursery:scoring", args=[scoring.pk])).content.decode()
    assert HIDDEN_LINE in body
    assert not mentions(body, {HOUSEHOLD})
    assert "世帯f4" in body


def test_somebody_else_decides_nothing_about_the_child(
    stranger: Client, officer: User, scoring: Scoring
) -> None:
    ties = reverse("nursery:scoring-ties", args=[scoring.pk])
    answer = stranger.post(ties, {"group": 0, "place-9001": "1", "place-9002": "2", "reason": "会議"})
    assert answer.status_code == 422
    number = next(at for at, one in enumerate(scoring.questions) if one["subject"] == CHILD)
    where = reverse("nursery:scoring-questions", args=[scoring.pk])
    assert stranger.post(where, {"number": number, "value": "1", "reason": "確認"}).status_code == 422
    assert not Decision.objects.exists()
    made = decide_order(scoring.applications.selection, [CHILD, "9002"], reason="会議", by=officer)
    stranger.post(reverse("nursery:decision-withdraw", args=[made.pk]))
    made.refresh_from_db()
    assert made.withdrawn_at is None


@pytest.mark.parametrize("who", ["officer", "colleague"])
def test_no_export_carries_the_child_not_even_a_named_officers(
    who: str, request: pytest.FixtureRequest, scoring: Scoring, second: Rulebook, shielded: ProtectedPerson
) -> None:
    web = signed_in(request.getfixturevalue(who))
    points = web.get(reverse("nursery:scoring", args=[scoring.pk]), {"export": "csv"}).content.decode(
        "utf-8-sig"
    )
    changes = web.get(reverse("nursery:rulebook-changes", args=[second.pk]), {"export": "csv"})
    export = web.get(reverse("nursery:application-export", args=[scoring.applications_id]))
    book = openpyxl.load_workbook(io.BytesIO(export.content))
    sheets = "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))
    for text in (points, changes.content.decode("utf-8-sig"), sheets):
        assert told(text) == []
        assert "9002" in text
    assert not mentions(sheets, {HOUSEHOLD})


def test_a_named_officer_sees_the_child_and_each_view_is_logged(
    web: Client, scoring: Scoring, second: Rulebook, shielded: ProtectedPerson
) -> None:
    def views() -> int:
        return AuditEntry.objects.filter(action="protected.viewed").count()

    for page in (
        reverse("nursery:scoring", args=[scoring.pk]),
        reverse("nursery:scoring-child", args=[scoring.pk, CHILD]),
        reverse("nursery:scoring-ties", args=[scoring.pk]),
        reverse("nursery:scoring-questions", args=[scoring.pk]),
        reverse("nursery:rulebook-changes", args=[second.pk]),
    ):
        before = views()
        assert mentions(web.get(page).content.decode(), {CHILD}), page
        assert views() == before + 1, page
