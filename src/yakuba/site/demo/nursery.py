"""The nursery ledger of the demo city: invented applications with the shape of real demand.

Age 1 is short of seats, small nurseries end at age 2, families wish for what is near, about one child in ten
applies with a sibling, about one in twenty changes nursery. Families, not children, carry points, so that
twins are never ranked apart. The last key, 所得割額, differs from household to household: no ties are left,
unless ``ties=True`` leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from yakuba.nursery.domain.priority import Key
from yakuba.nursery.ledger.rows import ChildRow, ClassRow, KeyRule, LedgerRows, OverrideRow, class_id
from yakuba.site.demo import names
from yakuba.site.demo.city import DEGREES_PER_KM, City, Facility, make_city

AGE_SHARE = (22, 40, 16, 14, 5, 3)  # per cent of the applications
SEATS_PER_CHILD = (1.0, 0.78, 0.85, 1.05, 1.3, 1.5)  # age 1 is short
RULES = (
    KeyRule("基準指数"),
    KeyRule("調整指数"),
    KeyRule("きょうだい在園"),
    KeyRule("待機月数"),
    KeyRule("課税階層", ascending=True),
    KeyRule("所得割額（円）", ascending=True),
)
SIBLING_BONUS = 2  # position of きょうだい在園 among the keys
ENTRY = date(2027, 4, 1)  # 令和9年4月入所
LAST_BIRTH = date(2026, 10, 31)
PATTERN_WEIGHTS = {1: 10, 2: 10, 3: 5, 4: 20, 5: 35, 6: 5, 7: 15}
SUPPORT = "障害児"
SUPPORT_SHARE = 0.01
TRANSFER_SHARE = 0.06  # of those aged 1 or more: about one child in twenty


@dataclass(frozen=True, slots=True)
class _Home:
    """What the children of one household share."""

    number: str
    place: tuple[float, float]
    keys: tuple[Key, ...]
    near: tuple[str, ...]  # nurseries in the order in which this family likes them
    wishes: int
    elder_at: str | None  # the nursery of an elder sibling who does not apply


def make_ledger(
    children: int = 2500,
    nurseries: int = 80,
    wishes_up_to: int = 20,
    seed: int = 1,
    *,
    ties: bool = False,
    city: City | None = None,
) -> LedgerRows:
    """An invented ledger; the same arguments give the same rows. Raises ``ValueError`` for a size below 1."""
    if min(children, nurseries, wishes_up_to) < 1:
        raise ValueError("children, nurseries and wishes_up_to must be at least 1")
    random = Random(f"{seed}:{children}:{nurseries}:{wishes_up_to}")  # noqa: S311 - invented data, not a secret
    city = city or make_city(seed, nurseries=nurseries)
    sites = [site for site in city.facilities if site.kind != "office"][:nurseries]
    classes = _classes(sites, children, random)
    open_classes = {row.class_id for row in classes}
    taxes = random.sample(range(12 * children + 12), children)
    rows: list[ChildRow] = []
    overrides: list[OverrideRow] = []
    while len(rows) < children:
        home = _home(len(rows), sites, wishes_up_to, taxes[len(rows)], ties, random)
        size = min(_size(random), children - len(rows))
        rows += _members(home, size, len(rows), open_classes, random)
        overrides += _bonuses(home, rows[-size:])
    random.shuffle(rows)
    rules = RULES[:-1] if ties else RULES
    return LedgerRows(tuple(classes), tuple(rows), rules, tuple(sorted(overrides, key=lambda row: row.child)))


def _size(random: Random) -> int:
    """Children who apply together: about one child in ten has a sibling beside it."""
    chance = random.random()
    return 3 if chance < 0.004 else 2 if chance < 0.054 else 1


def _classes(sites: Sequence[Facility], children: int, random: Random) -> list[ClassRow]:
    rows = []
    weights = {
        site.code: random.uniform(0.6, 1.6) * (0.6 if site.kind == "small_nursery" else 1) for site in sites
    }
    for age in range(6):
        having = [site for site in sites if age <= 2 or site.kind == "nursery"]
        total = sum(weights[site.code] for site in having)
        seats = children * AGE_SHARE[age] / 100 * SEATS_PER_CHILD[age]
        for site in having:
            share = seats * weights[site.code] / total
            recruits = int(share) + (random.random() < share - int(share))
            rows.append(ClassRow(site.code, site.name, age, recruits))
            if age >= 3 and int(site.code) % 8 == 1:
                rows.append(ClassRow(site.code, site.name, age, 1, SUPPORT))
    return sorted(rows, key=lambda row: (row.nursery, row.age, row.track))


def _home(
    count: int, sites: Sequence[Facility], wishes_up_to: int, tax: int, ties: bool, random: Random
) -> _Home:
    near_site = random.choice(sites).point
    place = (near_site[0] + random.gauss(0, 0.006), near_site[1] + random.gauss(0, 0.005))
    liking = {site.code: _kilometres(place, site.point) * random.uniform(0.6, 1.5) for site in sites}
    near = tuple(sorted(liking, key=lambda code: liking[code]))
    base = random.choices((40, 39, 38, 36, 34, 30, 26, 20), (30, 12, 14, 12, 12, 10, 6, 4))[0]
    plus: Key = random.choices((0, 1, 2, 3, 5), (60, 15, 12, 9, 4))[0]
    if random.random() < 0.06:
        plus = Decimal(plus) + Decimal("0.5")
    waiting = max(0, int(random.expovariate(0.5)) - 1)
    keys: tuple[Key, ...] = (base, plus, 0, waiting, min(1 + tax // 700, 22))
    wishes = min(wishes_up_to, max(1, round(random.lognormvariate(1.55, 0.65))))
    elder_at = near[0] if random.random() < 0.12 else None
    return _Home(str(500001 + count), place, keys if ties else (*keys, tax * 100), near, wishes, elder_at)


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.hypot((one[0] - other[0]) / DEGREES_PER_KM[0], (one[1] - other[1]) / DEGREES_PER_KM[1])


def _members(home: _Home, size: int, count: int, open_classes: set[str], random: Random) -> list[ChildRow]:
    surname = random.choice(names.RARE_SURNAMES if random.random() < 0.02 else names.SURNAMES)
    pattern = random.choices(list(PATTERN_WEIGHTS), list(PATTERN_WEIGHTS.values()))[0] if size > 1 else None
    given = random.sample(names.GIVEN, size)
    ages = _ages(size, random)
    births = {age: _birth(age, random) for age in set(ages)}
    members = []
    for number, (age, name) in enumerate(zip(ages, given, strict=True)):
        support = age >= 3 and random.random() < SUPPORT_SHARE * 4
        track = SUPPORT if support and _open(home.near, age, SUPPORT, open_classes) else "一般"
        possible = _open(home.near, age, track, open_classes)
        current = None
        if age >= 1 and random.random() < TRANSFER_SHARE and len(possible) > 2:
            current = possible[random.randint(1, min(9, len(possible) - 1))]
        wishes = [code for code in possible if code != current][: home.wishes]
        if current in possible:  # nobody leaves for a nursery liked less than the present one
            wishes = [code for code in wishes if possible.index(code) < possible.index(current)]
        members.append(
            ChildRow(
                id=str(100001 + count + number),
                household=home.number,
                name=f"{surname[0]} {name[0]}",
                kana=f"{surname[1]} {name[1]}",
                birth=births[age],
                age=age,
                track=track,
                current=current,
                pattern=pattern,
                wishes=tuple(wishes),
                keys=home.keys,
            )
        )
    return members


def _ages(size: int, random: Random) -> list[int]:
    """Ages of siblings, eldest first; about one sibling pair in eight is twins."""
    if size == 1:
        return random.choices(range(6), AGE_SHARE)
    if random.random() < 0.125:
        return random.choices(range(6), AGE_SHARE) * size
    ages: set[int] = set()
    while len(ages) < size:
        ages.update(random.choices(range(6), AGE_SHARE))
    return sorted(ages, reverse=True)


def _birth(age: int, random: Random) -> date:
    """A birthday for an age class: classes go by the age on the day before 1 April."""
    first = date(ENTRY.year - age - 1, 4, 2)
    last = min(date(ENTRY.year - age, 4, 1), LAST_BIRTH)
    return first + timedelta(days=random.randint(0, (last - first).days))


def _open(near: Sequence[str], age: int, track: str, open_classes: set[str]) -> list[str]:
    return [code for code in near if class_id(code, age, track) in open_classes]


def _bonuses(home: _Home, members: Sequence[ChildRow]) -> list[OverrideRow]:
    """An elder sibling at a nursery raises the family there, and only there."""
    if home.elder_at is None:
        return []
    keys = (*home.keys[:SIBLING_BONUS], 1, *home.keys[SIBLING_BONUS + 1 :])
    return [OverrideRow(child.id, home.elder_at, keys) for child in members if home.elder_at in child.wishes]
