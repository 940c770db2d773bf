"""Use cases of the desk below its pages: orders by hand, settled outcomes, facts, rounds, kept files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.nursery import desk
from tests.nursery.conftest import signed_in
from tests.nursery.ledger.helpers import book
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.nursery.domain.application import Applicant, Applications, Household, OfferedClass
from yakuba.nursery.domain.scores.result import ChildScore, Decisions, Scores, WishScore
from yakuba.nursery.ledger import Ledger as LedgerContent
from yakuba.nursery.models import Allocation, Decision, Rulebook, Scoring
from yakuba.nursery.pages.round_tables import optional_url
from yakuba.nursery.scores_file import read_scores, scores_bytes
from yakuba.nursery.services import applications, decisions, facts, rounds, rulebooks
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.approvals import ask_for_approval
from yakuba.nursery.services.card import card
from yakuba.nursery.services.ledgers import source_of
from yakuba.nursery.services.scoring import trace_of, with_order


def small(keys: dict[str, dict[str, int]]) -> tuple[Scores, Applications]:
    """Children of age 1 with one key per wish: child → nursery → key."""
    children = {}
    for child, wishes in keys.items():
        rows = tuple(
            WishScore(nursery, rank, Decimal(key), (key,))
            for rank, (nursery, key) in enumerate(wishes.items(), 1)
        )
        total = Decimal(0)
        children[child] = ChildScore(child, f"h{child}", {}, total, total, None, None, (), rows)
    nurseries = sorted({nursery for wishes in keys.values() for nursery in wishes})
    found = Applications(
        classes=tuple(OfferedClass(one, f"園{one}", 1, 1) for one in nurseries),
        households={f"h{child}": Household(f"h{child}") for child in keys},
        applicants=tuple(
            Applicant(child, f"h{child}", child, 1, tuple(wishes)) for child, wishes in keys.items()
        ),
    )
    return Scores("x", "0" * 64, ("指数",), (False,), children), found


def test_an_order_counts_only_where_it_names_all_who_are_tied() -> None:
    scores, found = small({"a": {"1": 5, "2": 5}, "b": {"1": 5, "2": 5}, "c": {"2": 5}, "d": {"1": 4}})
    ordered = with_order(scores, found, [("b", "a")], name="職員が決めた順")
    keys = {
        child: {wish.nursery: wish.keys for wish in row.wishes} for child, row in ordered.children.items()
    }
    assert keys["b"]["1"] > keys["a"]["1"] > keys["d"]["1"]
    assert keys["a"]["2"] == keys["b"]["2"] == keys["c"]["2"]  # c was not ordered: still a tie
    assert ordered.names == ("指数", "職員が決めた順")


@given(
    st.lists(st.integers(0, 2), min_size=2, max_size=6),
    st.permutations(range(6)),
    st.integers(2, 6),
)
def test_an_order_never_turns_children_whom_the_book_tells_apart(
    points: list[int], shuffled: list[int], size: int
) -> None:
    scores, found = small({str(at): {"1": key} for at, key in enumerate(points)})
    group = [str(at) for at in shuffled if at < len(points)][:size]
    ordered = with_order(scores, found, [group], name="順")
    for one in scores.children:
        for other in scores.children:
            before = [scores.children[child].wishes[0].keys for child in (one, other)]
            after = [ordered.children[child].wishes[0].keys for child in (one, other)]
            if before[0] != before[1]:
                assert (before[0] < before[1]) == (after[0] < after[1])


def test_without_an_order_the_scores_stay_as_they_are() -> None:
    scores, found = small({"a": {"1": 5}})
    assert with_order(scores, found, [], name="順") is scores


def test_the_trace_file_gives_back_every_score() -> None:
    scores, found = small({"a": {"1": 5, "2": 3}, "b": {"2": 5}})
    scores = replace(scores, outcome_keys=(0,))
    back = read_scores(scores_bytes(scores, found))
    assert {child: row.score for child, row in back.children.items()} == dict(scores.children)
    assert (back.names, back.ascending, back.outcome_keys) == (scores.names, scores.ascending, (0,))
    assert back.children["a"].differs_by_wish
    assert not back.children["b"].differs_by_wish
    with pytest.raises(ValueError, match="not a"):
        read_scores(b'{"format": "x"}\n')


@pytest.mark.django_db
def test_a_key_that_depends_on_the_outcome_is_settled_and_said(officer: User) -> None:
    """南風原町, step 3: brothers and sisters who can enter at the same time go first."""
    rulebook = rulebooks.install_shipped("haebaru", by=officer)
    selection = rounds.create_round(title="南風原", starts_on=desk.STARTS, rulebook=rulebook, by=officer)
    sheets = desk.grids()
    sheets["児童"][3][6] = ""
    pending = applications.receive("申込.xlsx", book(sheets), by=officer)
    scoring = desk.scored(officer, applications.import_applications(pending, selection, by=officer))
    trace = trace_of(scoring)
    (position,) = trace.outcome_keys
    assert any(
        trace.names[position] in line and "割当の結果で決まります" in line for line in scoring.warnings
    )
    twins = [trace.children[one].score.wishes[0].keys[position] for one in ("9004", "9005")]
    assert twins == [1, 1]  # both enter, so the key holds: the result agrees with its own keys
    assert trace.children["9001"].score.wishes[0].keys[position] == 0


@pytest.mark.django_db
def test_officers_say_themselves_where_an_outcome_key_holds(officer: User) -> None:
    rulebook = rulebooks.install_shipped("haebaru", by=officer)
    selection = rounds.create_round(title="南風原", starts_on=desk.STARTS, rulebook=rulebook, by=officer)
    sheets = desk.grids()
    sheets["児童"][3][6] = ""
    pending = applications.receive("申込.xlsx", book(sheets), by=officer)
    file = applications.import_applications(pending, selection, by=officer)
    for child in ("9004", "9005"):
        decisions.decide_together(
            selection, child=child, nursery="1", holds=child == "9004", reason="会議", by=officer
        )
    scoring = desk.scored(officer, file)
    trace = trace_of(scoring)
    (position,) = trace.outcome_keys
    held = {one: trace.children[one].score.wishes[0].keys[position] for one in ("9004", "9005")}
    assert held == {"9004": 1, "9005": 0}
    assert any("職員の判断のとおり" in line for line in scoring.warnings)


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        ("municipal_income_tax_total", "１２０，０００", "120000"),
        ("resident", "はい", "はい"),
    ],
)
def test_a_fact_is_kept_as_its_step_needs_it(code: str, text: str, kept: str) -> None:
    from yakuba.nursery.rulebooks.load import load_builtin

    form = facts.form_of(load_builtin("shiomi"), code)
    assert form is not None
    assert facts.checked(form, text) == kept


@pytest.mark.parametrize(
    ("form", "text", "told"),
    [
        (facts.FactForm("number"), "たくさん", "数ではありません"),
        (facts.FactForm("number"), "-1", "0以上"),
        (facts.FactForm("number"), "NaN", "0以上"),
        (facts.FactForm("date"), "2026-02-30", "日付として読めません"),
        (facts.FactForm("choice", facts.YES_NO), "たぶん", "一覧から"),
    ],
)
def test_a_fact_that_cannot_be_one_is_refused(form: facts.FactForm, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        facts.checked(form, text)


def test_every_tie_step_of_every_shipped_book_can_be_answered_or_is_left_to_the_file() -> None:
    from yakuba.nursery.rulebooks.load import builtin, load_builtin

    for name in builtin():
        found = load_builtin(name)
        for step in found.tie_break:
            form = facts.form_of(found, step.key)
            assert form is not None
            assert form.choices or form.type in ("number", "date")
        assert facts.form_of(found, "no_such_step") is None


@pytest.mark.django_db
def test_answers_reach_the_child_they_are_about(officer: User) -> None:
    file = desk.imported(officer)
    selection = file.selection
    assert selection.rulebook is not None
    content = rulebooks.content(selection.rulebook)
    form = facts.form_of(content, "municipal_income_tax_total")
    assert form is not None
    decisions.decide_fact(
        selection,
        subject="9001",
        code="municipal_income_tax_total",
        value="5",
        form=form,
        reason="確認",
        by=officer,
    )
    found = facts.with_facts(
        content, applications.content(file), decisions.in_force(selection), date(2027, 4, 1)
    )
    by_id = {one.id: one for one in found.applicants}
    assert by_id["9001"].facts == {"municipal_income_tax_total_previous": Decimal(5)}
    assert by_id["9002"].facts == {}


@pytest.mark.django_db
def test_a_second_decision_on_the_same_takes_the_place_of_the_first(officer: User) -> None:
    selection = desk.opened(officer)
    given: dict[str, Any] = {"subject": "9003", "code": "SPECIAL", "reason": "決裁", "by": officer}
    first = decisions.decide_points(selection, points="3", **given)
    second = decisions.decide_points(selection, points="−2.5", **given)
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert decisions.in_force(selection) == [second]
    assert decisions.domain_decisions([second]) == Decisions(points={("9003", "SPECIAL"): Decimal("-2.5")})
    decisions.withdraw(first, by=officer)
    assert Decision.objects.filter(withdrawn_at=None).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  ", "長" * 501])
def test_a_decision_needs_a_reason_of_a_line(officer: User, reason: str) -> None:
    selection = desk.opened(officer)
    with pytest.raises(decisions.DecisionError, match="理由"):
        decisions.decide_order(selection, ["a", "b"], reason=reason, by=officer)
    with pytest.raises(decisions.DecisionError, match="2人以上"):
        decisions.decide_order(selection, ["a", "a"], reason="会議", by=officer)


@pytest.fixture
def run(db: None, officer: User) -> Allocation:
    """A finished run over the scored ledger."""
    scoring = desk.scored(officer)
    assert scoring.ledger is not None
    made = request_allocation(scoring.ledger, seed=1, by=officer)
    run_pending()
    made.refresh_from_db()
    assert made.is_finished
    return made


def test_only_an_approved_run_of_the_round_is_adopted(officer: User, approver: User, run: Allocation) -> None:
    selection = Scoring.objects.get().applications.selection
    other = desk.opened(officer, "別の選考")
    with pytest.raises(rounds.RoundError, match="承認されていない"):
        rounds.adopt(selection, run, by=officer)
    approval = ask_for_approval(run, by=officer, reason="確かめました")
    decide(approval, by=approver, approve=True)
    run.refresh_from_db()
    with pytest.raises(rounds.RoundError, match="この選考の割当ではありません"):
        rounds.adopt(other, run, by=officer)
    with pytest.raises(rounds.RoundError, match="案のまま"):
        rounds.adopt(selection, run, by=officer)
    Rulebook.objects.update(state="active")
    rounds.adopt(selection, run, by=officer)
    rounds.adopt(selection, run, by=officer)
    assert rounds.state_of(selection).action == "letters"
    assert [entry.action for entry in rounds.history(selection)].count("nursery.round.adopt") == 1


def test_the_card_counts_rounds_that_wait_for_a_decision_once(db: None, officer: User) -> None:
    scoring = desk.scored(officer)
    today = date(2026, 11, 23)
    assert card(officer, today).waiting_note == "判断を待つ選考 1件"
    desk.scored(officer, scoring.applications)
    assert card(officer, today).waiting == 1


def test_a_pressed_twice_scoring_is_one(db: None, officer: User) -> None:
    from yakuba.nursery.services.scoring import request_scoring

    file = desk.imported(officer)
    assert file.selection.rulebook is not None
    first = request_scoring(file, file.selection.rulebook, by=officer)
    assert request_scoring(file, file.selection.rulebook, by=officer) == first


def test_the_kept_ledger_and_the_points_agree(db: None, officer: User) -> None:
    scoring = desk.scored(officer)
    assert scoring.ledger is not None
    content = source_of(scoring.ledger).content
    assert isinstance(content, LedgerContent)
    for child in trace_of(scoring).children.values():
        for wish in child.score.wishes:
            class_id = f"{wish.nursery}-{child.age}"
            kept = content.class_keys.get((child.id, class_id)) or content.keys[child.id]
            assert kept[: len(wish.keys)] == wish.keys


def test_twins_ranked_apart_are_told_before_the_run(db: None, officer: User) -> None:
    selection = desk.opened(officer)
    sheets = desk.grids()
    sheets["児童"][4][6] = "DECLINED×2"  # of one of the twins alone: other families come between them
    pending = applications.receive("申込.xlsx", book(sheets), by=officer)
    scoring = desk.scored(officer, applications.import_applications(pending, selection, by=officer))
    keys = {one: trace_of(scoring).children[one].score.wishes[0].keys for one in ("9001", "9004", "9005")}
    assert keys["9004"] < keys["9001"] < keys["9005"]
    (told,) = [line for line in scoring.warnings if "世帯f4" in line]
    assert "順位が離れています" in told
    page = signed_in(officer).get(reverse("nursery:scoring", args=[scoring.pk])).content.decode()
    assert told in page


def test_a_page_that_is_not_installed_has_no_address() -> None:
    assert optional_url("no-such-page", 1) == ""
