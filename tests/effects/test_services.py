"""Minutes saved on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from yakuba.effects.models import BaselineSample, CaseCount, Cost, WorkSession
from yakuba.effects.services import minutes_saved_today

DAY = date(2026, 11, 22)
START = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # midnight in Japan
pytestmark = pytest.mark.django_db


def work(seconds: float, *, case: str = "", task: str = "nursery.review", after: float = 3600) -> None:
    moment = START + timedelta(seconds=after)
    WorkSession.objects.create(
        task=task, case_ref=case, started_at=moment, last_activity_at=moment, active_seconds=seconds
    )


def baseline(*seconds: float, task: str = "nursery.review") -> None:
    for value in seconds:
        BaselineSample.objects.create(task=task, seconds=value, measured_on=DAY)


def test_without_work_or_without_a_baseline_nothing_is_measured() -> None:
    baseline(600)
    assert minutes_saved_today("nursery", DAY) is None
    work(60, task="nursery.print")
    assert minutes_saved_today("nursery", DAY) is None


def test_each_case_saves_the_median_less_the_time_it_took() -> None:
    baseline(300, 600, 900)
    work(60, case="1")
    work(120, case="2")
    assert minutes_saved_today("nursery", DAY) == (2 * 600 - 180) / 60


def test_a_case_worked_on_twice_counts_once_and_stretches_without_a_case_count_each() -> None:
    baseline(600)
    work(60, case="1")
    work(60, case="1")
    work(30)
    work(30)
    assert minutes_saved_today("nursery", DAY) == (3 * 600 - 180) / 60


def test_a_loss_is_negative() -> None:
    baseline(60)
    work(180, case="1")
    assert minutes_saved_today("nursery", DAY) == -2.0


def test_the_day_is_the_local_day_and_the_system_its_own() -> None:
    baseline(600)
    baseline(600, task="nurseryland.review")
    work(0, case="first", after=0)
    work(0, case="last", after=86_399)
    work(0, case="day before", after=-1)
    work(0, case="day after", after=86_400)
    work(0, case="other", task="nurseryland.review")
    assert minutes_saved_today("nursery", DAY) == 20.0


def test_lines_of_the_ledger_read_as_words() -> None:
    baseline(90)
    work(45)
    assert str(BaselineSample.objects.get()) == "nursery.review 90秒"
    assert str(WorkSession.objects.get()) == "nursery.review 45秒"
    assert str(CaseCount(task="nursery.review", date=DAY, count=3)) == "nursery.review 2026-11-22 3件"
    assert str(Cost(system="nursery", name="保守", yen=120000)) == "nursery 保守 120,000円"
