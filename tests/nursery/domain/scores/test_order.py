"""The order: tier, rank, total and tie steps as one tuple of keys per wish, bigger is better."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.nursery.domain.scores.helpers import (
    APRIL,
    applications,
    book,
    both,
    child,
    dec,
    guardian,
    home,
    marks,
    questions,
    run,
)
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.scores.result import Decisions, Scores
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.domain.scores.score import score


def steps(*rows: str) -> Rulebook:
    return book(
        "adjustments:\n"
        "  - {code: LONE, label: ひとり親, scope: household, points: 0}\n"
        "  - {code: OWES, label: 滞納, scope: household, points: 0}\n"
        "tie_break:\n" + "".join(f"  - {{label: 決まり, {row}}}\n" for row in rows)
    )


def key(rules: Rulebook, household: Any = None, applicant: Any = None, **more: Any) -> Any:
    one, _ = run(rules, household, applicant, **more)
    return one.wishes[0].keys[-1]


CATEGORIES = "categories: [{id: ill, label: 病気, of: [illness]}, {id: work, label: 就労, of: [work]}]"


@pytest.mark.parametrize(
    ("step", "facts", "expected"),
    [
        ("key: alone, direction: true_first", {"alone": True}, 1),
        ("key: alone, direction: true_first", {"alone": False}, 0),
        ("key: kids, direction: more_first", {"kids": 3}, 3),
        ("key: tax, direction: lower_first", {"tax": Decimal("5.5")}, dec("-5.5")),
        ("key: hours, direction: more_first, at_most: 80", {"hours": 90}, 80),
        ("key: way, direction: farther_first", {"way": 12}, 12),
        ("key: day, direction: earlier_first", {"day": date(2027, 4, 1)}, -date(2027, 4, 1).toordinal()),
        (f"key: why, direction: category_order, {CATEGORIES}", {"why": "ill"}, -1),
        (f"key: why, direction: category_order, {CATEGORIES}", {"why": "work"}, -2),
        (f"key: why, direction: category_order, rest: true, {CATEGORIES}", {"why": "childbirth"}, -3),
        (f"key: way, direction: farther_first, {CATEGORIES}", {"way": "ill"}, -1),
        ("key: x, fact: tax_2026, direction: lower_first", {"tax_2026": 7}, -7),
    ],
)
def test_every_direction_turns_its_value_so_that_bigger_is_better(
    step: str, facts: dict[str, Any], expected: Any
) -> None:
    assert key(steps(step), home(facts=facts)) == expected
    assert key(steps(step), applicant=child(facts=facts)) == expected


def test_the_childs_own_fact_goes_before_the_households() -> None:
    rules = steps("key: kids, direction: more_first")
    assert key(rules, home(facts={"kids": 1}), child(facts={"kids": 2})) == 2


def test_computed_keys() -> None:
    rules = steps(
        "key: basic_points_total, direction: more_first",
        "key: adjustment_points, direction: more_first",
        "key: wish_rank, direction: higher_wish_first",
        "key: wished_start_date, direction: earlier_first",
    )
    one, scores = run(rules, applicant=child(wished_start=date(2027, 4, 1)))
    start = -date(2027, 4, 1).toordinal()
    assert [wish.keys for wish in one.wishes] == [(40, 40, 0, -1, start), (40, 40, 0, -2, start)]
    assert scores.ascending == (False, False, False, True, True)
    assert any("本当の希望が書かれにくく" in text for text in scores.warnings)


def test_keys_from_rows_that_count() -> None:
    rules = steps("key: lone, direction: true_first, codes: [LONE]")
    assert [key(rules), key(rules, home(marks=marks("LONE")))] == [0, 1]
    rules = steps("key: clean, direction: true_first, unless_codes: [OWES]")
    assert [key(rules), key(rules, home(marks=marks("OWES")))] == [1, 0]
    assert key(rules, home(marks=marks("OWES"), facts={"clean": True})) == 1


def test_keys_that_the_ledger_tells() -> None:
    rules = steps("key: sibling, direction: true_first, derive: sibling_enrolled_here")
    one, _ = run(rules, enrolled=("N2",))
    assert [wish.keys[-1] for wish in one.wishes] == [0, 1]
    rules = steps("key: new, direction: true_first, derive: entry")
    assert [key(rules), key(rules, applicant=child(kind="transfer", current="N9"))] == [1, 0]


@pytest.mark.parametrize(
    ("month", "expected"), [(4, -100), (8, -100), (9, -200), (12, -200), (1, -200), (3, -200)]
)
def test_the_tax_year_changes_in_september(month: int, expected: int) -> None:
    rules = steps("key: tax, direction: lower_first, tax_year: true")
    house = home(facts={"tax_previous": 100, "tax_current": 200})
    assert key(rules, house, on=date(2027, month, 1)) == expected
    assert key(rules, home(facts={"tax": 5}), on=date(2027, month, 1)) == -5


def test_the_better_or_worse_parent_or_both_together() -> None:
    parents = (guardian("father", 160, days=100), guardian("mother", 100, days=300))
    for way, expected in (("best", 300), ("worst", 100), ("sum", 400)):
        rules = steps(f"key: days, direction: more_first, per_parent: {way}")
        assert key(rules, home(guardians=parents)) == expected
    rules = steps(
        "key: hours, fact: work_hours_month, direction: more_first, per_parent: sum, each_at_most: 120"
    )
    assert key(rules, home(guardians=parents)) == 220


def test_a_sum_of_parents_with_one_missing_is_missing() -> None:
    rules = steps("key: days, direction: more_first, per_parent: sum")
    parents = (guardian("father", 160, days=100), guardian("mother", 100))
    one, scores = run(rules, home(guardians=parents))
    assert questions(scores) == [("fact", "c1", "days")]
    assert one.wishes[0].keys[-1] == 0  # one below the smallest of none


def test_the_reason_of_the_better_parent_decides_by_the_row_that_counted() -> None:
    rules = steps(f"key: why, direction: category_order, per_parent: best, {CATEGORIES}")
    parents = (guardian("father", 160), guardian("mother", None, "ILL"))
    assert key(rules, home(guardians=parents)) == -1
    assert key(rules, home(guardians=both())) == -2
    worst = steps(f"key: why, direction: category_order, per_parent: worst, {CATEGORIES}")
    assert key(worst, home(guardians=parents)) == -2


def test_a_reason_outside_the_list_is_a_fault_unless_the_list_has_a_rest() -> None:
    born = home(guardians=(guardian("mother", None, "BIRTH"),))
    with pytest.raises(BadInput, match="why＝childbirth"):
        key(steps(f"key: why, direction: category_order, per_parent: best, {CATEGORIES}"), born)
    mixed = home(guardians=(guardian("mother", None, "BIRTH"), guardian("father", 160)))
    assert key(steps(f"key: why, direction: category_order, per_parent: best, {CATEGORIES}"), mixed) == -2
    rules = steps(f"key: why, direction: category_order, rest: true, per_parent: best, {CATEGORIES}")
    assert key(rules, born) == -3


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        ("key: x, direction: true_first", 1, "true・false"),
        ("key: x, direction: more_first", "many", "数"),
        ("key: x, direction: lower_first", True, "数"),
        ("key: x, direction: earlier_first", 5, "日付"),
        (f"key: x, direction: category_order, {CATEGORIES}", "sea", "ill、work"),
        (f"key: x, direction: category_order, rest: true, {CATEGORIES}", "sea", "ill、work、rest"),
    ],
)
def test_a_value_that_cannot_be_a_key_is_a_fault_naming_the_child(
    step: str, value: Any, expected: str
) -> None:
    with pytest.raises(BadInput) as caught:
        key(steps(step), home(facts={"x": value}), child(row=12))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (12, "受付番号 c1")
    assert expected in fault.expected


def _round(rules: Rulebook, *facts: Any, decisions: Decisions | None = None, on: date = APRIL) -> Scores:
    homes = tuple(home(f"h{i}", facts=one) for i, one in enumerate(facts))
    children = tuple(child(f"c{i}", f"h{i}", "N1") for i in range(len(facts)))
    return score(rules, applications(homes, children), decisions, on=on)


@pytest.mark.parametrize(
    ("step", "present"),
    [
        ("key: x, direction: more_first", [{"x": 0}, {"x": 5}]),
        ("key: x, direction: more_first", [{"x": -7}]),
        ("key: x, direction: lower_first", [{"x": 0}, {"x": 10**6}]),
        ("key: x, direction: earlier_first", [{"x": date(2030, 1, 1)}]),
        (f"key: x, direction: category_order, rest: true, {CATEGORIES}", [{"x": "rest"}, {"x": "ill"}]),
        (f"key: x, direction: category_order, {CATEGORIES}", [{"x": "work"}]),
    ],
)
def test_a_missing_value_is_worse_than_every_value_and_is_asked(step: str, present: list[Any]) -> None:
    scores = _round(steps(step), {}, *present)
    keys = [scores.children[f"c{i}"].wishes[0].keys[-1] for i in range(len(present) + 1)]
    assert all(keys[0] < one for one in keys[1:])
    assert questions(scores) == [("fact", "c0", "x")]


def test_a_value_that_many_children_lack_is_one_question() -> None:
    scores = _round(steps("key: x, direction: more_first"), *({} for _ in range(25)))
    assert questions(scores) == [("fact", "", "x")]
    assert "25人" in scores.questions[0].text


STAFF = ("key: kids, direction: more_first", "key: overall, direction: staff_decides")


def test_ties_that_staff_decide_are_asked_and_then_follow_the_order_given() -> None:
    facts = ({"kids": 1}, {"kids": 1}, {"kids": 2})
    scores = _round(steps(*STAFF), *facts)
    assert questions(scores) == [("order", "c0", "overall")]
    assert "c0、c1" in scores.questions[0].text
    decided = _round(steps(*STAFF), *facts, decisions=Decisions(order=(("c1", "c0"),)))
    keys = {id_: one.wishes[0].keys for id_, one in decided.children.items()}
    assert keys["c2"] > keys["c1"] > keys["c0"]
    assert decided.questions == ()


def test_an_order_that_leaves_out_a_tied_child_is_asked_again() -> None:
    scores = _round(
        steps(*STAFF), {"kids": 1}, {"kids": 1}, {"kids": 1}, decisions=Decisions(order=(("c1", "c0"),))
    )
    assert questions(scores) == [("order", "c0", "overall")]


def test_siblings_and_other_classes_are_not_ties_for_staff() -> None:
    homes = (home("h0", facts={"kids": 1}), home("h1", facts={"kids": 1}))
    children = (
        child("a", "h0", "N1"),
        child("b", "h0", "N1"),
        child("c", "h1", "N1", age=2),
        child("d", "h1", "N1", track="障害児"),
    )
    scores = score(steps(*STAFF), applications(homes, children), on=APRIL)
    assert scores.questions == ()


def test_an_outcome_dependent_key_follows_what_was_decided() -> None:
    rules = steps("key: together, direction: true_first, outcome: true")
    one, scores = run(rules, decisions=Decisions(together=frozenset({("c1", "N2")})))
    assert [wish.keys[-1] for wish in one.wishes] == [0, 1]
    assert scores.outcome_keys == (1,)
    later = steps("key: tax, direction: lower_first", "key: together, direction: true_first, outcome: true")
    assert run(later, home(facts={"tax": 1}))[1].outcome_keys == (2,)


TIERS = """\
tiers:
  - {tier: 1, label: 転園, kinds: [transfer]}
  - {tier: 2, label: 特別}
  - {tier: 3, label: その他DEFAULT}
"""


def test_tiers_go_before_points() -> None:
    rules = book(TIERS.replace("その他DEFAULT", "その他, default: true"))
    cases = [(child(), 3), (child(tier=2), 2), (child(kind="transfer", current="N9"), 1)]
    for applicant, tier in cases:
        one, scores = run(rules, applicant=applicant)
        assert (one.tier, one.wishes[0].keys) == (tier, (-tier, 40))
        assert (scores.names[0], scores.ascending) == ("優先区分", (True, False))
        assert scores.questions == ()


def test_a_missing_tier_without_a_default_is_the_last_one_and_asked() -> None:
    one, scores = run(book(TIERS))
    assert (one.tier, questions(scores)) == (3, [("fact", "c1", "tier")])


def test_the_average_of_siblings_takes_the_place_of_the_total() -> None:
    rules = book("""\
combination: {parents: sum, reasons: highest, siblings: average}
adjustments:
  - {code: KID, label: 児童, scope: child, points: 2}
  - {code: HERE, label: 施設, scope: wish, points: 1}
""")
    children = (
        child("a", "h1", "N1", marks=marks("KID", "HERE")),
        child("b", "h1", "N2"),
        child("stays", "h1", "N1", kind="continue", current="N1"),
        child("c", "h2", "N1"),
    )
    scores = score(rules, applications((home("h1"), home("h2")), children), on=APRIL)
    keys = {id_: one.wishes[0].keys for id_, one in scores.children.items()}
    assert keys == {"a": (dec("41.5"),), "b": (41,), "c": (40,), "stays": (40,)}
    assert scores.names == ("合計指数（きょうだいの平均）",)
    assert scores.children["a"].wishes[0].total == 43


def test_without_a_tie_order_the_office_is_told_that_ties_stay() -> None:
    _, scores = run(book())
    assert "同点の場合の順がこの基準表にありません。同点は一覧に残ります" in scores.warnings
    assert any("ひな形" in text for text in scores.warnings)


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2027, 3, 31), True),
        (date(2027, 4, 1), False),
        (date(2028, 3, 31), False),
        (date(2028, 4, 1), True),
    ],
)
def test_a_start_outside_the_books_period_is_told(on: date, told: bool) -> None:
    rules = book("effective_from: 2027-04-01\neffective_until: 2028-03-31\n")
    _, scores = run(rules, on=on)
    assert any("別の版が必要" in text for text in scores.warnings) is told
