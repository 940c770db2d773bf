"""Published rule books as third-party data: every worked example against the rule books of the product."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from yakuba.nursery.domain.application import Applicant, Applications, Guardian, Household, OfferedClass
from yakuba.nursery.domain.market import Family, Market
from yakuba.nursery.domain.priority import rank
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.domain.scores.rulebook import Example, Rulebook, TieExample
from yakuba.nursery.domain.scores.score import average, score
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.rulebooks.examples import run_example, run_tie
from yakuba.nursery.rulebooks.load import load_builtin

LEAVE_TOTAL = "LEAVE_EXT_FIXED"  # the data's word for ticking the leave extension where it fixes the total


def problems(folder: Path) -> tuple[int, list[str]]:
    """(examples worked out, what did not come out)."""
    number, found = 0, []
    for place in sorted(folder.glob("*/examples.yaml")):
        facts = yaml.safe_load((place.parent / "municipality.yaml").read_text(encoding="utf-8"))
        cases = yaml.safe_load(place.read_text(encoding="utf-8"))
        book = load_builtin(facts["id"])
        for name, problem in _cases(book, facts, cases, place.parent):
            number += 1
            if problem:
                found.append(f"{book.id} {name}: {problem}")
    return number, found


def _cases(book: Rulebook, facts: Any, cases: Any, folder: Path) -> Iterator[tuple[str, str]]:
    for case in cases.get("examples", []):
        yield case["id"], _points(book, case) if "father" in case else _sixth_wish(book)
    for case in cases.get("rank_examples", []):
        yield case["id"], _rank(book, case)
    for case in cases.get("sibling_average_examples", []):
        yield case["id"], _average(case)
    for case in cases.get("tie_examples", []):
        yield case["id"], _tie(book, facts, case)
    for case in cases.get("allocation_examples", []):
        yield case["id"], _allocation(book, cases["allocation_families"], case, folder)


def _exact(value: Any) -> Any:
    """Floats and integers as decimals, all the way down; booleans stay."""
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _points(book: Rulebook, case: Any) -> str:
    marks = [code for code in case["adjust"] if code != LEAVE_TOTAL]
    given = {who: _exact(case[who]) for who in ("father", "mother") if case[who]}
    given["household"] = {
        "rows": case.get("household_rows", []),
        "leave_extension_ok": LEAVE_TOTAL in case["adjust"],
    }
    given |= {"marks": marks, "child": _child(book, marks)}
    result = run_example(book, Example(case["id"], "constructed", given, _exact(case["expect"])))
    return "" if result.ok else str(result)


def _child(book: Rulebook, marks: list[str]) -> dict[str, Any]:
    """An age and a kind of application at which the ticked rows may count."""
    child: dict[str, Any] = {}
    for row in (book.adjustment(code) for code in marks):
        if row is None:
            continue
        if row.ages:
            child["age"] = next(age for age in (1, 2, 3) if all(b.holds(age) for b in row.ages))
        if row.kinds and "entry" not in row.kinds:
            child["kind"] = row.kinds[0]
    return child


def _rank(book: Rulebook, case: Any) -> str:
    given: dict[str, Any] = {
        "father": {"rows": [f"RANK_{case['father_rank']}"]},
        "mother": {"rows": [f"RANK_{case['mother_rank']}"]},
        "marks": ["OUTSIDE"] if case.get("outside_city") else [],
        "household": {"leave_extension_ok": bool(case.get("leave_extension"))},
    }
    result = run_example(book, Example(case["id"], "constructed", given, {"rank": case["household_rank"]}))
    return "" if result.ok else str(result)


def _average(case: Any) -> str:
    mean, other = average(_exact(case["siblings"])), Decimal(case["against"]["only_child"])
    expected = "equal" if "equal" in case["expect"] else "only_child first"
    got = "equal" if mean == other else "only_child first" if other > mean else "siblings first"
    return "" if got == expected and mean == case["family_average"] else f"{mean} against {other}: {got}"


def _tie(book: Rulebook, facts: Any, case: Any) -> str:
    theirs = {step["key"]: step for step in (*facts.get("tie_break", []), *facts.get("order", []))}
    sides = [_side(book, theirs, case[side]) for side in ("a", "b")]
    first = "tie" if case["first"] == "staff" else case["first"]
    result = run_tie(book, TieExample(case["id"], "constructed", sides[0], sides[1], first))
    decided = case.get("decided_by")
    expected = book.tie_break[decided - 1].key if isinstance(decided, int) else None
    if expected and result.found.get("decided_by") != expected:
        return f"decided by {result.found.get('decided_by')}, expected {expected}"
    return "" if result.ok else str(result)


def _side(book: Rulebook, theirs: Mapping[str, Any], values: Any) -> dict[str, Any]:
    """One child's values; a category is the same place in the order of both books."""
    own = {step.key: step for step in book.tie_break}
    found: dict[str, Any] = {}
    for key, value in _exact(values).items():
        places = theirs.get(key, {}).get("categories", [])
        if value in places:
            value = own[key].categories[places.index(value)].id
        found["total" if key == "adjustment_points" else key] = value
    return found


def _sixth_wish(book: Rulebook) -> str:
    """大田区: 23 points at the sixth wish come before 22 points at the first wish of the same nursery."""
    many, one = tuple(f"N{i}" for i in (2, 3, 4, 5, 6, 1)), ("N1",)
    points = {"h1": Decimal(23), "h2": Decimal(22)}
    homes = {
        home: Household(home, (Guardian("mother", rows=("TABLE",)), Guardian("father", rows=("ABSENT9",))))
        for home in points
    }
    children = (Applicant("c1", "h1", "", 1, many), Applicant("c2", "h2", "", 1, one))
    decided = Decisions(points={(home, "TABLE"): value - 11 for home, value in points.items()})
    scores = score(book, Applications((), homes, children), decided, on=date(2024, 4, 1))
    better = scores.children["c1"].wishes[5], scores.children["c2"].wishes[0]
    shown = [str(wish.total) for wish in better]
    return "" if better[0].keys > better[1].keys and shown == ["23", "22"] else f"totals {shown}"


def _allocation(book: Rulebook, families: Any, case: Any, folder: Path) -> str:
    """Points, wish rank and number tag to keys, keys to a market, the market to places."""
    market = json.loads((folder / case["market"]).read_text(encoding="utf-8"))
    expected = json.loads((folder / case["expected"]).read_text(encoding="utf-8"))["assignment"]
    applications = _round(families, market["capacity"])
    scores = score(book, applications, on=date(2026, 4, 1))
    totals = {child: one.total for child, one in scores.children.items()}
    if totals != {row["child"]: row["points"] for row in families}:
        return f"totals {totals}"
    wanted: dict[str, list[str]] = defaultdict(list)
    keys = {}
    for child in applications.applicants:
        for wish in scores.children[child.id].wishes:
            wanted[wish.nursery].append(child.id)
            keys[child.id, wish.nursery] = wish.keys
    homes = {child.id: child.household for child in applications.applicants}
    ranking = rank(wanted, lambda child, place: keys[child, place], homes, dict.fromkeys(homes))
    if ranking.ties or ranking.priority != {k: tuple(v) for k, v in market["priority"].items()}:
        return f"order {dict(ranking.priority)}"
    own = tuple(
        Family(child.household, (child.id,), (None,), tuple((place,) for place in child.wishes))
        for child in applications.applicants
    )
    result = allocate(Market(market["capacity"], ranking.priority, own)).result
    return "" if result.assignment == expected else f"{dict(result.assignment)}"


def _round(families: Any, capacity: Mapping[str, int]) -> Applications:
    hours = {20: (7, 7), 18: (7, 5), 16: (5, 5)}  # outside the home, 20 days: 10, 8 points a parent
    homes, children = {}, []
    for row in families:
        parents = tuple(
            Guardian(who, facts={"work_place": "outside", "work_hours_day": h, "work_days_month": 20})
            for who, h in zip(("father", "mother"), hours[row["points"]], strict=True)
        )
        homes[row["family"]] = Household(row["family"], parents, {"lottery_number": row["number_tag"]})
        children.append(Applicant(row["child"], row["family"], "", 1, tuple(row["wishes"])))
    classes = tuple(OfferedClass(name, name, 1, seats) for name, seats in capacity.items())
    return Applications(classes, homes, tuple(children))
