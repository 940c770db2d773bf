"""Observations (特例・状態): recorded, taken back, put back; they count wherever a child is judged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.handbook.staff.conftest import born, child_row, one, signed_in, take_children, today
from tests.handbook.staff.test_letters import release
from tests.handbook.staff.test_rulebooks import shipped
from tests.handbook.staff.test_way import activate
from tests.nursery.conftest import token_headers
from yakuba.core.audit.models import AuditEntry
from yakuba.core.exchange.batch_file import Item
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.handbook.models import (
    OutlookRow,
    RegisteredChild,
    RegisteredObservation,
    RulebookEffect,
    RulebookVersion,
)
from yakuba.handbook.services import (
    books,
    codes,
    doses,
    imports,
    observations,
    outlooks,
    publishing,
    rulebooks,
    vouchers,
)
from yakuba.handbook.services.doses import DoseFacts
from yakuba.handbook.services.looking import look_at
from yakuba.handbook.services.observations import NotPossible, ObservationFacts
from yakuba.handbook.services.population import everybody
from yakuba.handbook.services.visibility import PAGE_OUTPUT, SUBJECT

pytestmark = pytest.mark.django_db
PAPER = "医師の意見書"


def ago(days: int) -> date:
    """Some days ago; a 29 February gives way, so that two years later there is the same day."""
    day = today() - timedelta(days=days)
    return day - timedelta(days=(day.month, day.day) == (2, 29))


def ill(child: RegisteredChild, officer: User, days_ago: int = 30) -> RegisteredObservation:
    """The child was ill for long; the reason ended some days ago."""
    facts = ObservationFacts("LONG_ILLNESS", ago(days_ago), PAPER)
    return observations.record(child, facts, by=officer)


def two_years_after(day: date) -> date:
    """The last day of 「事由がなくなった日から2年」: the day before its second anniversary."""
    return day.replace(year=day.year + 2) - timedelta(days=1)


def hepb(child: RegisteredChild, on: date | None = None) -> Any:
    found = look_at(child, books.active().book, on or today())
    return next(next_ for next_ in found.forecasts if next_.vaccine == "HEPB")


def page(client: Client, child: RegisteredChild) -> str:
    answer = client.get(reverse("handbook:child", args=[child.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_records_what_changes_and_puts_it_back(
    web: Client, family: RegisteredChild, officer: User
) -> None:
    assert "特例・状態の記録はありません" in page(web, family)
    address = reverse("handbook:observation-new", args=[family.pk])
    form_page = web.get(address).content.decode()
    year = ago(0).year
    this_year = f"令和{year - 2018}年は{year}年"
    for said in ("長期療養の特例", "事由がなくなった日（必須）", "水痘の既往", this_year):
        assert said in form_page
    ended = ago(30)
    assert hepb(family).status == "aged_out"
    form = {"code": "LONG_ILLNESS", "on": ended.isoformat(), "ground": f" {PAPER} "}
    assert web.post(address, form).status_code == 302
    made = family.observations.get()
    assert (made.code, made.on, made.ground, made.recorded_by) == ("LONG_ILLNESS", ended, PAPER, officer)
    assert (hepb(family).status, hepb(family).legal_until) == ("overdue", two_years_after(ended))
    text = page(web, family)
    assert "B型肝炎の期限" in text
    assert "S22" in text
    assert PAPER in text
    web.post(reverse("handbook:observation-take-back", args=[made.pk]))
    assert hepb(family).status == "aged_out"
    text = page(web, family)
    assert "取り消した特例・状態（1件）" in text
    assert "特例・状態の記録はありません" in text
    again = web.post(reverse("handbook:observation-take-back", args=[made.pk]), follow=True)
    assert "取り消された記録です" in again.content.decode()
    web.post(reverse("handbook:observation-restore", args=[made.pk]))
    assert hepb(family).status == "overdue"
    again = web.post(reverse("handbook:observation-restore", args=[made.pk]), follow=True)
    assert "取り消した記録ではありません" in again.content.decode()
    made.refresh_from_db()
    assert (made.taken_back_at, made.taken_back_by) == (None, None)
    acts = AuditEntry.objects.filter(action__startswith="handbook.observation.").order_by("sequence")
    assert [act.action.split(".")[-1] for act in acts] == ["record", "take_back", "restore"]
    assert all(PAPER not in str(act.detail) for act in acts)
    assert "特例・状態を記録した" in page(web, family)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (ObservationFacts("LONG_ILLNESS", None, PAPER), "事由がなくなってから記録"),
        (ObservationFacts("LONG_ILLNESS", date(2999, 1, 1), PAPER), "これからの日"),
        (ObservationFacts("SCID", date(2001, 1, 1), PAPER), "生年月日"),
        (ObservationFacts("SCID", None, ""), "根拠がありません"),
        (ObservationFacts("NOPE", None, PAPER), "一覧から選んでください"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    web: Client, family: RegisteredChild, officer: User, facts: ObservationFacts, said: str
) -> None:
    with pytest.raises(NotPossible, match=said):
        observations.record(family, facts, by=officer)
    form = {"code": facts.code, "on": facts.on.isoformat() if facts.on else "", "ground": facts.ground}
    answer = web.post(reverse("handbook:observation-new", args=[family.pk]), form)
    assert answer.status_code == 422
    assert not family.observations.exists()


def test_the_same_is_not_recorded_twice_but_a_second_illness_is(
    family: RegisteredChild, officer: User
) -> None:
    first = ill(family, officer)
    with pytest.raises(NotPossible, match="記録されています"):
        ill(family, officer)
    ill(family, officer, days_ago=10)
    assert hepb(family).legal_until == two_years_after(ago(10))
    observations.record(family, ObservationFacts("SCID", None, PAPER), by=officer)
    with pytest.raises(NotPossible, match="記録されています"):
        observations.record(family, ObservationFacts("SCID", today(), PAPER), by=officer)
    observations.take_back(first, by=officer)
    ill(family, officer)
    with pytest.raises(NotPossible, match="記録されています"):
        observations.restore(first, by=officer)


def test_a_pregnancy_has_no_observations(web: Client, officer: User) -> None:
    due = (today() + timedelta(days=60)).isoformat()
    take_children(child_row("98", "森 葵", 出産予定日=due, 性別=""), by=officer)
    with pytest.raises(NotPossible, match="出生前"):
        observations.record(one("98"), ObservationFacts("SCID", None, PAPER), by=officer)
    assert reverse("handbook:observation-new", args=[one("98").pk]) not in page(web, one("98"))


def test_a_dose_in_the_longer_window_needs_no_task_and_needs_one_without_it(
    family: RegisteredChild, officer: User
) -> None:
    record = ill(family, officer)
    dose = doses.record_dose(family, DoseFacts("BCG", today()), by=officer)
    assert not family.tasks.filter(cause=dose.reference).exists()
    observations.take_back(record, by=officer)
    assert family.tasks.get(cause=dose.reference).closed_at is None
    observations.restore(record, by=officer)
    assert family.tasks.get(cause=dose.reference).outcome == "resolved"


def test_an_exclusion_and_a_record_without_effect_are_said_on_the_page(
    web: Client, family: RegisteredChild, officer: User
) -> None:
    observations.record(family, ObservationFacts("VARICELLA_DISEASE", None, PAPER), by=officer)
    assert "水痘は定期接種の対象外" in page(web, family)
    observations.record(family, ObservationFacts("MR_SHORTAGE", None, PAPER), by=officer)
    assert "いまの接種の期間は変わりません" in page(web, family)
    RegisteredObservation.objects.filter(code="MR_SHORTAGE").update(code="OLD_RULE")
    assert "適用中の規則では使いません" in page(web, family)


def test_the_run_over_the_register_counts_them_without_asking_for_each_child(officer: User) -> None:
    take_children(*(child_row(str(number), "森 凛", born(days=500)) for number in range(1, 6)), by=officer)
    ill(one("2"), officer)
    outlooks.request_run(by=officer)
    run_pending()
    rows = OutlookRow.objects.filter(vaccine="HEPB").values_list("child__number", "status", "legal_until")
    assert list(rows) == [("2", "overdue", two_years_after(ago(30)))]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        known = list(everybody(lambda share: None))
    assert sum("handbook_registeredobservation" in query["sql"] for query in asked) == 1
    assert [(child.number, len(found)) for child, _, found in known if found] == [("2", 1)]


MAILING = """
format: yakuba.handbook.overlay/1
name: test
municipality: 汐見区
as_of: 2026-04-01
source: {url: "https://www.city.example/", what: "試験"}
vouchers:
  - {vaccine: HEPB, title: B型肝炎, month_end_before: 18m}
"""


def test_the_mailing_sends_what_the_special_rule_keeps_open_and_nothing_excluded(
    officer: User, nurse: User, manager: User
) -> None:
    version = rulebooks.install_shipped(overlay=MAILING.encode(), by=officer)
    rulebooks.sign(version, name="保健師 浜田 栞", by=nurse)
    decide(rulebooks.ask_activation(version, by=officer, reason="確認済み"), by=manager, approve=True)
    month = date(2026, 10, 1)  # children born in May 2025 turn eighteen months old in November
    take_children(*(child_row(number, "森 凛", "2025-05-10") for number in "123"), by=officer)
    ended = date(2026, 9, 1)
    observations.record(one("2"), ObservationFacts("LONG_ILLNESS", ended, PAPER), by=officer)
    observations.record(one("3"), ObservationFacts("LONG_ILLNESS", ended, PAPER), by=officer)
    observations.record(one("3"), ObservationFacts("HBIG_COURSE", None, PAPER), by=officer)
    planned = {found.child.number: found.sheets for found in vouchers.plan(month)}
    assert {sheet.outcome for sheet in planned["1"]} == {"past"}
    assert {sheet.outcome for sheet in planned["2"]} == {"send"}
    assert planned["2"][0].legal_until == two_years_after(ended)
    assert {sheet.outcome for sheet in planned["3"]} == {"excluded"}


def test_a_change_of_the_special_rule_names_the_child_that_it_covers(
    officer: User, nurse: User, manager: User
) -> None:
    activate(officer, nurse, manager)
    take_children(*(child_row(number, "森 凛", born(days=500)) for number in "12"), by=officer)
    ill(one("2"), officer)
    text = shipped().replace("within: 2y", "within: 3y").replace('"2026-11-draft1"', '"2026-11-longer"')
    version: RulebookVersion = rulebooks.install(text.encode(), file_name="x.yaml", by=officer)
    rulebooks.request_report(version, on=today(), by=officer)
    (job,) = run_pending()
    assert (job.state, job.error) == ("done", "")
    assert [effect.child.number for effect in RulebookEffect.objects.all()] == ["2"]


def test_programmes_get_the_longer_window(
    client: Client, admin: User, officer: User, family: RegisteredChild
) -> None:
    ill(family, officer)
    headers = token_headers(admin, "handbook:read")
    found = client.get(f"/api/v1/handbook/children/{family.number}/outlook", headers=headers).json()
    until = {row["vaccine"]: row["legal_until"] for row in found["forecasts"]}
    assert until["HEPB"] == two_years_after(ago(30)).isoformat()


def crossed(taken: list[Any]) -> list[tuple[str, bool]]:
    return [
        (item.content["code"], item.content["taken_back"])
        for item in taken
        if item.kind == publishing.OBSERVATION
    ]


def test_it_crosses_once_the_child_has_and_its_paper_never_does(
    family: RegisteredChild, officer: User, taken: list[Item]
) -> None:
    before = ill(family, officer)
    observations.record(family, ObservationFacts("SCID", None, PAPER), by=officer)
    observations.take_back(family.observations.get(code="SCID"), by=officer)
    assert crossed(taken) == []
    codes.keep(codes.draw([family]), by=officer)
    publishing.hand_over(officer)
    assert crossed(taken) == [("LONG_ILLNESS", False)]
    item = taken[-1]
    assert (item.reference, item.content["child"]) == (before.reference, family.reference)
    assert PAPER not in str(item)
    observations.take_back(before, by=officer)
    observations.restore(before, by=officer)
    assert crossed(taken) == [("LONG_ILLNESS", False), ("LONG_ILLNESS", True), ("LONG_ILLNESS", False)]


def test_of_a_protected_child_it_crosses_after_the_release_alone(
    family: RegisteredChild, officer: User, nurse: User, manager: User, taken: list[Item]
) -> None:
    protected.protect(SUBJECT, family.number, officers=[officer], by=manager)
    ill(family, officer)
    codes.keep(codes.draw([family]), by=officer)
    publishing.hand_over(officer)
    assert crossed(taken) == []
    release(family, PAGE_OUTPUT, officer, nurse)
    publishing.hand_over(officer)
    assert crossed(taken) == [("LONG_ILLNESS", False)]


def test_nobody_but_the_named_officer_reaches_those_of_a_protected_child(
    web: Client, viewer: User, nurse: User, family: RegisteredChild, officer: User, manager: User
) -> None:
    made = ill(family, officer)
    acts = [reverse(f"handbook:observation-{name}", args=[made.pk]) for name in ("take-back", "restore")]
    new = reverse("handbook:observation-new", args=[family.pk])
    reader = signed_in(viewer)
    assert "取り消す" not in page(reader, family)
    assert [reader.post(address).status_code for address in (*acts, new)] == [403, 403, 403]
    protected.protect(SUBJECT, family.number, officers=[officer], by=manager)
    other = signed_in(nurse)
    assert [other.post(address).status_code for address in (*acts, new)] == [404, 404, 404]
    assert other.get(new).status_code == 404
    assert web.get(new).status_code == 200
    assert [web.get(address).status_code for address in acts] == [405, 405]
    assert web.post(acts[0]).status_code == 302
    made.refresh_from_db()
    assert made.taken_back_by == officer


def test_a_child_with_an_observation_is_not_deleted_with_its_import(officer: User) -> None:
    held = take_children(child_row("7", "森 凛", born(days=500)), by=officer)
    ill(one("7"), officer)
    assert imports.undo_children(held, by=officer) == {"removed": 0, "kept": 1, "restored": 0}
    assert one("7").gone_at is not None
