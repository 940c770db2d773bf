"""Seeded markets for tests: tiny ones for the oracle, a town-sized one for the second solver."""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]
FORMAT = "yakuba.nursery.market/1"


def tiny(seed: int) -> Json:
    """Two to five families, two to four classes; twins, siblings, transfers, partial wishes."""
    rng = random.Random(seed)
    tight = seed % 2 == 1  # every second market: more siblings, scarcer seats
    classes = [f"{k}-0" for k in range(1, rng.randint(2, 3 if tight else 4) + 1)]
    families: list[Json] = []
    holders: dict[str, list[str]] = {c: [] for c in classes}
    serial = 0
    for at in range(rng.randint(3, 6) if tight else rng.randint(2, 5)):
        size = rng.choice([1, 2, 2] if tight else [1, 1, 1, 2, 2, 3] if at < 3 else [1, 1, 2])
        children = [f"c{serial + k}" for k in range(size)]
        serial += size
        current: list[str | None] = [None] * size
        for k in range(size):
            if rng.random() < 0.15:
                current[k] = rng.choice(classes)
                holders[str(current[k])].append(children[k])
        families.append({"id": f"f{at}", "children": children, "current": current, "wishes": []})
    for family in families:
        for _ in range(rng.randint(0 if rng.random() < 0.1 else 1, 3 if tight else 4)):
            together = rng.random() < 0.4
            one = rng.choice(classes)
            wish = [one if together else rng.choice(classes) for _ in family["children"]]
            if rng.random() < 0.25:
                wish[rng.randrange(len(wish))] = None
            family["wishes"].append(wish)
    children = [child for family in families for child in family["children"]]
    capacity, priority = {}, {}
    for c in classes:
        capacity[c] = len(holders[c]) + rng.choice([1, 1, 2] if tight else [0, 1, 1, 1, 2])
        rest = [child for child in children if child not in holders[c]]
        rng.shuffle(rest)
        rng.shuffle(holders[c])
        priority[c] = holders[c] + rest
    return {"format": FORMAT, "capacity": capacity, "priority": priority, "families": families}


def shuffled(market: Json, seed: int) -> Json:
    """The same market with families and keys in another order."""
    rng = random.Random(seed)
    families = list(market["families"])
    names = list(market["capacity"])
    rng.shuffle(families)
    rng.shuffle(names)
    return {
        "families": families,
        "priority": {c: market["priority"][c] for c in reversed(names)},
        "capacity": {c: market["capacity"][c] for c in names},
        "format": market["format"],
    }


def town(
    seed: int, children: int, nurseries: int, wishes: int = 8, *, siblings: float = 0.1, apart: bool = False
) -> Json:
    """A town: several ages, siblings, twins, transfers; demand a third above supply.

    ``apart``: every child has a score of its own, so that siblings are ranked apart.
    """
    rng = random.Random(seed)
    ages = range(6)
    quality = {n: rng.random() for n in range(1, nurseries + 1)}
    families: list[Json] = []
    score: dict[str, float] = {}
    age_of: dict[str, int] = {}
    holders: dict[str, list[str]] = {}
    while len(score) < children:
        family, own = _family(rng, len(families), len(score), wishes, quality, siblings)
        base = rng.random()
        for child in family["children"]:
            score[child] = rng.random() if apart else base
        age_of.update(own)
        for child, seat in zip(family["children"], family["current"], strict=True):
            if seat is not None:
                holders.setdefault(seat, []).append(child)
        families.append(family)
    classes = [f"{n}-{a}" for n in quality for a in ages]
    per_class = max(1, round(0.75 * children / len(classes)))
    asked: dict[str, set[str]] = {c: set() for c in classes}
    for family in families:
        for wish in [family["current"], *family["wishes"]]:
            for child, seat in zip(family["children"], wish, strict=True):
                if seat is not None:
                    asked[seat].add(child)
    priority, capacity = {}, {}
    for c in classes:
        held = holders.get(c, [])
        bonus = {child: score[child] + 0.15 * rng.random() for child in sorted(asked[c])}
        rest = sorted(set(bonus) - set(held), key=lambda child: (-bonus[child], child))
        priority[c] = sorted(held) + rest
        capacity[c] = len(held) + max(0, per_class + rng.choice([-2, -1, 0, 0, 1, 2]))
    return {"format": FORMAT, "capacity": capacity, "priority": priority, "families": families}


def _family(
    rng: random.Random, at: int, serial: int, wishes: int, quality: dict[int, float], siblings: float
) -> tuple[Json, dict[str, int]]:
    size = 2 if rng.random() < siblings else 1
    names = [f"c{serial + k:05d}" for k in range(size)]
    ages = [rng.choice([0, 1, 1, 1, 2, 2, 3, 4, 5]) for _ in range(size)]
    if size == 2 and rng.random() < 0.3:
        ages[1] = ages[0]
    count = rng.randint(1, wishes)
    ranked = sorted(quality, key=lambda n: -(quality[n] * 0.5 + rng.random()))[:count]
    placements: list[list[str | None]] = [[f"{n}-{a}" for a in ages] for n in ranked]
    if size == 2:
        mixed = [(a, b) for a in ranked for b in ranked if a != b]
        rng.shuffle(mixed)
        placements += [[f"{a}-{ages[0]}", f"{b}-{ages[1]}"] for a, b in mixed[:wishes]]
        if rng.random() < 0.3:
            placements += [[f"{ranked[0]}-{ages[0]}", None]]
    current: list[str | None] = [None] * size
    if rng.random() < 0.05:
        spot = rng.choice(list(quality))
        current = [f"{spot}-{a}" for a in ages]
        placements = [p for p in placements if p != current and None not in p]
    family = {"id": f"f{at:05d}", "children": names, "current": current, "wishes": placements}
    return family, dict(zip(names, ages, strict=True))
