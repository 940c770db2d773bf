"""Whatever the applications are: order does not matter, the trace adds up, more points never hurt."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.nursery.domain.application import Applicant, Applications, Guardian, Household, Mark
from yakuba.nursery.domain.scores.changes import compare
from yakuba.nursery.domain.scores.result import Decisions, Scores
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.domain.scores.words import formula, render
from yakuba.nursery.rulebooks.load import load_builtin

BOOK = load_builtin("shiomi")
NURSERIES = ("N1", "N2", "N3")
NO_GROUP = [
    row
    for row in BOOK.adjustments
    if row.exclusive is None and row.points is not None and row.derive is None and row.scope != "wish"
]
LOWER = load_builtin("settsu")
ROWS = ("ILL_HOSP", "ILL_OUT", "DIS_MID", "CARE_PART", "JOB", "PLANNED")


@st.composite
def guardians(draw: st.DrawFn) -> tuple[Guardian, ...]:
    found = []
    for who in draw(st.lists(st.sampled_from(("father", "mother")), unique=True, max_size=2)):
        hours = draw(st.none() | st.integers(0, 220))
        facts: dict[str, Any] = {} if hours is None else {"work_hours_month": hours}
        rows = tuple(draw(st.lists(st.sampled_from(ROWS), unique=True, max_size=2)))
        found.append(Guardian(who, facts=facts, rows=rows))
    return tuple(found)


@st.composite
def rounds(draw: st.DrawFn) -> Applications:
    homes, children, enrolled = {}, [], {}
    for h in range(draw(st.integers(1, 4))):
        home = f"h{h}"
        facts: dict[str, Any] = {"preschool_children_count": draw(st.integers(0, 4))}
        if draw(st.booleans()):
            facts["municipal_income_tax_total"] = draw(st.integers(0, 300_000))
        codes = draw(
            st.lists(st.sampled_from([row.code for row in BOOK.adjustments]), max_size=4, unique=True)
        )
        by_scope: dict[str, list[Mark]] = {"household": [], "parent": [], "child": [], "wish": []}
        for code in codes:
            row = BOOK.adjustment(code)
            assert row is not None
            times = draw(st.integers(1, 4)) if row.per == "times" else 1
            by_scope[row.scope].append(Mark(code, times))
        homes[home] = Household(
            home,
            draw(guardians()),
            facts,
            marks=tuple(by_scope["household"] + by_scope["parent"]),
            leave_extension_ok=draw(st.booleans()),
        )
        if draw(st.booleans()):
            enrolled[home] = (draw(st.sampled_from(NURSERIES)),)
        for c in range(draw(st.integers(1, 2))):
            wishes = draw(st.lists(st.sampled_from(NURSERIES), min_size=1, unique=True))
            own = tuple(by_scope["child"] + by_scope["wish"]) if c == 0 else ()
            birth = date(2025, draw(st.integers(5, 6)), 1)
            children.append(Applicant(f"{home}{c}", home, "", 1, tuple(wishes), birth=birth, marks=own))
    return Applications((), homes, tuple(children), siblings_enrolled=enrolled)


def scored(round_: Applications) -> Scores:
    return score(BOOK, round_, on=date(2027, 4, 1))


@given(rounds(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_applications_changes_nothing(round_: Applications, random: Any) -> None:
    children, homes = list(round_.applicants), list(round_.households.items())
    random.shuffle(children)
    random.shuffle(homes)
    shuffled = Applications((), dict(homes), tuple(children), siblings_enrolled=round_.siblings_enrolled)
    one, other = scored(round_), scored(shuffled)
    assert one.children == other.children
    assert set(one.questions) == set(other.questions)
    assert set(one.warnings) == set(other.warnings)


@given(rounds())
@settings(max_examples=60, deadline=None)
def test_the_counted_lines_of_the_trace_add_up_to_every_total(round_: Applications) -> None:
    result = scored(round_)
    for child in result.children.values():
        assert child.total == _sum(child.lines, None)
        for wish in child.wishes:
            assert wish.total == _sum(child.lines, wish.nursery)
            assert formula(BOOK, child, wish.nursery).endswith(f"＝{wish.total}")
        for line in child.lines:
            assert line.counted or line.why
            assert not line.counted or not line.why
        assert render(BOOK, result, child.child)


def _sum(lines: Any, nursery: str | None) -> Decimal:
    return sum(
        (line.points or Decimal(0) for line in lines if line.counted and line.nursery in (None, nursery)),
        Decimal(0),
    )


@given(rounds(), st.sampled_from([row for row in NO_GROUP if (row.points or 0) > 0]))
@settings(max_examples=60, deadline=None)
def test_a_further_positive_row_never_lowers_a_total(round_: Applications, row: Any) -> None:
    before = scored(round_)
    homes = {
        id_: Household(
            id_,
            home.guardians,
            home.facts,
            marks=(*home.marks, Mark(row.code)),
            leave_extension_ok=home.leave_extension_ok,
        )
        for id_, home in round_.households.items()
    }
    after = scored(Applications((), homes, round_.applicants, siblings_enrolled=round_.siblings_enrolled))
    for id_, child in before.children.items():
        assert after.children[id_].total >= child.total
        pairs = zip(child.wishes, after.children[id_].wishes, strict=True)
        assert all(new.total >= old.total for old, new in pairs)


@given(rounds())
@settings(max_examples=30, deadline=None)
def test_a_version_compared_with_itself_changes_nobody(round_: Applications) -> None:
    changes = compare(round_, scored(round_), scored(round_))
    assert (changes.children, changes.unchanged) == ((), len(round_.applicants))


@given(st.integers(0, 250), st.integers(0, 250))
@settings(max_examples=60, deadline=None)
def test_the_lower_parent_never_gives_more_than_either(father: int, mother: int) -> None:
    parents = tuple(
        Guardian(who, facts={"work_hours_month": hours})  # type: ignore[arg-type]  # both are relations
        for who, hours in (("father", father), ("mother", mother))
    )
    round_ = Applications((), {"h": Household("h", parents)}, (Applicant("c", "h", "", 1, ("N1",)),))
    child = score(LOWER, round_, Decisions(), on=date(2026, 4, 1)).children["c"]
    assert child.total == min(value for value in child.basic.values() if value is not None)
