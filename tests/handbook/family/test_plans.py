"""Plans of visits: tried, taken over, gone back; every planned date passes the engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.family.conftest import months_ago, registered
from yakuba.core.holidays import is_holiday
from yakuba.core.ui import resident_dates
from yakuba.handbook.domain.outlook import outlook
from yakuba.handbook.domain.person import Given
from yakuba.handbook.models import Child, FamilyAccount, PlanChange, PlannedVisit, Unavailable
from yakuba.handbook.services.families import outlooks, plans
from yakuba.handbook.services.families.errors import BadField, NotAllowed
from yakuba.handbook.services.families.rules import in_use
from yakuba.handbook.services.open_visits import still_open

pytestmark = pytest.mark.django_db
NOTHING = plans.Asked()


def adopted(child: Child, by: FamilyAccount, now: datetime, asked: plans.Asked = NOTHING) -> PlanChange:
    book = in_use()
    return plans.adopt(child, book, asked, plans.propose(child, book, asked, now).mark, by, now)


def days(child: Child) -> list[date]:
    return list(child.planned_visits.order_by("on").values_list("on", flat=True))


def test_looking_keeps_nothing(inside: Client, child: Child) -> None:
    page = inside.get(f"/handbook/children/{child.reference}/plan/?days=14").content.decode()
    assert "この予定にする" in page
    assert not PlannedVisit.objects.exists()
    assert not Unavailable.objects.exists()


@pytest.mark.parametrize("months", [0, 2, 5, 11, 14])
def test_every_planned_dose_passes_the_engine(parent: FamilyAccount, now: datetime, months: int) -> None:
    born = registered(f"m{months}", months_ago(months, 2))
    book = in_use()
    found = plans.propose(born, book, NOTHING, now).plan
    assert found.visits
    given = [
        Given(shot.given_as or shot.vaccine, one.date, shot.product)
        for one in found.visits
        for shot in one.shots
    ]
    assert all(one.date.weekday() != plans.SUNDAY for one in found.visits)
    assert not any(is_holiday(one.date) for one in found.visits)
    lines = outlook(
        book.book,
        outlooks.person_of(born),
        given,
        [],
        max(one.date for one in found.visits),
        outlooks.CALENDAR,
    ).doses
    assert [line.given for line in lines if not line.valid] == []


def test_a_plan_is_kept_and_goes_back(child: Child, parent: FamilyAccount, now: datetime) -> None:
    adopted(child, parent, now)
    first = days(child)
    today = timezone.localdate(now)
    fever = plans.Asked(plans.Blocked(today, today + timedelta(days=13)))
    adopted(child, parent, now + timedelta(seconds=1), fever)
    assert days(child) != first
    assert min(days(child)) > today + timedelta(days=13)
    assert Unavailable.objects.filter(taken_back_at=None).count() == 1
    plans.undo(child, now + timedelta(seconds=2))
    assert days(child) == first
    assert Unavailable.objects.filter(taken_back_at=None).count() == 0
    plans.undo(child, now + timedelta(seconds=3))
    assert days(child) == []
    with pytest.raises(NotAllowed):
        plans.undo(child, now + timedelta(seconds=4))


def test_planning_the_same_again_changes_nothing(child: Child, parent: FamilyAccount, now: datetime) -> None:
    adopted(child, parent, now)
    again = plans.propose(child, in_use(), NOTHING, now)
    assert again.moved == ()
    assert [one.date for one in again.plan.visits] == days(child)


def test_another_plan_than_the_one_looked_at_is_not_kept(
    inside: Client, child: Child, parent: FamilyAccount, now: datetime
) -> None:
    book = in_use()
    mark = plans.propose(child, book, NOTHING, now).mark
    from yakuba.handbook.services.families import doses

    doses.record(child, doses.Entry("PCV", "", timezone.localdate()), book, parent, now)
    with pytest.raises(BadField) as bad:
        plans.adopt(child, book, NOTHING, mark, parent, now)
    assert bad.value.code == "plan_changed"
    answer = inside.post(f"/handbook/children/{child.reference}/plan/", {"mark": mark})
    assert answer.status_code == 422
    assert not PlannedVisit.objects.exists()


def test_days_kept_free_stay_free_in_later_plans(child: Child, parent: FamilyAccount, now: datetime) -> None:
    today = timezone.localdate(now)
    journey = plans.Asked(plans.Blocked(today, today + timedelta(days=20), "journey"))
    adopted(child, parent, now, journey)
    later = plans.propose(child, in_use(), NOTHING, now)
    assert min(one.date for one in later.plan.visits) > today + timedelta(days=20)


def test_fixed_visits_stay_where_they_are(child: Child, parent: FamilyAccount, now: datetime) -> None:
    adopted(child, parent, now)
    visit = child.planned_visits.order_by("on").first()
    assert visit is not None
    PlannedVisit.objects.filter(pk=visit.pk).update(fixed=True)
    adopted(child, parent, now + timedelta(seconds=1), plans.Asked(most=2))
    kept = PlannedVisit.objects.get(child=child, on=visit.on)
    assert kept.fixed


def test_wishes_are_kept(child: Child, now: datetime) -> None:
    found = plans.propose(child, in_use(), plans.Asked(weekdays=frozenset({3}), most=2), now).plan
    assert max(len(one.shots) for one in found.visits) <= 2
    thursdays = sum(one.date.weekday() == 3 for one in found.visits)
    assert thursdays >= len(found.visits) / 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("days=13", "延ばす"),
        ("first=2026-12-31&last=2026-12-01", "最後の日が、最初の日より前です"),
        ("first=2026-12-31", "日付を入力してください"),
        ("first=x&last=y", "日付を入力してください"),
        ("first=2090-01-01&last=2090-01-02", "366日以内の日を選んでください"),
        ("weekday=9", "一覧から選んでください"),
        ("most=99", "一覧から選んでください"),
        ("first=2026-12-01&last=2026-12-05&reason=x", "一覧から選んでください"),
    ],
)
def test_what_can_not_be_asked_is_said(inside: Client, child: Child, query: str, field: str) -> None:
    answer = inside.get(f"/handbook/children/{child.reference}/plan/?{query}")
    assert answer.status_code == 422
    assert field in answer.content.decode() or "一覧から選んでください" in answer.content.decode()


def test_the_story_by_the_pages(inside: Client, child: Child) -> None:
    base = f"/handbook/children/{child.reference}/"
    page = inside.get(base + "plan/?days=7&weekday=3&most=3").content.decode()
    mark = page.partition('name="mark" value="')[2].partition('"')[0]
    fields = {"mark": mark, "days": "7", "weekday": "3", "most": "3"}
    answer = inside.post(base + "plan/", fields)
    assert answer["Location"] == base + "?adopted"
    shown = inside.get(answer["Location"]).content.decode()
    assert "新しい予定にしました" in shown
    first = child.planned_visits.order_by("on").first()
    assert first is not None
    hero = shown[shown.index('class="hero') :]
    said = resident_dates.day(first.on)
    assert said in hero[: hero.index("接種を記録する")]
    assert "確認前の規則" in hero[: hero.index("接種を記録する")]
    assert inside.post(base + "plan/undo/")["Location"] == base + "?undone"
    assert not PlannedVisit.objects.exists()
    assert inside.post(base + "plan/undo/").status_code == 404


def test_a_dose_that_was_given_leaves_the_planned_visit(
    inside: Client, child: Child, parent: FamilyAccount, now: datetime
) -> None:
    adopted(child, parent, now)
    page = f"/handbook/children/{child.reference}/"
    first, *_ = child.planned_visits.order_by("on")
    hero = inside.get(page).content.decode().split("接種を記録する")[0]
    assert resident_dates.day(first.on) in hero
    for shot in first.shots:
        for number in range(shot["dose"]):
            child.doses.create(
                reference=f"{shot['vaccine']}-{number}", vaccine=shot["vaccine"], source="family",
                given_on=timezone.localdate(now) - timedelta(days=number), recorded_at=now,
                recorded_by=parent,
            )  # fmt: skip
    assert first not in [visit for visit, _ in still_open(child)]
    assert resident_dates.day(first.on) not in inside.get(page).content.decode().split("接種を記録する")[0]
    # The whole property is looked for: the stamps of a calendar file carry today's date as well.
    kept = inside.get(f"{page}export/visits.ics").content.decode()
    assert "DTSTART;VALUE=DATE:" in kept
    assert f"DTSTART;VALUE=DATE:{first.on:%Y%m%d}" not in kept


def test_a_kept_plan_names_its_doses_as_the_proposal_did(
    inside: Client, parent: FamilyAccount, child: Child, now: datetime
) -> None:
    page = f"/handbook/children/{child.reference}/"
    proposed = inside.get(f"{page}plan/").content.decode()
    assert "五種混合（追加）" in proposed
    adopted(child, parent, now)
    kept = inside.get(page).content.decode()
    planned = kept[kept.index("<h2>受診の予定</h2>") :]
    assert "五種混合（追加）" in planned
    assert "五種混合 4回目" not in planned


def test_a_proposal_that_changes_nothing_has_nothing_to_keep(
    inside: Client, child: Child, parent: FamilyAccount, now: datetime
) -> None:
    adopted(child, parent, now)
    page = inside.get(f"/handbook/children/{child.reference}/plan/").content.decode()
    assert "変わる予定はありません" in page
    assert "この予定にする" not in page
    assert "予定に戻る" in page
