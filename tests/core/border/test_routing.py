"""Nothing passes without a certificate; what passes is kept and audited at random."""

from __future__ import annotations

import threading
from random import Random
from typing import Any

import pytest
from django.db import connections, transaction

from tests.core.border.town import certified, people, routed, task
from yakuba.core.border.domain.policy import Decision, Policy
from yakuba.core.border.models import AuditSample, BorderTask, Certificate, RoutedItem, State, Suspension
from yakuba.core.border.services import Item, declare, route, route_all, set_policy, standing
from yakuba.core.people.models import Role, User

pytestmark = pytest.mark.django_db


def one(score: float, ref: str = "page:1/x", **more: Any) -> Item:
    return Item(ref, "page:1", score, **more)


def test_a_task_that_nobody_knows_is_uncertified_and_asking_writes_nothing() -> None:
    found = standing(task())
    assert (found.policy, found.state, found.certificate) == (
        Policy.AUTO_IF_CERTIFIED, State.UNCERTIFIED, None,
    )  # fmt: skip
    assert BorderTask.objects.count() == 0


def test_without_a_certificate_everything_goes_to_staff_and_is_kept() -> None:
    answer = route(task(), [one(1.0)], rng=Random(1))["page:1/x"]
    assert (answer.decision, answer.audited) == (Decision.STAFF, False)
    assert answer.because == "認定されていないため、すべて職員が確認します。"
    assert RoutedItem.objects.get().decision == "staff"


def test_only_scores_at_or_above_the_threshold_pass(staff: list[User]) -> None:
    made = certified(task(), staff, 900, wrong=89)
    assert made.threshold == 0.55
    answers = route(task(), [one(0.55, "a"), one(0.5499, "b")], rng=Random(1))
    assert answers["a"].decision is Decision.AUTO
    assert answers["b"].decision is Decision.STAFF
    assert answers["b"].because == "確からしさ 0.550 が、証明書のしきい値 0.55 に届きません。"


def test_what_must_be_checked_beats_every_certificate(staff: list[User]) -> None:
    certified(task(), staff)
    answer = route(task(), [one(1.0, must_be_checked=True)], rng=Random(1))["page:1/x"]
    assert answer.decision is Decision.STAFF
    assert answer.because == "必ず職員が確認する条件に当たります。"


def test_always_staff_stays_with_staff(staff: list[User]) -> None:
    declare(task(), Policy.ALWAYS_STAFF)
    assert standing(task()).state == State.ALWAYS_STAFF
    assert route(task(), [one(1.0)], rng=Random(1))["page:1/x"].because == "必ず職員が決める種類です。"


def test_declaring_again_keeps_the_policy() -> None:
    declare(task(), Policy.ALWAYS_STAFF)
    assert declare(task(), Policy.AUTO_IF_CERTIFIED).policy is Policy.ALWAYS_STAFF


def test_blank_auto_lets_only_blank_items_pass(staff: list[User]) -> None:
    declare(task(), Policy.BLANK_AUTO)
    certified(task(), staff, blank=True)
    answers = route(task(), [one(1.0, "a", blank=True), one(1.0, "b")], rng=Random(1))
    assert (answers["a"].decision, answers["b"].decision) == (Decision.BLANK, Decision.STAFF)
    assert answers["b"].because == "空欄ではないため、職員が確認します。"


def test_the_first_200_are_audited_and_then_about_three_in_a_hundred(staff: list[User]) -> None:
    made = certified(task(), staff)
    answers = routed(task(), 200)
    assert all(answer.audited for answer in answers.values())
    Certificate.objects.update(scores=[])  # the score comparison is tested for itself
    assert made.watch is not None
    made.watch.windows = 1_000
    made.watch.save()
    later = routed(task(), 2_000, first=200)
    drawn = sum(answer.audited for answer in later.values())
    assert 35 <= drawn <= 90
    assert AuditSample.objects.count() == 200 + drawn
    assert set(AuditSample.objects.values_list("share", flat=True)) == {1.0, 0.03}


def test_a_ref_asked_again_is_answered_the_same_and_kept_once(staff: list[User]) -> None:
    certified(task(), staff)
    first = routed(task(), 240)
    assert routed(task(), 240, seed=1) == first
    assert RoutedItem.objects.count() == 240


def test_an_automatic_ref_goes_to_staff_once_the_task_stopped(staff: list[User]) -> None:
    certified(task(), staff)
    routed(task(), 5)
    BorderTask.objects.update(state=State.SUSPENDED)
    answer = route(task(), [Item("page:0", "doc:0", 1.0)], rng=Random(1))["page:0"]
    assert (answer.decision, answer.audited) == (Decision.STAFF, False)
    assert answer.because == "自動処理を停止しています。"


def test_a_ref_that_staff_had_stays_with_staff_after_a_certification(staff: list[User]) -> None:
    route(task(), [one(1.0)], rng=Random(1))
    certified(task(), staff)
    answer = route(task(), [one(1.0)], rng=Random(1))["page:1/x"]
    assert answer.decision is Decision.STAFF
    assert answer.because == "前に職員の確認へ回したため、職員が確認します。"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "3"}, "様式の版が変わったため"),
        ({"model": "beef"}, "モデルが変わったため"),
        ({"scanner": "3階"}, "読取機が変わったため"),
        ({"version": "3", "scanner": "3階"}, "様式の版と読取機が変わったため"),
    ],
)
def test_another_version_model_or_scanner_has_no_certificate(
    staff: list[User], change: dict[str, str], said: str
) -> None:
    certified(task(), staff)
    found = standing(task(**change))
    assert found.state == State.UNCERTIFIED
    assert said in found.because
    answer = route(task(**change), [one(1.0)], rng=Random(1))["page:1/x"]
    assert answer.decision is Decision.STAFF
    assert said in answer.because


def test_a_simulated_certificate_works_in_a_demo_alone(staff: list[User], settings: Any) -> None:
    settings.YAKUBA_DEMO = True
    certified(task(), staff, simulated=True)
    passed = route(task(), [one(1.0, "a")], rng=Random(1))["a"]
    assert passed.decision is Decision.AUTO
    assert "証明書（模擬）" in passed.because  # the words go with the value, wherever it is shown
    assert "証明書（模擬）" in standing(task()).because
    settings.YAKUBA_DEMO = False
    assert standing(task()).certificate is None
    answer = route(task(), [one(1.0, "b")], rng=Random(1))["b"]
    assert answer.decision is Decision.STAFF
    assert "模擬" in answer.because


def test_scores_that_look_otherwise_stop_the_task(staff: list[User]) -> None:
    certified(task(), staff)
    high = [Item(f"page:{n}", f"doc:{n}", 0.9 + n / 10_000) for n in range(250)]
    assert all(answer.decision is Decision.AUTO for answer in route(task(), high, rng=Random(1)).values())
    answer = route(task(), [one(1.0, "next")], rng=Random(1))["next"]
    assert answer.decision is Decision.STAFF
    held = Suspension.objects.get()
    assert held.cause == Suspension.Cause.SCORES
    assert held.exposure == held.rechecks.count() == 250
    assert held.evidence["compared"] == 250


def test_scores_like_the_calibrations_stop_nothing(staff: list[User]) -> None:
    made = certified(task(), staff)
    routed(task(), 600)
    routed(task(), 600, first=600, seed=2)
    assert standing(task()).state == State.CERTIFIED
    assert made.watch is not None
    made.watch.refresh_from_db()
    assert (made.watch.routed, made.watch.windows) == (1_200, 1)


def test_a_new_policy_ends_the_certificate(staff: list[User]) -> None:
    made = certified(task(), staff)
    found = set_policy(task(), Policy.ALWAYS_STAFF, by=staff[0], reason="氏名は職員が決める")
    assert found.state == State.ALWAYS_STAFF
    made.refresh_from_db()
    assert made.ended_because == "方針が変わったため"
    assert set_policy(task(), Policy.AUTO_IF_CERTIFIED, by=staff[0], reason="戻す").state == State.UNCERTIFIED


def test_several_tasks_are_routed_together(staff: list[User]) -> None:
    certified(task(), staff)
    answers = route_all({task(): [one(1.0)], task("氏名"): [one(1.0)]}, rng=Random(1))
    assert answers[task()]["page:1/x"].decision is Decision.AUTO
    assert answers[task("氏名")]["page:1/x"].decision is Decision.STAFF


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_lose_and_double_nothing() -> None:
    staff = people(Role.APPROVER, Role.APPROVER, Role.OFFICER)
    certified(task(), staff)
    faults: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 40, 4):
                items = [Item(f"page:{n}", f"doc:{n}", 0.9) for n in range(number, number + 4)]
                with transaction.atomic():
                    route_all({task(): items, task("氏名"): items}, rng=Random(first))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 20)]  # half of the refs in both
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert RoutedItem.objects.filter(task__kind=task().kind).count() == 60
    watch = Certificate.objects.get().watch
    assert watch is not None
    assert (watch.routed, watch.automatic) == (60, 60)
    assert AuditSample.objects.count() == 60
