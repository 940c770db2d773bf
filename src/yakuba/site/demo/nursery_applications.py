"""Applications of the demo city, before points: the families of the demo ledger with invented facts.

Nurseries, children, wishes, transfers and siblings are those of ``make_ledger`` with the same arguments, so
that both files tell of the same ward; the facts fit its points (a family of 40 points works full time twice).
Codes are those of the demo rule book ``shiomi``: ``BASIC_ROWS``, ``MARKS``. Siblings at a wish, siblings
together, multiple birth and leave extension are not marked: the score engine derives them from the facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from yakuba.nursery.domain.application import (
    Applicant,
    Applications,
    Fact,
    Guardian,
    Household,
    Mark,
    OfferedClass,
)
from yakuba.nursery.ledger.rows import GENERAL, ChildRow, LedgerRows
from yakuba.site.demo import names
from yakuba.site.demo.nursery import ENTRY, make_ledger

BASIC_ROWS = ("JOB", "BIRTH", "ILL_HOSP", "ILL_HOME", "CARE", "DIS", "DISASTER")
MARKS = {
    "household": ("LONE", "WELFARE"),
    "parent": ("POSTED",),
    "child": ("UNLICENSED", "WAITED", "DECLINED", "CHILD_SUPPORT"),
}
FIRST_DAY, LAST_DAY = date(2026, 10, 13), date(2026, 11, 30)
# 基準指数 of the demo ledger → hours a month of the second parent; the first works full time
HOURS = {
    40: (160, 184),
    39: (150, 159),
    38: (140, 149),
    36: (120, 139),
    34: (100, 119),
    30: (80, 99),
    26: (64, 79),
}
_BY_PAPER = ("BIRTH", "BIRTH", "BIRTH", "ILL_HOSP", "ILL_HOME", "CARE", "DIS", "DIS")
_REASON = {
    "JOB": "job_seeking",
    "BIRTH": "childbirth",
    "ILL_HOSP": "illness",
    "ILL_HOME": "illness",
    "CARE": "care",
    "DIS": "disability",
    "DISASTER": "disaster",
}


def make_applications(
    children: int = 2500, nurseries: int = 80, wishes_up_to: int = 20, seed: int = 1
) -> Applications:
    """Invented applications; the same arguments give the same ones. Raises as ``make_ledger``."""
    ledger = make_ledger(children, nurseries, wishes_up_to, seed)
    random = Random(f"applications:{seed}:{children}:{nurseries}:{wishes_up_to}")  # noqa: S311 - invented data
    homes: dict[str, list[ChildRow]] = defaultdict(list)
    for row in sorted(ledger.children, key=lambda one: one.id):
        homes[row.household].append(row)
    households = {number: _household(number, members, random) for number, members in sorted(homes.items())}
    applicants = [
        _applicant(row, homes[row.household], households[row.household], random) for row in ledger.children
    ]
    return Applications(
        classes=tuple(OfferedClass(c.nursery, c.name, c.age, c.recruits, c.track) for c in ledger.classes),
        households=households,
        applicants=tuple(applicants),
        siblings_enrolled=_enrolled(ledger),
    )


def _enrolled(ledger: LedgerRows) -> dict[str, tuple[str, ...]]:
    """An elder sibling's nursery: where the demo ledger gives the family its bonus."""
    household = {row.id: row.household for row in ledger.children}
    return {household[row.child]: (row.nursery,) for row in ledger.overrides}


def _household(number: str, members: Sequence[ChildRow], random: Random) -> Household:
    keys = members[0].keys
    lone = random.random() < 0.08
    young = any(child.age <= 1 for child in members)
    extension = young and not lone and random.random() < 0.06
    guardians = _guardians(members[0], lone, extension, random)
    marks = [Mark("LONE")] if lone else []
    if random.random() < 0.005:
        marks.append(Mark("WELFARE"))
    others = random.choices((0, 1, 2), (45, 40, 15))[0]
    town = random.choice(names.TOWNS)
    facts: dict[str, Fact] = {
        "fee_bracket": int(keys[4] or 0),
        "municipal_income_tax_total": int(keys[5] or 0),
        "lone_parent": lone,
        "resident": random.random() > 0.02,
        "resident_since": date(2026, 4, 1) - timedelta(days=random.randint(0, 4000)),
        "no_arrears": random.random() > 0.015,
        "preschool_children_count": len(members) + (others > 0) * random.randint(0, 1),
        "children_up_to_elementary_count": len(members) + others,
        "children_under_18_count": len(members) + others + (random.random() < 0.1),
    }
    return Household(
        id=number,
        guardians=guardians,
        facts=facts,
        marks=tuple(marks),
        leave_extension_ok=extension,
        addressee=guardians[0].name,
        postal_code=f"000-{names.TOWNS.index(town) + 1:04d}",
        address=f"汐見区{town}{random.randint(1, 40)}番{random.randint(1, 30)}号",
    )


def _guardians(child: ChildRow, lone: bool, extension: bool, random: Random) -> tuple[Guardian, ...]:
    surname = child.name.partition(" ")[0]
    (father, _), (mother, _) = random.sample(names.GIVEN, 2)
    first = _working(random.randint(160, 200), random)
    posted = not lone and random.random() < 0.02
    parents = [
        Guardian("father", f"{surname} {father}", first, (), ("work",), (Mark("POSTED"),) if posted else ()),
        _second(f"{surname} {mother}", int(child.keys[0] or 0), extension, random),
    ]
    if not lone:
        return tuple(parents)
    return (parents[0],) if random.random() < 0.08 else (parents[1],)


def _second(name: str, points: int, extension: bool, random: Random) -> Guardian:
    """The second parent: hours that fit the points, or a reason that an officer read from a paper."""
    row = "JOB" if points < min(HOURS) else None
    if row is None and random.random() < 0.05:
        row = "DISASTER" if random.random() < 0.02 else random.choice(_BY_PAPER)
    if row is not None:
        return Guardian("mother", name, {}, (row,), (_REASON[row],))
    hours = random.randint(*HOURS[points])
    if random.random() < 0.02:
        return Guardian("mother", name, {"study_hours_month": hours}, (), ("study",))
    facts = _working(hours, random)
    if extension:
        facts |= {"leave_until": ENTRY + timedelta(days=29)}
    return Guardian("mother", name, facts, (), ("work",))


def _working(hours: int, random: Random) -> dict[str, Fact]:
    exact = Decimal(hours) + Decimal("0.5") if random.random() < 0.05 else hours
    return {"work_hours_month": exact}


def _applicant(row: ChildRow, members: Sequence[ChildRow], household: Household, random: Random) -> Applicant:
    waiting = int(row.keys[3] or 0)
    times = min(waiting // 6, 3)  # 6か月ごと
    marks = [Mark("WAITED", times)] if times and row.current is None else []
    unlicensed = row.age >= 1 and row.current is None and random.random() < 0.1
    if unlicensed:
        marks.append(Mark("UNLICENSED"))
    if random.random() < 0.02:
        marks.append(Mark("DECLINED", random.choices((1, 2), (4, 1))[0]))
    support = row.track != GENERAL
    if support:
        marks.append(Mark("CHILD_SUPPORT"))
    facts: dict[str, Fact] = {"waiting_months": waiting}
    if unlicensed:
        facts["uses_unlicensed_regularly"] = True
    if support:
        facts["child_disability"] = True
    if sum(one.birth == row.birth for one in members) > 1:
        facts["multiple_birth"] = True
    first = max(FIRST_DAY, row.birth or FIRST_DAY)
    return Applicant(
        id=row.id,
        household=household.id,
        name=row.name,
        age=row.age,
        wishes=row.wishes,
        kana=row.kana,
        birth=row.birth,
        track=row.track,
        kind="entry" if row.current is None else "transfer",
        current=row.current,
        pattern=row.pattern,
        facts=facts,
        marks=tuple(marks),
        applied_on=first + timedelta(days=random.randint(0, (LAST_DAY - first).days)),
        wished_start=ENTRY,
    )
