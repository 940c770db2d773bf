"""Scenarios on a finished result, through the pages and the worker."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import small_ledger, tied_ledger, upload
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.services import read as read_file
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.models import User
from yakuba.nursery import runs
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.models import Allocation, Scenario
from yakuba.nursery.runs import Loaded
from yakuba.nursery.services.bases import base_of
from yakuba.nursery.services.scenarios import NoScenario, request_scenario, with_seats
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db


def made(web: Client, result: Allocation, **seats: str) -> Scenario:
    data = {f"seats-{name.replace('_', '-')}": value for name, value in seats.items()}
    answer = web.post(reverse("nursery:scenario-new", args=[result.pk]), {"title": "1席増やす", **data})
    assert answer.status_code == 302, answer.content.decode()
    run_pending()
    return Scenario.objects.latest("pk")


def test_one_more_seat_shows_who_gains_why_and_by_what_chain(web: Client, result: Allocation) -> None:
    scenario = made(web, result, **{"1_1": "2"})
    assert scenario.figures["counts"]["changed"] == 1
    body = web.get(reverse("nursery:scenario", args=[scenario.pk])).content.decode()
    assert "7003" in body
    assert "新たに内定" in body
    assert "はまかぜ保育園 1歳の定員が1人から2人に増えた、最低指数が40から30に下がった。" in body
    assert "はまかぜ保育園 1歳の定員が1席増えたため。" in body
    assert "はまかぜ保育園 1歳（第1希望）" in body


def test_the_scenario_is_byte_for_byte_the_allocation_of_the_changed_market(
    web: Client, result: Allocation, tmp_path: Path
) -> None:
    scenario = made(web, result, **{"1_1": "2", "2_2": "0"})
    market = json.loads(read_file(result.kept_file("market")))
    market["capacity"] |= {"1-1": 2, "2-2": 0}
    path = tmp_path / "market.json"
    path.write_text(json.dumps(market), encoding="utf-8")
    runs.single(path, tmp_path / "out", None)
    assert scenario.result_file is not None
    assert read_file(scenario.result_file) == (tmp_path / "out" / "result.json").read_bytes()


def test_a_scenario_leaves_its_base_as_it_was(web: Client, result: Allocation) -> None:
    rows = list(result.child_rows.values_list("child_id", "class_id", "outcome"))
    before = (result.figures, result.result_file_id, result.finished_at)
    made(web, result, **{"1_1": "5"})
    result.refresh_from_db()
    assert (result.figures, result.result_file_id, result.finished_at) == before
    assert list(result.child_rows.values_list("child_id", "class_id", "outcome")) == rows


def test_another_version_of_the_ledger_may_be_tried(web: Client, result: Allocation, officer: User) -> None:
    grids = small_ledger()
    grids["申込"][3][12] = 50  # 7003 now ranks above 7001
    other = upload(grids, officer)
    answer = web.get(reverse("nursery:scenario-new", args=[result.pk]))
    assert str(other) in answer.content.decode()
    web.post(reverse("nursery:scenario-new", args=[result.pk]), {"ledger": str(other.pk)})
    run_pending()
    scenario = Scenario.objects.get()
    body = web.get(reverse("nursery:scenario", args=[scenario.pk])).content.decode()
    assert "受付7003の優先順位の値が変わったため" in body
    assert "受付7003がはまかぜ保育園 1歳に入ったため" in body
    assert scenario.figures["counts"]["lost"] >= 1


def test_a_ledger_of_another_title_cannot_be_chosen(web: Client, result: Allocation, officer: User) -> None:
    strange = upload(small_ledger(), officer, "別の選考")
    answer = web.post(reverse("nursery:scenario-new", args=[result.pk]), {"ledger": str(strange.pk)})
    assert answer.status_code == 422
    assert "選べない台帳です" in answer.content.decode()
    assert not Scenario.objects.exists()


def test_a_ledger_with_ties_needs_the_seed_of_the_base(
    web: Client, result: Allocation, officer: User
) -> None:
    tied = upload(tied_ledger(), officer)
    with pytest.raises(NoScenario, match="抽選の種がありません"):
        request_scenario(result, title="x", capacity={}, ledger=tied, by=officer)


@pytest.mark.parametrize("wrong", ["-1", "1.5", "１", "abc", "99999"])
def test_a_number_of_seats_that_is_none_is_named_with_its_class(
    web: Client, result: Allocation, wrong: str
) -> None:
    answer = web.post(reverse("nursery:scenario-new", args=[result.pk]), {"seats-1-1": wrong})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert f"はまかぜ保育園 1歳：「{wrong}」" in body
    assert 'aria-invalid="true"' in body
    assert not Scenario.objects.exists()


def test_nothing_changed_is_told(web: Client, result: Allocation) -> None:
    answer = web.post(reverse("nursery:scenario-new", args=[result.pk]), {"seats-1-1": "1"})
    assert answer.status_code == 422
    assert "変更がありません" in answer.content.decode()


def test_an_unfinished_run_is_no_base(web: Client, ledger: object, officer: User, result: Allocation) -> None:
    Allocation.objects.filter(pk=result.pk).update(finished_at=None)
    assert web.get(reverse("nursery:scenario-new", args=[result.pk])).status_code == 302
    assert web.get(reverse("nursery:scenarios", args=[result.pk])).status_code == 302
    result.refresh_from_db()
    with pytest.raises(NoScenario):
        request_scenario(result, title="x", capacity={"1-1": 2}, ledger=None, by=officer)


def test_classes_that_are_not_there_and_too_few_seats_are_refused(result: Allocation) -> None:
    loaded = base_of(result).loaded
    with pytest.raises(BadInput, match="この台帳にないクラスです"):
        with_seats(loaded, {"zz": 1})
    with pytest.raises(BadInput, match="固定と在籍の児童が1人"):
        with_seats(loaded.pinned({"7003": "1-1"}), {"1-1": 0})


def test_a_viewer_reads_scenarios_and_makes_none(viewer_web: Client, web: Client, result: Allocation) -> None:
    scenario = made(web, result, **{"1_1": "2"})
    assert viewer_web.get(reverse("nursery:scenario", args=[scenario.pk])).status_code == 200
    listing = viewer_web.get(reverse("nursery:scenarios", args=[result.pk])).content.decode()
    assert "1席増やす" in listing
    assert reverse("nursery:scenario-new", args=[result.pk]) not in listing
    assert viewer_web.get(reverse("nursery:scenario-new", args=[result.pk])).status_code == 403


def test_the_table_is_exported_and_the_export_recorded(web: Client, result: Allocation) -> None:
    scenario = made(web, result, **{"1_1": "2"})
    answer = web.get(reverse("nursery:scenario", args=[scenario.pk]), {"export": "csv"})
    assert "7003" in answer.content.decode("utf-8-sig")
    assert AuditEntry.objects.filter(action="nursery.scenario.export").count() == 1


def test_a_protected_child_is_hidden_in_table_chain_and_export(
    web: Client, result: Allocation, officer: User, guard: User, viewer_web: Client
) -> None:
    scenario = made(web, result, **{"1_1": "2"})
    protected.protect(SUBJECT, "7003", officers=[officer], by=guard)
    page = reverse("nursery:scenario", args=[scenario.pk])
    stranger = viewer_web.get(page).content.decode()
    assert "7003" not in stranger
    assert "h82" not in stranger
    assert "支援措置の対象 1人は、指名された職員だけに示します。" in stranger
    assert "7003" in web.get(page).content.decode()
    assert AuditEntry.objects.filter(action="protected.viewed").exists()
    assert "7003" not in web.get(page, {"export": "csv"}).content.decode("utf-8-sig")


def test_a_waiting_scenario_shows_its_progress_and_a_failed_one_its_reason(
    web: Client, result: Allocation, officer: User
) -> None:
    web.post(reverse("nursery:scenario-new", args=[result.pk]), {"seats-1-1": "2"})
    scenario = Scenario.objects.get()
    assert "試算する" in web.get(reverse("nursery:scenario", args=[scenario.pk])).content.decode()
    scenario.changes = {"capacity": {"zz": 3}}
    scenario.save()
    run_pending()
    body = web.get(reverse("nursery:scenario", args=[scenario.pk])).content.decode()
    assert "この台帳にないクラスです" in body
    assert "計算できず" in web.get(reverse("nursery:scenarios", args=[result.pk])).content.decode()


def test_a_class_keeps_the_seats_of_the_children_who_are_there(result: Allocation) -> None:
    loaded = base_of(result).loaded
    first, *rest = loaded.market.families
    held = replace(first, children=first.children, current=("1-1", *first.current[1:]))
    market = replace(loaded.market, families=(held, *rest))
    with pytest.raises(BadInput, match="在籍児が1人います"):
        with_seats(Loaded(market, {}), {"1-1": 0})


def test_a_protected_child_in_a_chain_is_a_blank_step_and_unnamed_in_the_next(
    web: Client, result: Allocation, officer: User, guard: User, viewer_web: Client
) -> None:
    grids = small_ledger()
    grids["申込"][3][12] = 50  # 7003 pushes 7001 out, and with it its brother 7002
    other = upload(grids, officer)
    web.post(reverse("nursery:scenario-new", args=[result.pk]), {"ledger": str(other.pk)})
    run_pending()
    protected.protect(SUBJECT, "7003", officers=[officer], by=guard)
    body = viewer_web.get(reverse("nursery:scenario", args=[Scenario.objects.get().pk])).content.decode()
    assert "7003" not in body
    assert "支援措置の対象に関わるため示しません。" in body
    assert "受付（非表示）がはまかぜ保育園 1歳に入ったため" in body
    assert "7001" in body
