"""What changes between two versions: totals, rows, places, and counts of children."""

from dataclasses import replace

import pytest

from tests.nursery.domain.scores.helpers import APRIL, applications, book, child, guardian, home, marks
from yakuba.nursery.domain.scores.changes import RowChange, compare
from yakuba.nursery.domain.scores.score import score

OLD = book("""\
adjustments:
  - {code: LONE, label: ひとり親, scope: household, points: 10}
  - {code: GONE, label: 廃止, scope: child, points: 1}
  - {code: SIB, label: きょうだい, scope: wish, points: 5, derive: sibling_enrolled_here}
tie_break:
  - {key: tax, direction: lower_first, label: 税額}
""")
NEW = book("""\
adjustments:
  - {code: LONE, label: ひとり親, scope: household, points: 12}
  - {code: GONE, label: 廃止, scope: child, points: 0}
  - {code: SIB, label: きょうだい, scope: wish, points: 3, derive: sibling_enrolled_here}
tie_break:
  - {key: tax, direction: more_first, label: 税額}
""")
HOMES = (
    home("lone", (guardian("mother", 160),), facts={"tax": 1}, marks=marks("LONE")),
    home("pair", (guardian("mother", 160), guardian("father", 48)), facts={"tax": 2}),
    home("calm", (guardian("mother", 160), guardian("father", 160)), facts={"tax": 3}),
    home("same", (guardian("mother", 160), guardian("father", 160)), facts={"tax": 4}),
)
CHILDREN = (
    child("a", "lone", "N1"),
    child("b", "pair", "N1", marks=marks("GONE")),
    child("c", "calm", "N2"),
    child("d", "same", "N2", "N3"),
)
ROUND = applications(HOMES, CHILDREN, {"same": ("N3",)})


def test_each_childs_rows_totals_and_places_are_compared() -> None:
    changes = compare(ROUND, score(OLD, ROUND, on=APRIL), score(NEW, ROUND, on=APRIL))
    found = {one.child: one for one in changes.children}
    lone, pair, calm, same = found["a"], found["b"], found["c"], found["d"]
    assert (lone.old_total, lone.new_total, lone.rescored) == (30, 32, True)
    assert lone.rows == (RowChange("household", "LONE", "ひとり親", None, 10, 12),)  # type: ignore[arg-type]
    assert [(wish.old_place, wish.new_place) for wish in lone.wishes] == [(1, 1)]  # 30/1 before 30/2
    assert (pair.rows[0].old, pair.rows[0].new, pair.moved) == (1, 0, False)
    assert (calm.old_total, calm.new_total, calm.rescored, calm.moved) == (40, 40, False, True)
    assert [(wish.old_place, wish.new_place) for wish in calm.wishes] == [(1, 2)]
    assert [(wish.old_place, wish.new_place) for wish in same.wishes] == [(2, 1), (1, 1)]
    assert (same.old_total, same.new_total, same.rescored) == (40, 40, True)  # one wish alone lost points
    assert same.rows == (RowChange("wish", "SIB", "きょうだい", "N3", 5, 3),)  # type: ignore[arg-type]
    assert (changes.higher, changes.lower, changes.moved_up, changes.moved_down) == (1, 1, 1, 1)
    assert (changes.unchanged, changes.old_asked, changes.new_asked) == (0, 0, 0)
    assert changes.summary().startswith("4人のうち、指数が上がる児童1人、下がる児童1人")


def test_a_row_that_only_one_version_counts_is_named_with_nothing_on_the_other_side() -> None:
    without = replace(NEW, adjustments=NEW.adjustments, sha256="b" * 64)
    decided = applications(HOMES, (child("a", "lone", "N1"),))
    no_tick = applications((replace(HOMES[0], marks=()),), (child("a", "lone", "N1"),))
    changes = compare(decided, score(OLD, decided, on=APRIL), score(without, no_tick, on=APRIL))
    assert changes.children[0].rows == (RowChange("household", "LONE", "ひとり親", None, 10, None),)  # type: ignore[arg-type]
    assert changes.new == f"test {'b' * 12}"


def test_equal_keys_share_a_place_and_who_holds_a_seat_comes_first() -> None:
    homes = tuple(home(f"h{i}", facts={"tax": 1}) for i in range(3))
    children = (
        child("a", "h0", "N1"),
        child("b", "h1", "N1"),
        child("c", "h2", "N1", kind="continue", current="N1"),
    )
    round_ = applications(homes, children)
    moved = applications((*homes[:2], replace(homes[2], facts={"tax": 9})), children)
    changes = compare(round_, score(OLD, round_, on=APRIL), score(NEW, moved, on=APRIL))
    assert changes.children == ()
    better = applications((replace(homes[0], facts={"tax": 5}), *homes[1:]), children)
    changes = compare(round_, score(OLD, round_, on=APRIL), score(NEW, better, on=APRIL))
    assert [(one.child, one.wishes[0].old_place, one.wishes[0].new_place) for one in changes.children] == [
        ("b", 2, 3)
    ]


def test_two_rounds_of_different_children_cannot_be_compared() -> None:
    other = applications(HOMES, CHILDREN[:2])
    with pytest.raises(ValueError, match="same children"):
        compare(ROUND, score(OLD, ROUND, on=APRIL), score(NEW, other, on=APRIL))
