"""The report of a period: page, file and command."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.effects.conftest import person
from yakuba.cli import main
from yakuba.core.people.models import Role, User
from yakuba.effects import report
from yakuba.effects.models import BaselineSample, CaseCount, Cost, WorkSession
from yakuba.effects.overview import fiscal_year_start
from yakuba.effects.report import figures

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
PERIOD = {"since": FIRST.isoformat(), "until": LAST.isoformat()}
START = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)  # midnight of the first day in Japan


def work(
    seconds: float, case: str = "", *, task: str = "nursery.review", at: datetime = START
) -> WorkSession:
    return WorkSession.objects.create(
        task=task, case_ref=case, started_at=at, last_activity_at=at, active_seconds=seconds
    )


def baseline(*seconds: float, task: str = "nursery.review") -> None:
    for value in seconds:
        BaselineSample.objects.create(task=task, seconds=value, measured_on=FIRST)


def many(*, now: float = 240, before: float = 600, n: int = 20, task: str = "nursery.review") -> None:
    baseline(*[before] * n, task=task)
    for number in range(n):
        work(now, str(number), task=task)


def page(client: Client, user: User, **query: str) -> str:
    client.force_login(user)
    answer = client.get("/staff/effects/", query or PERIOD)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_system_has_its_cases_hours_interval_and_cost() -> None:
    many()
    work(60, "0")  # the first case again
    CaseCount.objects.create(task="nursery.review", date=LAST, count=7)
    CaseCount.objects.create(task="nursery.review", date=LAST + timedelta(days=1), count=70)
    Cost.objects.create(system="nursery", name="保守", yen=30_000, per="month", starts_on=date(2026, 4, 1))
    (system,) = figures(FIRST, LAST)
    (task,) = system.tasks
    assert (task.measured, task.counted, task.baseline, task.reference) == (20, 7, 20, False)
    assert task.saving is not None
    assert (task.median_minutes, task.saving.baseline_minutes, task.saving.saved_minutes) == (4.0, 10.0, 6.0)
    assert system.total is not None
    assert system.total.hours == pytest.approx((20 * 600 - 20 * 240 - 60) / 3600)
    assert system.total.low <= system.total.hours <= system.total.high
    assert (system.yen, system.measured) == (30_000, 20)
    assert figures(FIRST, LAST) == [system], "the same data give the same interval"


def test_the_days_are_local_and_both_included() -> None:
    work(1, "before", at=START - timedelta(seconds=1))
    work(1, "first")
    work(1, "last", at=START + timedelta(days=30) - timedelta(seconds=1))
    work(1, "after", at=START + timedelta(days=30))
    (system,) = figures(FIRST, LAST)
    assert system.measured == 2
    assert system.total is None


def test_beyond_the_most_cases_the_sum_stays_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    many(n=40)
    work(7200, "first", at=START - timedelta(0))
    exact = figures(FIRST, LAST)[0].total
    monkeypatch.setattr(report, "MOST_CASES", 20)
    cut = figures(FIRST, LAST)[0].total
    assert exact is not None
    assert cut is not None
    assert (cut.hours, cut.cases) == (pytest.approx(exact.hours), exact.cases)


def test_the_page_shows_the_saving_with_its_interval(client: Client, officer: User) -> None:
    many()
    html = page(client, officer)
    for text in ("事業効果", "結果の確認", "計測済み", "2.0", "6.0〜6.0", "10.0", "4.0"):
        assert text in html, text
    assert "参考値</span>" not in html


def test_a_loss_is_shown_as_a_loss_and_few_cases_as_a_reference(client: Client, officer: User) -> None:
    many(now=900, n=5)
    html = page(client, officer)
    assert '<span class="loss"><span class="sr">損失 </span>−5.0</span>' in html
    assert '<span class="chip">参考値</span>' in html


def test_without_a_baseline_it_says_that_nothing_is_known(client: Client, officer: User) -> None:
    work(60, "1")
    html = page(client, officer)
    assert '<span class="chip">未測定</span>' in html
    assert "0.0</td>" not in html


def test_an_empty_period_says_when_it_will_not_be(client: Client, officer: User) -> None:
    assert "この期間の計測はありません" in page(client, officer)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "2026-11-30", "until": "2026-11-01"}, "終わりの日が始まりの日より前です"),
        ({"since": "yesterday"}, "この日から"),
    ],
)
def test_a_period_that_makes_no_sense_is_told_at_the_field(
    client: Client, officer: User, query: dict[str, str], said: str
) -> None:
    many()
    html = page(client, officer, **query)
    assert 'aria-invalid="true"' in html
    assert said in html
    assert "業務ごと" not in html
    assert client.get("/staff/effects/", {**query, "t-export": "csv"})["Content-Type"].startswith("text/html")


def test_one_sees_the_systems_of_ones_department_and_an_admin_all(
    client: Client, officer: User, stranger: User
) -> None:
    many()
    many(task="roads.review")
    Cost.objects.create(system="minutes", name="機器", yen=1, per="once", starts_on=FIRST)
    mine, theirs = page(client, officer), page(client, stranger)
    assert "結果の確認" in mine
    assert "roads" not in mine
    assert "roads" in theirs
    assert "結果の確認" not in theirs
    everything = page(client, person("9001", [], Role.ADMIN))
    for text in ("結果の確認", "roads", "minutes"):
        assert text in everything
    client.logout()
    assert client.get("/staff/effects/").status_code == 302


def test_the_file_holds_every_task_with_both_ends_of_the_interval(client: Client, officer: User) -> None:
    many()
    client.force_login(officer)
    answer = client.get("/staff/effects/", {**PERIOD, "t-export": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["作業の記号"] == "nursery.review"
    assert (row["95%の区間の下（分）"], row["95%の区間の上（分）"], row["扱い"]) == ("6.0", "6.0", "計測済み")


def test_a_fiscal_year_begins_in_april() -> None:
    assert fiscal_year_start(date(2026, 3, 31)) == date(2025, 4, 1)
    assert fiscal_year_start(date(2026, 4, 1)) == date(2026, 4, 1)


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["effects", "report", *arguments])
    return done.exit_code, done.output


def test_the_command_writes_the_report(tmp_path: Path) -> None:
    many()
    work(5, task="roads.review")
    Cost.objects.create(system="nursery", name="保守", yen=3_000, per="once", starts_on=FIRST)
    target = tmp_path / "report.json"
    code, said = run(
        "--from", "2026-11-01", "--to", "2026-11-30", "-o", str(target), "--yen-per-hour", "2500"
    )
    assert (code, "2業務" in said, "導入前と比べられる業務は1です" in said) == (0, True, True), said
    written = json.loads(target.read_text(encoding="utf-8"))
    assert (written["format"], written["confidence"]) == ("yakuba.effects-report/1", 0.95)
    nursery, roads = written["systems"]
    assert (nursery["n"], nursery["median_minutes"], nursery["baseline_minutes"]) == (20, 4.0, 10.0)
    assert (nursery["saved_hours"], nursery["saved_hours_interval"]) == (2.0, [2.0, 2.0])
    assert (nursery["cost_yen"], nursery["net_yen"], nursery["reference"]) == (3000, 2000, False)
    assert (roads["saved_hours"], roads["net_yen"], roads["baseline_minutes"]) == (None, None, None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2026-11-30", "--to", "2026-11-01", "-o", "x.json"], "より前です"),
        (["--from", "2026-11-01", "--to", "2026-11-30", "-o", ""], "-o が空です"),
        (["--from", "2026-11-01", "--to", "2026-11-30", "--output="], "--output が空です"),
        (["--from", "2026-11-01", "--to", "2026-11-30", "-o", "nowhere/x.json"], "先に作ってください"),
    ],
)
def test_wrong_arguments_are_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = run(*arguments)
    assert code == 2
    assert said in output
    assert list(tmp_path.iterdir()) == []
