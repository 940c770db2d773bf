"""Basic points: which row counts for a guardian, and how the guardians go together."""

from decimal import Decimal
from typing import Any

import pytest

from tests.nursery.domain.scores.helpers import (
    book,
    both,
    dec,
    guardian,
    home,
    line_of,
    questions,
    run,
)
from yakuba.nursery.domain.application import Fact, Guardian
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.domain.scores.rows import Bound


@pytest.mark.parametrize(("hours", "points"), [(160, 20), (159, 14), (100, 14), (99, 9), (48, 9)])
def test_a_band_holds_from_its_lower_end_to_just_below_its_upper_end(hours: int, points: int) -> None:
    one, _ = run(book(), home(guardians=(guardian("mother", hours),)))
    assert one.basic["mother"] == points
    assert one.total == points


def test_the_sum_of_father_and_mother_is_the_basic_total() -> None:
    one, scores = run(book(), home(guardians=both(160, 100)))
    assert (one.basic, one.basic_total, one.total) == ({"father": 20, "mother": 14}, 34, 34)
    assert line_of(one, "W160").basis == "月160時間の就労（160時間以上）"
    assert line_of(one, "W100").label == "月100時間以上160時間未満の就労"
    assert scores.questions == ()


def test_hours_below_every_band_give_nothing_and_ask() -> None:
    one, scores = run(book(), home(guardians=both(160, 40)))
    assert one.basic["mother"] == 0
    assert questions(scores) == [("fact", "h1", "basic:mother")]


def test_the_higher_of_two_reasons_counts_and_the_other_says_why_not() -> None:
    one, _ = run(book(), home(guardians=(guardian("mother", 100, "ILL"),)))
    assert one.total == 14
    assert (line_of(one, "ILL").counted, line_of(one, "ILL").why) == (False, "いちばん高い事由だけを数えます")


@pytest.mark.parametrize("mode", ["main", "one", "not_printed"])
@pytest.mark.parametrize(
    ("reasons", "points", "asked"),
    [
        (("illness", "work"), 12, 0),
        (("work",), 14, 0),
        (("work_planned",), 14, 0),
        ((), 12, 1),
        (("study",), 12, 1),
    ],
)
def test_where_one_reason_counts_the_main_one_decides_and_otherwise_the_lower_one_with_a_question(
    mode: str, reasons: tuple[str, ...], points: int, asked: int
) -> None:
    rules = book(f"combination: {{parents: sum, reasons: {mode}}}\n")
    parent = Guardian("mother", facts={"work_hours_month": 100}, rows=("ILL",), reasons=reasons)
    one, scores = run(rules, home(guardians=(parent,)))
    assert one.total == points
    assert len(scores.questions) == asked


def test_hours_of_the_same_reason_are_added_where_the_book_says_so() -> None:
    rules = book("combination: {parents: sum, reasons: same_adds}\n")
    parent = guardian("mother", 100, work_hours_month_2=60)
    one, _ = run(rules, home(guardians=(parent,)))
    assert one.total == 20
    assert "100＋60の合計" in line_of(one, "W160").basis


def test_hours_of_a_second_job_are_not_added_otherwise_and_that_is_told() -> None:
    one, scores = run(book(), home(guardians=(guardian("mother", 100, work_hours_month_2=60),)))
    assert one.total == 14
    assert any("2つ目は使っていません" in text for text in scores.warnings)


MODIFIERS = """\
  - {code: PLANNED, category: work, label: 予定, judge: true, modifier: true, modifies: [work], points: -2}
"""


def test_a_modifier_changes_the_row_it_belongs_to() -> None:
    rules = book(MODIFIERS)
    one, _ = run(rules, home(guardians=(guardian("mother", 100, "PLANNED"),)))
    assert (one.total, line_of(one, "PLANNED").counted) == (12, True)


def test_a_modifier_of_another_reason_does_not_count() -> None:
    rules = book(MODIFIERS)
    one, _ = run(rules, home(guardians=(guardian("mother", 48, "PLANNED", "ILL"),)))
    assert one.total == 12
    assert line_of(one, "PLANNED").why == "数えた事由には関係しません"


def test_a_modifier_is_part_of_the_comparison_of_reasons() -> None:
    rules = book(MODIFIERS.replace("points: -2", "points: -3"))
    one, _ = run(rules, home(guardians=(guardian("mother", 100, "PLANNED", "ILL"),)))
    assert (one.total, line_of(one, "ILL").counted) == (12, True)


def test_an_absent_parent_brings_nothing_without_a_row_and_the_row_of_the_book_with_one() -> None:
    parent = home(guardians=(guardian("mother", 160),))
    one, _ = run(book(), parent)
    assert one.basic == {"father": None, "mother": 20}
    rules = book(
        "  - {code: ABSENT, category: absence, label: 不存在, judge: true, points: 20}\n"
        "combination: {parents: sum, reasons: highest, absent_row: ABSENT}\n"
    )
    one, _ = run(rules, parent)
    assert (one.basic, one.total) == ({"father": 20, "mother": 20}, 40)
    assert line_of(one, "ABSENT").part == "father"


def test_other_guardians_stand_in_for_absent_parents() -> None:
    two = (guardian("other", 160), guardian("other", 48))
    one, _ = run(book(), home(guardians=two))
    assert one.basic == {"other": 20, "other2": 9}
    one, _ = run(book(), home(guardians=(guardian("other", 160),)))
    assert one.basic == {"father": None, "other": 20}


def test_rows_of_the_household_count_once_and_discretionary_ones_wait_for_staff() -> None:
    rules = book(
        "  - {code: BOTH, category: absence, label: 両親の不存在, who: household, judge: true, points: 46}\n"
        "  - {code: ABUSE, category: abuse, label: 虐待, who: household, judge: true, discretionary: true}\n"
    )
    house = home(guardians=(), rows=("BOTH", "ABUSE"))
    one, scores = run(rules, house)
    assert (one.total, questions(scores)) == (46, [("points", "h1", "ABUSE")])
    one, scores = run(rules, house, decisions=Decisions(points={("h1", "ABUSE"): dec(30)}))
    assert (one.total, scores.questions) == (76, ())


def test_a_discretionary_row_of_a_guardian_waits_for_staff_and_then_competes() -> None:
    rules = book("  - {code: SPEC, category: other, label: その他, judge: true, discretionary: true}\n")
    house = home(guardians=(guardian("mother", 100, "SPEC"),))
    one, scores = run(rules, house)
    assert (one.total, questions(scores)) == (14, [("points", "h1", "SPEC:mother")])
    for code in ("SPEC", "SPEC:mother"):
        one, scores = run(rules, house, decisions=Decisions(points={("h1", code): dec(17)}))
        assert (one.total, scores.questions) == (17, ())


def test_a_parents_points_stop_at_the_cap_and_a_line_says_so() -> None:
    rules = book("combination: {parents: sum, reasons: highest, parent_cap: 15}\n")
    one, _ = run(rules, home(guardians=both(160, 100)))
    assert one.basic == {"father": 15, "mother": 14}
    assert line_of(one, "CAP:parent").points == -5


YES_NO = """\
basic:
  - {code: A, category: work, when: {work_hours_month: {ge: 100}, without_papers: {eq: false}}, points: 20}
  - {code: B, category: work, when: {work_hours_month: {ge: 100}, without_papers: {eq: true}}, points: 11}
  - {code: C, category: place, when: {work_place: {eq: home}, work_days_month: {ge: 12}}, points: 5}
facts: {without_papers: 書類がない}
"""


def test_a_missing_yes_or_no_counts_as_the_worse_answer_and_is_asked() -> None:
    rules = book(basic=YES_NO)
    one, scores = run(rules, home(guardians=(guardian("mother", 120),)))
    assert one.total == 11
    assert questions(scores) == [("fact", "h1", "without_papers:mother")]
    assert "「書類がない」" in scores.questions[0].text


def test_a_missing_number_of_a_row_that_could_hold_is_asked() -> None:
    rules = book(basic=YES_NO)
    one, scores = run(rules, home(guardians=(guardian("mother", None, work_place="home"),)))
    assert (one.total, questions(scores)) == (0, [("fact", "h1", "work_days_month:mother")])


def test_a_reason_without_its_facts_is_asked() -> None:
    parent = Guardian("mother", reasons=("work",))
    _, scores = run(book(), home(guardians=(parent,)))
    assert questions(scores) == [("fact", "h1", "work_hours_month:mother")]


def test_the_lower_parent_decides_and_the_other_ones_lines_say_so() -> None:
    rules = book("combination: {parents: lower, reasons: highest}\n")
    one, _ = run(rules, home(guardians=both(160, 48)))
    assert one.total == 9
    assert line_of(one, "W160").why == "父母の低いほうの点数を使います"
    lone, _ = run(rules, home(guardians=(guardian("mother", 160),)))
    assert lone.total == 20
    nobody, _ = run(rules, home(guardians=()))
    assert nobody.total == 0


def test_the_average_of_parents_may_be_a_half_point_and_a_lone_parent_keeps_its_own() -> None:
    rules = book("combination: {parents: average, reasons: highest}\n")
    one, _ = run(rules, home(guardians=both(160, 48)))
    assert one.total == dec("14.5")
    assert line_of(one, "AVERAGE").points == dec("-14.5")
    lone, _ = run(rules, home(guardians=(guardian("mother", 48),)))
    assert lone.total == 9


def test_parents_whose_combination_is_not_printed_are_added_with_a_question() -> None:
    rules = book("combination: {parents: not_printed, reasons: highest}\n")
    one, scores = run(rules)
    assert (one.total, questions(scores)) == (40, [("fact", "h1", "parents")])


@pytest.mark.parametrize(
    ("op", "held"), [("ge", [160, 161]), ("gt", [161]), ("le", [159, 160]), ("lt", [159]), ("eq", [160])]
)
def test_each_bound_holds_where_its_sign_says(op: Any, held: list[int]) -> None:
    bound = Bound(op, Decimal(160))
    assert [hours for hours in (159, 160, 161) if bound.holds(hours)] == held


RANKS = """\
basic:
  - {code: RA, category: work, when: {work_hours_month: {ge: 160}}, rank: A}
  - {code: RB, category: work, when: {work_hours_month: {ge: 100, lt: 160}}, rank: B}
  - {code: RC, category: illness, label: 病気, judge: true, rank: C}
combination: {parents: rank_worst, reasons: highest}
ranks: [A, B, C, D]
adjustments:
  - {code: OUT, label: 市外, scope: household, rank: D}
  - {code: PLUS, label: 加点, scope: child, points: 3}
leave_extension: {effect: rank, rank: D}
"""


@pytest.mark.parametrize(
    ("guardians", "more", "rank"),
    [
        (both(160, 160), {}, "A"),
        (both(160, 100), {}, "B"),
        ((guardian("father", 160, "RC"), guardian("mother", 160)), {}, "A"),
        ((guardian("father", None, "RC"), guardian("mother", 160)), {}, "C"),
        (both(160, 10), {}, "D"),
        ((), {}, "D"),
        (both(), {"leave_extension_ok": True}, "D"),
    ],
)
def test_the_worse_rank_of_the_parents_is_the_households(
    guardians: tuple[Guardian, ...], more: dict[str, bool], rank: str
) -> None:
    one, scores = run(book(basic=RANKS), home(guardians=guardians, **more))
    assert one.rank == rank
    assert (scores.names, scores.ascending) == (("ランク", "合計指数"), (True, False))
    assert one.wishes[0].keys == (-("ABCD".index(rank) + 1), 0)


def test_a_row_can_force_the_rank_and_points_stay_apart_from_it() -> None:
    from tests.nursery.domain.scores.helpers import child, marks

    one, _ = run(book(basic=RANKS), home(marks=marks("OUT")), child(marks=marks("PLUS")))
    assert (one.rank, one.total, one.wishes[0].keys) == ("D", 3, (-4, 3))


@pytest.mark.parametrize(
    ("breaks", "facts", "points", "asked"),
    [
        ("excluded", {"work_hours_month_without_breaks": 160, "work_hours_month_with_breaks": 180}, 20, 0),
        ("included", {"work_hours_month_without_breaks": 140, "work_hours_month_with_breaks": 160}, 20, 0),
        ("excluded", {"work_hours_month_with_breaks": 168}, 0, 1),
        (
            "excluded",
            {"work_hours_month_with_breaks": 168, "break_minutes_day": 60, "work_days_month": 20},
            14,
            0,
        ),
        (
            "included",
            {"work_hours_month_without_breaks": 148, "break_minutes_day": 45, "work_days_month": 20},
            20,
            0,
        ),
        ("included", {"work_hours_month_without_breaks": 148}, 14, 1),
        (
            "up_to_60",
            {"work_hours_month_with_breaks": 175, "break_minutes_day": 90, "work_days_month": 20},
            20,
            0,
        ),
        (
            "up_to_60",
            {"work_hours_month_with_breaks": 169, "break_minutes_day": 90, "work_days_month": 20},
            14,
            0,
        ),
        ("unknown", {"work_hours_month_without_breaks": 148, "work_hours_month_with_breaks": 160}, 14, 1),
        ("unknown", {"work_hours_month_with_breaks": 160}, 20, 0),
        ("excluded", {"work_hours_month": 160, "work_hours_month_with_breaks": 180}, 20, 0),
        ("excluded", {"work_hours_month": 160, "breaks_included": False}, 20, 0),
        ("included", {"work_hours_month": 160, "breaks_included": True}, 20, 0),
        ("excluded", {"work_hours_month": 160, "breaks_included": True}, 0, 1),
        (
            "excluded",
            {
                "work_hours_month": 180,
                "breaks_included": True,
                "break_minutes_day": 60,
                "work_days_month": 20,
            },
            20,
            0,
        ),
    ],
)
def test_hours_are_taken_with_or_without_breaks_as_the_book_says_and_never_guessed(
    breaks: str, facts: dict[str, Fact], points: int, asked: int
) -> None:
    rules = book(f"hours: {{breaks: {breaks}}}\n")
    one, scores = run(rules, home(guardians=(Guardian("mother", facts=facts),)))
    assert (one.total, len(scores.questions)) == (points, asked)


def test_a_day_of_work_needs_no_number_of_days_to_lose_its_break() -> None:
    rules = book(
        basic="""\
basic:
  - {code: D7, category: work, when: {work_hours_day: {ge: 7}}, points: 7}
hours: {breaks: excluded}
"""
    )
    facts: dict[str, Fact] = {"work_hours_day_with_breaks": 8, "break_minutes_day": 60}
    one, _ = run(rules, home(guardians=(Guardian("mother", facts=facts),)))
    assert one.total == 7
    assert line_of(one, "D7").basis == "1日7時間の就労（7時間以上、休憩を除く、休憩1日60分から換算）"
    facts |= {"break_minutes_day": 50}
    one, _ = run(rules, home(guardians=(Guardian("mother", facts=facts),)))
    assert line_of(one, "D7").basis.startswith("1日7.17時間の就労")


def test_weekly_hours_become_monthly_ones_where_the_book_says_how() -> None:
    rules = book("hours: {weeks_a_month: 4}\n")
    one, _ = run(rules, home(guardians=(guardian("mother", None, work_hours_week=40),)))
    assert one.total == 20
    assert "週40時間×4" in line_of(one, "W160").basis
    one, _ = run(rules, home(guardians=(guardian("mother", 100, work_hours_week=40),)))
    assert one.total == 14


def test_hours_that_stand_as_the_book_wants_them_say_so_in_the_trace() -> None:
    rules = book("hours: {breaks: included}\n")
    facts: dict[str, Fact] = {"work_hours_month": 160, "breaks_included": True}
    one, _ = run(rules, home(guardians=(Guardian("mother", facts=facts),)))
    assert line_of(one, "W160").basis == "月160時間の就労（160時間以上、休憩を含む）"
