"""Labels of two persons, certificates of two persons, audits, suspensions and what follows."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.core.border.town import certified, label, people, routed, task
from yakuba.core.audit.models import AuditEntry
from yakuba.core.border import services
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.models import Certificate, Happening, Label, RoutedItem, State, Statement, Suspension
from yakuba.core.border.models.evidence import KeptForEver
from yakuba.core.border.services import BorderError, Item, suspended
from yakuba.core.border.services.statements import statement_of
from yakuba.core.people.approval import ApprovalError, SamePerson, consequences_of, decide
from yakuba.core.people.models import Role, User

pytestmark = pytest.mark.django_db


def say(by: Any, correct: bool, **more: Any) -> Label:
    return services.record_label(task(), "a", "doc", 0.9, correct, by=by, **more)


def test_a_label_settles_when_two_persons_agree(staff: list[User]) -> None:
    assert say(staff[0], True).correct is None
    assert say(staff[1], True).correct is True


def test_a_third_person_settles_a_dispute(staff: list[User]) -> None:
    say(staff[0], True)
    assert say(staff[1], False).correct is None
    found = say(staff[2], False)
    assert (found.correct, found.settled_by) == (False, staff[2])


def test_one_person_twice_is_not_two(staff: list[User]) -> None:
    say(staff[0], True)
    found = say(staff[0], False)
    assert (found.correct, found.first_correct, found.second_by) == (None, False, None)
    with pytest.raises(BorderError, match="別の二人"):
        say((staff[0], staff[0]), True)


def test_a_settled_label_stays_and_repeating_it_changes_nothing(staff: list[User]) -> None:
    say((staff[0], staff[1]), True)
    assert say(staff[0], True).correct is True
    with pytest.raises(BorderError, match="確定しています"):
        say(staff[0], False)
    with pytest.raises(BorderError, match="確定しています"):
        say(staff[2], True)


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_score_outside_0_to_1_is_refused(staff: list[User], score: float) -> None:
    with pytest.raises(BorderError, match="0から1"):
        services.record_label(task(), "a", "doc", score, True, by=staff[0])


def test_the_second_entry_must_be_about_the_same_reading(staff: list[User]) -> None:
    say(staff[0], True)
    with pytest.raises(BorderError, match="違います"):
        services.record_label(task(), "a", "doc", 0.8, True, by=staff[1])


def test_too_few_labels_are_refused_and_the_attempt_is_kept(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 300)
    made = services.certify(task(), by=staff[0])
    assert (made.certified, made.approval, made.attempt) == (False, None, 1)
    assert made.result["missing"]["labels"] == 643 - 300
    assert services.standing(task()).state == State.UNCERTIFIED
    again = services.certify(task(), by=staff[0])
    assert again.attempt == 2
    assert 1 - again.tested_at == pytest.approx(0.005)


def test_a_certificate_needs_a_second_person(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 660)
    made = services.certify(task(), by=staff[0], reason="件数がそろった")
    assert made.approval is not None
    assert services.standing(task()).certificate is None
    with pytest.raises(SamePerson):
        decide(made.approval, by=staff[0], approve=True)
    with pytest.raises(BorderError, match="承認待ち"):
        services.certify(task(), by=staff[2])
    decide(made.approval, by=staff[1], approve=True)
    assert services.standing(task()).certificate == made
    assert AuditEntry.objects.filter(action="border.certified").count() == 1


def test_unsettled_labels_and_other_fields_of_a_document_do_not_count(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 660)
    for number in range(50):
        services.record_label(task(), f"b:{number}", "label-doc:1", 0.9, True, by=(staff[0], staff[1]))
        services.record_label(task(), f"c:{number}", f"new:{number}", 0.9, True, by=staff[0])
    assert services.certify(task(), by=staff[0]).n == 660


def test_policies_of_a_form_are_promised_together(staff: list[User]) -> None:
    for name in ("住所", "摘要", "生年月日"):
        services.declare(task(name))
    services.declare(task("氏名"), Policy.ALWAYS_STAFF)
    services.declare(task("住所", version="1"))
    label(task(), (staff[0], staff[1]), 300)
    made = services.certify(task(), by=staff[0])
    assert made.policies == 4
    assert 1 - made.tested_at == pytest.approx(0.05 * 0.8 / 4)


def test_a_policy_that_joins_after_a_certificate_gets_what_is_left(staff: list[User]) -> None:
    certified(task(), staff)
    label(task("住所"), (staff[0], staff[1]), 100)
    made = services.certify(task("住所"), by=staff[0])
    assert 1 - made.tested_at == pytest.approx(0.05 - 0.04)


def test_always_staff_is_never_certified(staff: list[User]) -> None:
    services.declare(task(), Policy.ALWAYS_STAFF)
    with pytest.raises(BorderError, match="必ず職員"):
        services.certify(task(), by=staff[0])


def test_a_simulated_certificate_can_not_be_approved_outside_a_demo(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 660, simulated=True)
    made = services.certify(task(), by=staff[0])
    assert made.simulated
    assert made.approval is not None
    with pytest.raises(ApprovalError, match="見本の環境"):
        decide(made.approval, by=staff[1], approve=True)
    assert services.standing(task()).certificate is None


def test_a_changed_policy_stops_a_waiting_request(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 660)
    made = services.certify(task(), by=staff[0])
    services.set_policy(task(), Policy.BLANK_AUTO, by=staff[0], reason="空欄だけ")
    assert made.approval is not None
    with pytest.raises(ApprovalError, match="方針が変わりました"):
        decide(made.approval, by=staff[1], approve=True)


def test_a_certificate_is_kept_for_ever(staff: list[User]) -> None:
    made = certified(task(), staff)
    with pytest.raises(KeptForEver):
        made.delete()
    with pytest.raises(KeptForEver):
        Certificate.objects.all().delete()


def test_a_pool_shares_labels_certificate_and_fate(staff: list[User]) -> None:
    for name in ("町名", "番地"):
        services.declare(task(name), pool="住所の欄")
    label(task("町名"), (staff[0], staff[1]), 330, name="town")
    label(task("番地"), (staff[0], staff[1]), 330, name="house")
    with pytest.raises(BorderError, match="まとめて認定"):
        services.certify(task("町名"), by=staff[0])
    made = services.certify_pool("ocr", "住所の欄", by=staff[0])
    assert [one.certified for one in made] == [True, True]
    assert made[0].approval is not None
    decide(made[0].approval, by=staff[1], approve=True)
    assert services.standing(task("番地")).state == State.CERTIFIED
    for name in ("町名", "番地"):
        services.route(task(name), [Item(f"{n}", f"d{n}", 0.95) for n in range(5)], rng=Random(1))
    services.record_audit(task("町名"), "0", False, by=staff[2])
    services.record_audit(task("番地"), "0", False, by=staff[2])
    services.record_audit(task("町名"), "1", False, by=staff[2])
    assert services.standing(task("番地")).state == State.SUSPENDED
    assert Suspension.objects.count() == 2


def test_a_pool_without_tasks_is_refused(staff: list[User]) -> None:
    with pytest.raises(BorderError, match="ありません"):
        services.certify_pool("ocr", "なし", by=staff[0])


def test_audited_errors_stop_the_task_and_list_what_to_look_at_again(staff: list[User]) -> None:
    certified(task(), staff)
    routed(task(), 20)
    told: list[tuple[Any, list[str]]] = []

    def listen(task: Any, refs: list[str], **more: Any) -> None:
        told.append((task, refs))

    suspended.connect(listen)
    try:
        for number in range(5):
            services.record_audit(task(), f"page:{number}", True, by=staff[2])
        for number in (5, 6):
            services.record_audit(task(), f"page:{number}", False, by=staff[2])
        assert services.standing(task()).state == State.CERTIFIED
        found = services.record_audit(task(), "page:7", False, by=staff[2])
    finally:
        suspended.disconnect(listen)
    assert found.state == State.SUSPENDED
    held = Suspension.objects.get()
    good = RoutedItem.objects.get(ref="page:4")
    assert held.good_at == good.at
    assert held.exposure == 15, "everything automatic after the last good audit"
    assert told == [(task(), [f"page:{n}" for n in range(8, 20)])], "audited ones are known already"
    assert held.evidence["errors"] == 3
    assert "8件のうち、誤りが3件" in held.reason


def test_an_error_found_late_in_an_early_decision_reaches_back_to_it(staff: list[User]) -> None:
    certified(task(), staff)
    routed(task(), 20)
    services.record_audit(task(), "page:15", True, by=staff[2])
    for number in (2, 3, 4):
        services.record_audit(task(), f"page:{number}", False, by=staff[2])
    assert Suspension.objects.get().exposure == 18


def test_the_same_result_again_counts_once_and_a_corrected_one_anew(staff: list[User]) -> None:
    made = certified(task(), staff)
    routed(task(), 5)
    for _ in range(4):
        services.record_audit(task(), "page:0", False, by=staff[2])
    assert services.standing(task()).state == State.CERTIFIED
    services.record_audit(task(), "page:0", True, by=staff[2])
    assert made.watch is not None
    made.watch.refresh_from_db()
    assert (made.watch.audited, made.watch.errors, made.watch.total) == (1, 0, 0)


def test_only_drawn_decisions_can_be_audited(staff: list[User]) -> None:
    services.route(task(), [Item("a", "d", 0.9)], rng=Random(1))
    with pytest.raises(BorderError, match="監査に選ばれた"):
        services.record_audit(task(), "a", True, by=staff[2])


def stopped_by_errors(staff: list[User]) -> None:
    certified(task(), staff)
    routed(task(), 6)
    for number in range(3):
        services.record_audit(task(), f"page:{number}", False, by=staff[2])


def test_after_errors_only_new_labels_and_a_new_certificate_help(staff: list[User]) -> None:
    stopped_by_errors(staff)
    with pytest.raises(BorderError, match="新しい証明書"):
        services.resume(task(), by=staff[0], reason="だいじょうぶ")
    made = services.certify(task(), by=staff[0])
    assert (made.n, made.attempt, made.certified) == (0, 1, False), "labels from before the stop are void"
    label(task(), (staff[0], staff[1]), 700, name="new")
    again = services.certify(task(), by=staff[0])
    assert not again.certified, "the second attempt is stricter"
    label(task(), (staff[0], staff[1]), 700, name="newer")
    third = services.certify(task(), by=staff[0])
    assert third.approval is not None
    decide(third.approval, by=staff[1], approve=True)
    assert services.standing(task()).state == State.CERTIFIED
    assert Suspension.objects.get().ended_at is not None


def test_a_person_stops_and_an_approver_starts_again_after_the_recheck(staff: list[User]) -> None:
    certified(task(), staff)
    routed(task(), 3)
    with pytest.raises(BorderError, match="理由：空"):
        services.suspend(task(), by=staff[2], reason=" ")
    services.suspend(task(), by=staff[2], reason="読取機の調子が悪い")
    with pytest.raises(BorderError, match="停止できるのは"):
        services.suspend(task(), by=staff[2], reason="もう一度")
    with pytest.raises(BorderError, match="承認者"):
        services.resume(task(), by=staff[2], reason="直った")
    with pytest.raises(BorderError, match="3件残って"):
        services.resume(task(), by=staff[0], reason="直った")
    assert services.record_recheck(task(), "page:0", True, by=staff[2]) == 2
    assert services.record_recheck(task(), "page:1", True, by=staff[2]) == 1
    assert services.record_recheck(task(), "page:2", False, by=staff[2]) == 0
    with pytest.raises(BorderError, match="誤りが見つかりました"):
        services.resume(task(), by=staff[0], reason="直った")
    services.record_recheck(task(), "page:2", True, by=staff[2])
    assert services.resume(task(), by=staff[0], reason="直った").state == State.CERTIFIED
    held = Suspension.objects.get()
    assert (held.ended_by, held.ended_because) == (staff[0], "直った")
    assert routed(task(), 1, first=90)["page:90"].audited, "the audit begins anew at 100 %"
    with pytest.raises(BorderError, match="見直しの対象"):
        services.record_recheck(task(), "page:0", True, by=staff[2])
    with pytest.raises(BorderError, match="再開するものがありません"):
        services.resume(task(), by=staff[0], reason="直った")


def test_words_need_a_second_person_and_the_latest_approved_hold(staff: list[User]) -> None:
    def propose(text: str) -> Statement:
        return services.propose_statement(
            "ocr", task().kind, staff_part=text, ai_part="印字の読取り", reason="改定", by=staff[2]
        )

    first = propose("訂正印のあるもの")
    assert statement_of("ocr", task().kind) is None
    assert first.approval is not None
    decide(first.approval, by=staff[0], approve=True)
    assert statement_of("ocr", task().kind) == first
    second = propose("訂正印と二重線のあるもの")
    assert statement_of("ocr", task().kind) == first
    assert second.approval is not None
    decide(second.approval, by=staff[1], approve=True)
    assert statement_of("ocr", task().kind) == second
    for text, said in (("", "空です"), ("あ" * 2_001, "2,001字")):
        with pytest.raises(BorderError, match=said):
            propose(text)


def test_the_history_tells_what_happened_in_order(staff: list[User]) -> None:
    services.declare(task(), by=staff[0])
    stopped_by_errors(staff)
    assert list(Happening.objects.values_list("what", flat=True)) == [
        "declared", "requested", "certified", "suspended",
    ]  # fmt: skip


def test_a_new_certificate_replaces_the_old_one(staff: list[User]) -> None:
    first = certified(task(), staff)
    label(task(), (staff[0], staff[1]), 1_000, name="new")
    second = services.certify(task(), by=staff[0])
    assert second.approval is not None
    decide(second.approval, by=staff[1], approve=True)
    first.refresh_from_db()
    assert first.ended_because == "新しい証明書に替わったため"
    assert services.standing(task()).certificate == second


def test_people_of_another_system_approve_nothing(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 660)
    made = services.certify(task(), by=staff[0])
    assert made.approval is not None
    from yakuba.core.people.models import Assignment, Department

    other = people(Role.APPROVER)[0]
    Assignment.objects.filter(user=other).update(
        department=Department.objects.create(code="900", name="保育課", systems=["nursery"])
    )
    with pytest.raises(ApprovalError):
        decide(made.approval, by=other, approve=True)


def test_a_word_is_taken_back_from_an_open_label_and_never_from_a_settled_one(staff: list[User]) -> None:
    say(staff[0], True)
    assert services.withdraw_label(task(), "a", by=staff[1]) is False
    assert services.withdraw_label(task(), "a", by=staff[0]) is True
    assert not Label.objects.exists()
    assert services.withdraw_label(task(), "a", by=staff[0]) is False
    say(staff[0], True)
    say(staff[1], False)
    assert services.withdraw_label(task(), "a", by=staff[0]) is True
    label = Label.objects.get()
    assert (label.first_by, label.first_correct, label.second_by) == (staff[1], False, None)
    say(staff[2], False)
    for person in staff[1:3]:
        with pytest.raises(BorderError, match="確定しています"):
            services.withdraw_label(task(), "a", by=person)
    assert Label.objects.get().correct is False


def test_the_approver_sees_the_labels_at_the_request_and_now(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 660)
    made = services.certify(task(), by=staff[0])
    assert made.approval is not None
    assert "変わっていません（確かめた書類660件" in consequences_of(made.approval)
    label(task(), (staff[0], staff[1]), 40, name="later")
    told = consequences_of(made.approval)
    assert "依頼のとき：確かめた書類660件、対象660件、誤り0件" in told
    assert "今：確かめた書類700件、対象700件、誤り0件" in told
    assert "承認できません" not in told
    decide(made.approval, by=staff[1], approve=True)
    assert services.standing(task()).certificate == made
    assert "今：" not in consequences_of(made.approval)


def test_labels_that_no_longer_certify_stop_a_waiting_request(staff: list[User]) -> None:
    label(task(), (staff[0], staff[1]), 660)
    made = services.certify(task(), by=staff[0])
    label(task(), (staff[0], staff[1]), 10, wrong=10, name="later")
    assert made.approval is not None
    told = consequences_of(made.approval)
    assert "今：確かめた書類670件、対象670件、誤り10件" in told
    assert "承認できません。差し戻してください" in told
    with pytest.raises(ApprovalError, match=r"今の記録では認定できません（確かめた書類670件.*誤り10件"):
        decide(made.approval, by=staff[1], approve=True)
    assert services.standing(task()).certificate is None
    decide(made.approval, by=staff[1], approve=False, note="やり直してください")


def test_later_labels_of_another_task_of_a_pool_count_too(staff: list[User]) -> None:
    for name in ("町名", "番地"):
        services.declare(task(name), pool="住所の欄")
    label(task("町名"), (staff[0], staff[1]), 330, name="town")
    label(task("番地"), (staff[0], staff[1]), 330, name="house")
    made = services.certify_pool("ocr", "住所の欄", by=staff[0])
    label(task("番地"), (staff[0], staff[1]), 5, wrong=5, name="later")
    assert made[0].approval is not None
    with pytest.raises(ApprovalError, match="今の記録では認定できません"):
        decide(made[0].approval, by=staff[1], approve=True)
