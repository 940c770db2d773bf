"""与那原町's two printed allocations, from points to places: points, then wish rank, then number tag."""

from collections import defaultdict
from datetime import date

import pytest

from yakuba.nursery.domain.application import Applicant, Applications, Guardian, Household
from yakuba.nursery.domain.market import Family, Market
from yakuba.nursery.domain.priority import rank
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.rulebooks.load import load_builtin

# child: points, number tag, wishes
CHILDREN = {
    "c1": (20, 120, "AB"),
    "c2": (20, 550, "A"),
    "c3": (20, 589, "BAC"),
    "c4": (18, 10, "AD"),
    "c5": (18, 420, "CA"),
    "c6": (18, 458, "ABC"),
    "c7": (16, 58, "D"),
    "c8": (16, 230, "BC"),
}
HOURS = {20: (7, 7), 18: (7, 5), 16: (5, 5)}  # outside the home on 20 days a month: 10 and 8 points
QUEUES = {
    "A": ("c1", "c2", "c3", "c4", "c6", "c5"),
    "B": ("c3", "c1", "c6", "c8"),
    "C": ("c3", "c5", "c6", "c8"),
    "D": ("c4", "c7"),
}


def _round() -> Applications:
    homes, children = {}, []
    for child, (points, tag, wishes) in CHILDREN.items():
        parents = tuple(
            Guardian(who, facts={"work_place": "outside", "work_hours_day": h, "work_days_month": 20})  # type: ignore[arg-type]
            for who, h in zip(("father", "mother"), HOURS[points], strict=True)
        )
        homes[f"f{child}"] = Household(f"f{child}", parents, {"lottery_number": tag})
        children.append(Applicant(child, f"f{child}", "", 1, tuple(wishes)))
    return Applications((), homes, tuple(children))


@pytest.mark.parametrize(
    ("seats", "placed"),
    [
        ({"A": 0, "B": 1, "C": 0, "D": 0}, {"c3": "B"}),
        ({"A": 3, "B": 2, "C": 0, "D": 0}, {"c1": "A", "c2": "A", "c4": "A", "c3": "B", "c6": "B"}),
    ],
)
def test_the_printed_allocation_comes_out_child_by_child(
    seats: dict[str, int], placed: dict[str, str]
) -> None:
    round_ = _round()
    scores = score(load_builtin("yonabaru"), round_, on=date(2026, 4, 1))
    assert {id_: one.total for id_, one in scores.children.items()} == {
        id_: points for id_, (points, _, _) in CHILDREN.items()
    }
    wanted = defaultdict(list)
    keys = {}
    for id_, one in scores.children.items():
        for wish in one.wishes:
            wanted[wish.nursery].append(id_)
            keys[id_, wish.nursery] = wish.keys
    homes = {one.id: one.household for one in round_.applicants}
    ranking = rank(wanted, lambda child, place: keys[child, place], homes, {})
    assert (ranking.priority, ranking.ties) == (QUEUES, ())
    families = tuple(
        Family(one.household, (one.id,), (None,), tuple((place,) for place in one.wishes))
        for one in round_.applicants
    )
    result = allocate(Market(seats, ranking.priority, families)).result
    assert result.assignment == {child: placed.get(child) for child in CHILDREN}
    assert result.unique
