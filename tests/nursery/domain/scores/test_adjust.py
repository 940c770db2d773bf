"""Adjustments: ticked and derived rows, limits, groups, caps, and totals that differ per wish."""

from datetime import date
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
    line_of,
    marks,
    questions,
    run,
)
from yakuba.nursery.domain.application import Guardian, Mark
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.domain.scores.words import lines_at

ROWS = """\
adjustments:
  - {code: LONE, label: ひとり親, scope: household, points: 10}
  - {code: PDIS, label: 親の障害, scope: parent, points: 4}
  - {code: KID, label: 児童, scope: child, points: 3}
  - {code: DOWN, label: 辞退, scope: child, points: -2, per: times}
  - {code: SIB, label: きょうだい在園, scope: wish, points: 5, derive: sibling_enrolled_here}
  - {code: FIRST, label: 第1希望, scope: wish, points: 1, wish_rank: {eq: 1}}
  - {code: STAFF, label: 特別, scope: child, discretionary: true, range: {least: 1, most: 9}}
  - {code: TWINS, label: 多胎, scope: child, points: 1, per: children, derive: multiple_birth}
  - {code: PAIR, label: 2人, scope: household, points: 3, derive: applying_together, count: {eq: 2}}
  - {code: SAME, label: 同じ施設, scope: wish, points: 2, derive: sibling_wishes_here}
  - {code: STAY, label: 在園施設, scope: wish, points: 6, derive: enrolled_here}
  - {code: IN, label: 在園, scope: child, points: 1, derive: enrolled}
  - {code: MOVE, label: 転園, scope: child, points: -1, derive: transfer}
  - {code: LEAVE, label: 延長, scope: household, points: -30, derive: leave_extension_ok}
  - {code: TODDLER, label: 2歳児, scope: child, points: 2, ages: {ge: 2}}
  - {code: SPRING, label: 4月, scope: child, points: 2, months: [4]}
  - {code: NEWONLY, label: 新規, scope: child, points: 2, kinds: [entry]}
  - {code: VAGUE, label: あいまい, scope: child, points: 2, unclear: の範囲は書かれていません}
leave_extension: {effect: points, code: LEAVE}
"""


def test_rows_add_up_by_scope_and_the_trace_names_each() -> None:
    parent = Guardian("mother", facts={"work_hours_month": 160}, marks=marks("PDIS"))
    house = home(guardians=(guardian("father", 160), parent), marks=marks("LONE"))
    one, scores = run(book(ROWS), house, child(marks=marks("KID")))
    assert one.total == 20 + 20 + 10 + 4 + 3
    assert [(line.part, line.code) for line in one.lines] == [
        ("father", "W160"),
        ("mother", "W160"),
        ("household", "LONE"),
        ("mother", "PDIS"),
        ("child", "KID"),
    ]
    assert scores.questions == scores.warnings[2:] == ()


def test_a_row_of_each_parent_counts_for_each() -> None:
    parents = tuple(
        Guardian(who, facts={"work_hours_month": 160}, marks=marks("PDIS")) for who in ("father", "mother")
    )
    assert run(book(ROWS), home(guardians=parents))[0].total == 48


def test_a_household_row_ticked_twice_counts_once() -> None:
    one, _ = run(book(ROWS), home(marks=marks("LONE")), child(marks=marks("LONE")))
    assert one.total == 50


def test_a_row_per_time_is_multiplied() -> None:
    one, _ = run(book(ROWS), applicant=child(marks=(Mark("DOWN", 3),)))
    assert (one.total, line_of(one, "DOWN").basis) == (34, "職員の記入（3回）")


def test_totals_differ_per_wish_where_a_sibling_attends() -> None:
    one, _ = run(book(ROWS), enrolled=("N2",))
    assert [(wish.nursery, wish.rank, wish.total) for wish in one.wishes] == [("N1", 1, 40), ("N2", 2, 45)]
    assert one.total == 40
    assert line_of(one, "SIB", "N2").basis == "台帳から：きょうだいが在園"


def test_a_row_of_the_first_wish_counts_only_there() -> None:
    one, _ = run(book(ROWS), applicant=child(marks=marks("FIRST")))
    assert [wish.total for wish in one.wishes] == [41, 40]
    named = child(marks=(Mark("FIRST", nursery="N2"),))
    one, _ = run(book(ROWS), applicant=named)
    assert [wish.total for wish in one.wishes] == [40, 40]
    assert line_of(one, "FIRST", "N2").why == "この希望順位では数えません"


def test_a_mark_for_one_nursery_counts_only_there_even_for_a_child_row() -> None:
    one, _ = run(book(ROWS), applicant=child(marks=(Mark("KID", nursery="N2"),)))
    assert (one.total, [wish.total for wish in one.wishes]) == (40, [40, 43])


def test_a_mark_for_a_nursery_that_is_not_wished_is_told() -> None:
    for code in ("KID", "FIRST"):
        one, scores = run(book(ROWS), applicant=child(marks=(Mark(code, nursery="N9"),)))
        assert one.total == 40
        assert any("希望にない施設" in text for text in scores.warnings)


def test_a_ticked_row_that_the_ledger_contradicts_counts_and_is_told_once() -> None:
    one, scores = run(book(ROWS), applicant=child(marks=marks("SIB")))
    assert [wish.total for wish in one.wishes] == [45, 45]
    assert [text for text in scores.warnings if "台帳では当てはまりません" in text] == [
        "受付番号 c1：「きょうだい在園」に印がありますが、台帳では当てはまりません（印のとおり数えています）"
    ]


def test_a_general_tick_counts_only_where_the_ledger_confirms_it() -> None:
    one, scores = run(book(ROWS), applicant=child(marks=marks("SIB")), enrolled=("N1",))
    assert [wish.total for wish in one.wishes] == [45, 40]
    assert not any("台帳では" in text for text in scores.warnings)


def _family(*children: Any, **more: Any) -> Any:
    return score(book(ROWS), applications((home(**more),), children, {}), on=APRIL)


BORN = date(2025, 7, 7)


def test_twins_siblings_and_numbers_come_from_the_ledger() -> None:
    scores = _family(child("c1", birth=BORN), child("c2", "h1", "N2", birth=BORN))
    first = scores.children["c1"]
    assert {line.code: line.points for line in first.lines if line.part != "father"} == {
        "W160": 20,
        "TWINS": 2,
        "PAIR": 3,
        "SAME": 2,
    }
    assert [wish.total for wish in first.wishes] == [45, 47]


def test_a_ticked_row_confirmed_by_the_ledger_counts_once() -> None:
    scores = _family(
        child("c1", birth=BORN, marks=(Mark("TWINS", 2),)), child("c2", birth=date(2024, 1, 1)), marks=()
    )
    assert line_of(scores.children["c1"], "TWINS").points == 2
    confirmed = _family(child("c1", birth=BORN, marks=(Mark("TWINS", 2),)), child("c2", birth=BORN))
    assert line_of(confirmed.children["c1"], "TWINS").basis == "職員の記入（2人）"
    assert not any("台帳では" in text for text in confirmed.warnings)


def test_children_who_continue_are_not_counted_as_applying_but_their_nursery_is_known() -> None:
    scores = _family(child("c1"), child("c2", "h1", "N1", kind="continue", current="N1"))
    one = scores.children["c1"]
    assert [wish.total for wish in one.wishes] == [45, 40]
    assert not [line for line in one.lines if line.code in ("PAIR", "SAME")]


def test_enrolment_and_transfer_come_from_the_ledger() -> None:
    one, _ = run(book(ROWS), applicant=child(kind="transfer", current="N2"))
    assert one.total == 40 + 1 - 1
    assert [wish.total for wish in one.wishes] == [40, 46]


def test_the_leave_extension_takes_its_points_and_totals_may_be_negative() -> None:
    one, _ = run(book(ROWS), home(guardians=(guardian("mother", 48),), leave_extension_ok=True))
    assert (one.total, line_of(one, "LEAVE").part) == (-21, "household")


@pytest.mark.parametrize(
    ("code", "applicant", "on", "counted", "why"),
    [
        ("TODDLER", {"age": 2}, APRIL, True, ""),
        ("TODDLER", {"age": 1}, APRIL, False, "1歳児クラスでは数えません"),
        ("SPRING", {}, APRIL, True, ""),
        ("SPRING", {}, date(2027, 5, 1), False, "5月の入所では数えません"),
        ("NEWONLY", {"kind": "entry"}, APRIL, True, ""),
        (
            "NEWONLY",
            {"kind": "continue", "current": "N1"},
            APRIL,
            False,
            "この申込みの種類（新規・転園・継続）では数えません",
        ),
    ],
)
def test_limits_of_a_row_keep_a_tick_from_counting_and_say_why(
    code: str, applicant: dict[str, Any], on: date, counted: bool, why: str
) -> None:
    one, _ = run(book(ROWS), applicant=child(marks=marks(code), **applicant), on=on)
    assert (line_of(one, code).counted, line_of(one, code).why) == (counted, why)


def test_a_row_without_a_number_waits_for_staff() -> None:
    ticked = child(marks=marks("STAFF"))
    one, scores = run(book(ROWS), applicant=ticked)
    assert (one.total, questions(scores)) == (40, [("points", "c1", "STAFF")])
    assert line_of(one, "STAFF").why == "点数が決まっていません"
    for subject in ("c1", "h1"):
        decided = Decisions(points={(subject, "STAFF"): dec(7)})
        one, scores = run(book(ROWS), applicant=ticked, decisions=decided)
        assert (one.total, scores.questions) == (47, ())


def test_staff_can_overrule_what_the_ledger_tells_but_not_a_printed_number() -> None:
    overruled = Decisions(points={("c1", "SIB"): dec(0)})
    one, scores = run(book(ROWS), applicant=child(marks=marks("KID")), enrolled=("N1",), decisions=overruled)
    assert [wish.total for wish in one.wishes] == [43, 43]
    assert not any("決定" in text for text in scores.warnings)
    printed = Decisions(points={("c1", "KID"): dec(9)})
    with pytest.raises(BadInput, match="3点と決まっています"):
        run(book(ROWS), applicant=child(marks=marks("KID")), decisions=printed)


def test_a_decision_about_a_row_that_is_not_ticked_is_told() -> None:
    one, scores = run(book(ROWS), decisions=Decisions(points={("c1", "STAFF"): dec(5)}))
    assert one.total == 40
    assert "c1 の「STAFF」の決定は、印がないため使っていません" in scores.warnings


def test_what_the_towns_text_leaves_open_is_told() -> None:
    _, scores = run(book(ROWS), applicant=child(marks=marks("VAGUE")))
    assert "受付番号 c1：「あいまい」の範囲は書かれていません" in scores.warnings


GROUPS = """\
groups: {lone: alternative, best: highest}
adjustments:
  - {code: LONE14, label: ひとり親・単独, scope: household, points: 14, exclusive: lone}
  - {code: LONE12, label: ひとり親・同居, scope: household, points: 12, exclusive: lone}
  - {code: THREE, label: 3点, scope: child, points: 3, exclusive: best}
  - {code: TWO, label: 2点, scope: child, points: 2, exclusive: best}
  - {code: FIVE, label: 5点, scope: wish, points: 5, exclusive: best}
"""


def test_of_alternatives_the_lower_one_counts_until_staff_choose() -> None:
    one, scores = run(book(GROUPS), home(marks=marks("LONE14", "LONE12")))
    assert (one.total, questions(scores)) == (52, [("points", "c1", "LONE14")])


def test_of_a_group_only_the_highest_counts_also_where_the_wish_brings_a_higher_one() -> None:
    ticked = child(marks=(*marks("THREE", "TWO"), Mark("FIVE", nursery="N2")))
    one, scores = run(book(GROUPS), applicant=ticked)
    assert (one.total, [wish.total for wish in one.wishes]) == (43, [43, 45])
    assert scores.questions == ()
    assert line_of(one, "TWO").why == "同じ区分の高いほうだけを数えます"
    assert line_of(one, "THREE", "N2").points == -3
    assert sum(line.points or 0 for line in lines_at(one, "N2") if line.counted) == 45


@pytest.mark.parametrize(
    ("cap", "total"),
    [
        ("{over: [adjustments], label: 上限, most: 8}", 48),
        ("{over: [total], label: 上限, most: 45}", 45),
        ("{over: [LONE, KID], label: 上限, most: 11}", 47),
        ("{over: [DOWN], label: 下限, least: -3}", 50),
        ("{over: [total], label: 上限, most: 100, least: 0}", 49),
    ],
)
def test_caps_limit_what_they_name(cap: str, total: int) -> None:
    ticked = child(marks=(*marks("KID"), Mark("DOWN", 2)))
    one, _ = run(book(ROWS + f"caps:\n  - {cap}\n"), home(marks=marks("LONE")), ticked)
    assert one.total == total
    assert sum(line.points or 0 for line in one.lines if line.counted and not line.nursery) == total


@pytest.mark.parametrize(("hours", "added"), [(160, 0), (100, 1), (48, 2)])
def test_a_second_reason_fills_up_to_the_parents_cap(hours: int, added: int) -> None:
    rules = book("""\
adjustments:
  - {code: SECOND, label: 2つ目, scope: parent, discretionary: true,
     cap_parent: 15, range: {least: 0, most: 2}}
""")
    parent = Guardian("mother", facts={"work_hours_month": hours}, marks=marks("SECOND"))
    decided = Decisions(points={("h1", "SECOND:mother"): dec(2)})
    one, _ = run(rules, home(guardians=(parent,)), decisions=decided)
    assert line_of(one, "SECOND").points == added
    assert one.total == (one.basic["mother"] or 0) + added


def test_a_fixed_total_overrides_everything_and_says_so() -> None:
    rules = book("""\
adjustments:
  - {code: SIB, label: きょうだい在園, scope: wish, points: 5, derive: sibling_enrolled_here}
  - {code: KID, label: 児童, scope: child, points: 3}
leave_extension: {effect: total_fixed, total: 1}
""")
    house = home(guardians=both(), leave_extension_ok=True)
    one, _ = run(rules, house, child(marks=marks("KID")), enrolled=("N1",))
    assert (one.total, [wish.total for wish in one.wishes]) == (1, [1, 1])
    assert line_of(one, "LEAVE_EXTENSION").points == -42
    assert not line_of(one, "SIB", "N1").counted
    one, _ = run(rules, home(), child(marks=marks("KID")), enrolled=("N1",))
    assert [wish.total for wish in one.wishes] == [48, 43]


def test_a_households_open_row_is_one_question_for_all_its_children() -> None:
    rules = book("""\
adjustments:
  - {code: OPEN, label: 適宜, scope: household, discretionary: true}
  - {code: SECOND, label: 2つ目, scope: parent, discretionary: true}
""")
    parent = Guardian("mother", facts={"work_hours_month": 160}, marks=marks("SECOND"))
    house = home(guardians=(parent,), marks=marks("OPEN"))
    scores = score(rules, applications((house,), (child("c1"), child("c2"))), on=APRIL)
    assert questions(scores) == [("points", "h1", "OPEN"), ("points", "h1", "SECOND:mother")]
    decided = Decisions(points={("h1", "OPEN"): dec(3), ("h1", "SECOND:mother"): dec(1)})
    scores = score(rules, applications((house,), (child("c1"), child("c2"))), decided, on=APRIL)
    assert [one.total for one in scores.children.values()] == [24, 24]
    assert scores.questions == ()
