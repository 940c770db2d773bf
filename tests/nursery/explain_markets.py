"""Small and large markets with assignments for the explanation tests, independent of the product."""

from __future__ import annotations

import itertools
import random
from typing import Any

Market = dict[str, Any]
Result = dict[str, Any]


def market_of(
    random_: random.Random,
    *,
    families: int,
    classes: int,
    wishes: int,
    seats: int = 3,
    siblings: float = 0.3,
    transfers: float = 0.2,
    keys: bool = True,
) -> Market:
    """A market whose priorities follow two keys and a lottery by household, as a ledger makes them."""
    names = [f"{number}-{number % 3}" for number in range(classes)]
    capacity = {name: random_.randint(0, seats) for name in names}
    rows: list[dict[str, Any]] = []
    scores: dict[str, list[int | str]] = {}
    special: dict[str, dict[str, list[int | str]]] = {}
    home: dict[str, str] = {}
    draw: dict[str, tuple[int, str]] = {}
    for number in range(families):
        size = 1 if random_.random() > siblings else random_.choice([2, 2, 3])
        children = [f"c{number}_{place}" for place in range(size)]
        luck = random_.randrange(10**9)
        current: list[str | None] = []
        for child in children:
            scores[child] = [random_.randint(30, 34), random_.choice(["-1.5", "0", "2"])]
            draw[child] = (luck, child)
            here = random_.choice(names) if random_.random() < transfers else None
            current.append(here)
            if here is not None:
                home[child] = here
                capacity[here] += 1
        asked = _wishes_of(random_, names, size, wishes, current)
        for child in children:
            if random_.random() < 0.2:
                special[child] = {random_.choice(names): [random_.randint(30, 36), "1"]}
        rows.append({"id": f"f{number}", "children": children, "current": current, "wishes": asked})

    def keys_at(child: str, name: str) -> tuple[float, ...]:
        return tuple(-float(key) for key in special.get(child, {}).get(name, scores[child]))

    listed: dict[str, set[str]] = {name: set() for name in names}
    for row in rows:
        for placement in [*row["wishes"], row["current"]]:
            for child, name in zip(row["children"], placement, strict=True):
                if name is not None:
                    listed[name].add(child)
    priority = {
        name: sorted(inside, key=lambda child: (home.get(child) != name, keys_at(child, name), draw[child]))
        for name, inside in listed.items()
    }
    market: Market = {
        "format": "yakuba.nursery.market/1",
        "capacity": capacity,
        "priority": priority,
        "families": rows,
    }
    if keys:
        market["keys"] = {"names": ["指数", "同点のときの順"], "children": scores, "wishes": special}
        market["lottery"] = {
            "seed": 7,
            "method": "sha256",
            "groups": [sorted(draw, key=lambda child: draw[child])],
        }
    return market


def _wishes_of(
    random_: random.Random, names: list[str], size: int, most: int, current: list[str | None]
) -> list[list[str | None]]:
    liked = random_.sample(names, min(len(names), random_.randint(1, most)))
    if size == 1:
        tuples: list[list[str | None]] = [[name] for name in liked]
    else:
        tuples = [[name] * size for name in liked]
        mixed = [list(mix) for mix in itertools.islice(itertools.product([*liked, None], repeat=size), 40)]
        tuples += [mix for mix in mixed if mix not in tuples and any(mix)]
        tuples = tuples[: max(1, most * 2)]
    if current in tuples:
        tuples = tuples[: tuples.index(current)]
    return tuples


def possible(
    market: Market, assignment: dict[str, str | None], family: dict[str, Any], wish: list[str | None]
) -> bool:
    """The definition of blocking, word for word."""
    for name in {seat for seat in wish if seat is not None}:
        queue = market["priority"][name]
        asked = [child for child, seat in zip(family["children"], wish, strict=True) if seat == name]
        worst = max(queue.index(child) for child in asked)
        above = [
            child for child in queue[:worst] if assignment[child] == name and child not in family["children"]
        ]
        if len(above) + len(asked) > market["capacity"][name]:
            return False
    return True


def blocking(market: Market, assignment: dict[str, str | None]) -> list[str]:
    """Families that could take a better wish."""
    found = []
    for family in market["families"]:
        got = [assignment[child] for child in family["children"]]
        better = (
            family["wishes"][: family["wishes"].index(got)] if got in family["wishes"] else family["wishes"]
        )
        if any(possible(market, assignment, family, wish) for wish in better):
            found.append(family["id"])
    return found


def deferred_acceptance(market: Market) -> Result:
    """Children propose in turn; for families with one child each."""
    rank = {name: {child: at for at, child in enumerate(queue)} for name, queue in market["priority"].items()}
    wishes = {
        row["children"][0]: [wish[0] for wish in row["wishes"]] + row["current"] for row in market["families"]
    }
    inside: dict[str, list[str]] = {name: [] for name in market["capacity"]}
    step = dict.fromkeys(wishes, 0)
    free = list(wishes)
    while free:
        child = free.pop()
        name = wishes[child][step[child]]
        if name is None:
            continue
        inside[name].append(child)
        if len(inside[name]) > market["capacity"][name]:
            out = max(inside[name], key=rank[name].__getitem__)
            inside[name].remove(out)
            step[out] += 1
            free.append(out)
    return result_of(market, {child: wishes[child][step[child]] for child in wishes})


def any_assignment(market: Market, random_: random.Random) -> Result:
    """Some assignment within capacity where every family gets a wish or keeps what it has."""
    left = dict(market["capacity"])
    assignment: dict[str, str | None] = {}
    for family in market["families"]:
        for child, seat in zip(family["children"], family["current"], strict=True):
            assignment[child] = seat
            if seat is not None:
                left[seat] -= 1
    for family in random_.sample(market["families"], len(market["families"])):
        for wish in [*family["wishes"]][random_.choice([0, 0, 0, 1]) :]:
            trial = dict(left)
            for old, new in zip(family["current"], wish, strict=True):
                if old is not None:
                    trial[old] += 1
                if new is not None:
                    trial[new] -= 1
            if min(trial.values()) >= 0:
                left = trial
                assignment.update(zip(family["children"], wish, strict=True))
                break
    return result_of(market, assignment)


def best_by_search(market: Market) -> Result:
    """Fewest blocking families over every assignment within capacity (tiny markets only)."""
    best: Result | None = None
    choices = [[*family["wishes"], family["current"]] for family in market["families"]]
    for pick in itertools.product(*choices):
        assignment: dict[str, str | None] = {}
        for family, placement in zip(market["families"], pick, strict=True):
            assignment.update(zip(family["children"], placement, strict=True))
        seats = list(assignment.values())
        if any(seats.count(name) > most for name, most in market["capacity"].items()):
            continue
        result = result_of(market, assignment)
        if best is None or len(result["blocking_families"]) < len(best["blocking_families"]):
            best = result
    assert best is not None
    return best


def result_of(market: Market, assignment: dict[str, str | None]) -> Result:
    """A result that declares exactly the families that block."""
    named = blocking(market, assignment)
    return {
        "format": "yakuba.nursery.result/1",
        "status": "minimal" if named else "stable",
        "unique": None,
        "assignment": assignment,
        "blocking_families": named,
        "blocking_lower_bound": len(named),
    }
