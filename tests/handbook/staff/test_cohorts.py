"""Counts and lists over the register: right numbers, right files, protected children kept in."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from tests.handbook.staff.conftest import (
    child_row,
    dose_row,
    one,
    signed_in,
    take_children,
    take_doses,
    today,
)
from tests.nursery.conftest import token_headers
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.models import User
from yakuba.handbook.models import OutlookCount, OutlookRow, OutlookRun, RegisteredChild
from yakuba.handbook.pages.cohorts import coverage, year_text
from yakuba.handbook.services import books, outlooks
from yakuba.handbook.services.looking import look_at
from yakuba.handbook.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(officer: User, manager: User) -> OutlookRun:
    """Three children of some twenty months: one complete with MR, one late, one protected and late."""
    birth = (today() - timedelta(days=600)).isoformat()
    take_children(
        child_row("1", "=SUM(A1)", birth, 住所="汐見区帆風町二丁目3-4"),
        child_row("2", "𠮷田 湊", birth, 住所="汐見区汀町1-1"),
        child_row("3", "秘 密", birth, 住所="汐見区汀町1-2"),
        child_row("4", "転 出", birth, 転出日=(today() - timedelta(days=2)).isoformat()),
        by=officer,
    )
    take_doses(dose_row("1", "MR", (today() - timedelta(days=200)).isoformat()), by=officer)
    protected.protect(SUBJECT, "3", officers=[officer], by=manager)
    return run(officer)


def run(officer: User) -> OutlookRun:
    made = outlooks.request_run(by=officer)
    assert outlooks.request_run(by=officer) == made
    (job,) = run_pending()
    assert (job.state, job.error) == ("done", "")
    made.refresh_from_db()
    return made


def test_rows_and_counts_are_what_the_engine_says_of_each_child(register: OutlookRun) -> None:
    book = books.active().book
    wanted = set()
    counts: dict[tuple[str, str], int] = {}
    for child in RegisteredChild.objects.exclude(number="4"):
        for found in look_at(child, book, today()).forecasts:
            counts[found.vaccine, found.status] = counts.get((found.vaccine, found.status), 0) + 1
            if found.status in ("due", "overdue"):
                wanted.add((child.number, found.vaccine, found.status, found.legal_until))
    rows = OutlookRow.objects.filter(run=register)
    assert set(rows.values_list("child__number", "vaccine", "status", "legal_until")) == wanted
    kept: dict[tuple[str, str], int] = {}
    for row in OutlookCount.objects.filter(run=register):
        kept[row.vaccine, row.status] = kept.get((row.vaccine, row.status), 0) + row.children
    assert kept == counts
    assert register.children == 3


def test_a_run_is_fresh_for_its_day_and_old_ones_go(officer: User, register: OutlookRun) -> None:
    assert outlooks.is_fresh(outlooks.current())
    OutlookRun.objects.filter(pk=register.pk).update(on=today() - timedelta(days=1))
    assert not outlooks.is_fresh(outlooks.current())
    for _ in range(3):
        newest = run(officer)
    assert outlooks.current() == newest
    assert OutlookRun.objects.count() == outlooks.KEPT


def test_the_page_has_a_chart_with_its_table(web: Client, register: OutlookRun) -> None:
    page = web.get(reverse("handbook:cohorts"), {"vaccine": "MR", "district": "汀町"})
    text = page.content.decode()
    assert "麻しん風しん混合　学年ごとの完了の割合" in text
    assert "<svg" in text
    (row,) = [one_ for one_ in page.context["rows"] if one_["total"]]
    assert row["total"] == 2
    assert web.get(reverse("handbook:cohorts"), {"vaccine": "x", "district": "x"}).status_code == 200


def test_the_list_narrows_by_vaccine_birth_and_district(
    web: Client, nurse: User, register: OutlookRun
) -> None:
    address = reverse("handbook:overdue")
    text = web.get(address, {"vaccine": "MR", "status": ""}).content.decode()
    assert ("𠮷田 湊" in text, "=SUM(A1)" in text) == (True, False)
    text = web.get(address, {"district": "汀町"}).content.decode()
    assert ("𠮷田 湊" in text, "秘 密" in text, "=SUM(A1)" in text) == (True, True, False)
    assert "秘 密" not in signed_in(nurse).get(address).content.decode()
    later = today().isoformat()
    assert "𠮷田 湊" not in web.get(address, {"born_from": later}).content.decode()
    assert web.get(address, {"born_from": "x", "print": "1"}).status_code == 200


def test_an_export_runs_no_formula_names_no_protected_child_and_loses_no_letter(
    web: Client, register: OutlookRun
) -> None:
    address = reverse("handbook:overdue-export")
    assert web.get(address).status_code == 200
    answer = web.post(f"{address}?status=overdue", {"form": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
    assert "'=SUM(A1)" in cells
    assert "秘 密" not in cells
    assert web.post(address, {"form": "cp932"}).status_code == 422
    body = web.post(address, {"form": "cp932", "replace": "1"}).content.decode("cp932")
    assert "〓田 湊" in body
    assert "秘 密" not in web.post(address, {"form": "utf-8"}).content.decode("utf-8-sig")
    assert web.post(address, {"form": "x"}).status_code == 200


def test_before_the_first_run_the_page_says_what_to_do(web: Client) -> None:
    assert "接種状況を計算する" in web.get(reverse("handbook:cohorts")).content.decode()
    assert web.get(reverse("handbook:overdue")).status_code == 302
    assert web.get(reverse("handbook:overdue-export")).status_code == 302
    web.post(reverse("handbook:cohorts-run"))
    assert OutlookRun.objects.count() == 1


@pytest.mark.parametrize(
    ("birth", "year"),
    [(date(2026, 4, 1), 2025), (date(2026, 4, 2), 2026), (date(2027, 4, 1), 2026), (None, 0)],
)
def test_a_cohort_begins_on_the_second_of_april(birth: date | None, year: int) -> None:
    assert outlooks.cohort(RegisteredChild(birth=birth)) == year


def test_coverage_counts_only_those_whose_time_has_come() -> None:
    assert coverage({"complete": 3, "due": 1, "not_yet": 9}) == 75.0
    assert coverage({"not_yet": 9, "contraindicated": 1}) is None
    assert year_text(2026) == "令和8年度生まれ"


def test_programmes_get_outlooks_and_counts_but_no_protected_child(
    client: Client, admin: User, register: OutlookRun
) -> None:
    headers = token_headers(admin, "handbook:read")
    numbers = [row["number"] for row in client.get("/api/v1/handbook/children", headers=headers).json()]
    assert numbers == ["1", "2", "4"]
    after = client.get("/api/v1/handbook/children", {"after": "1"}, headers=headers).json()
    assert [row["number"] for row in after] == ["2", "4"]
    found = client.get("/api/v1/handbook/children/1/outlook", headers=headers).json()
    assert (found["signed_off"], found["doses"][0]["vaccine"], found["doses"][0]["valid"]) == (
        False,
        "MR",
        True,
    )
    assert {row["vaccine"] for row in found["forecasts"]} >= {"MR", "BCG", "JE"}
    assert client.get("/api/v1/handbook/children/3/outlook", headers=headers).status_code == 404
    counts = client.get("/api/v1/handbook/overdue", headers=headers).json()
    assert (
        sum(row["children"] for row in counts["overdue"])
        == OutlookRow.objects.filter(run=register, status="overdue").count()
    )
    assert client.get("/api/v1/handbook/overdue").status_code == 401
    OutlookRun.objects.all().delete()
    assert client.get("/api/v1/handbook/overdue", headers=headers).status_code == 409
    assert one("3").number == "3"
