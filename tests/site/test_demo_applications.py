"""The demo applications tell of the same ward as the demo ledger, without a fault."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yakuba.nursery.applications import Reading, Rules, read_upload
from yakuba.nursery.applications.export import to_csv_zip
from yakuba.nursery.domain.application import Applications
from yakuba.site.demo.nursery import make_ledger
from yakuba.site.demo.nursery_applications import BASIC_ROWS, MARKS, make_applications

CODES = {
    "basic": frozenset(BASIC_ROWS),
    "basic_household": frozenset[str](),
    **{scope: frozenset(codes) for scope, codes in MARKS.items()},
}
RULES = Rules(fiscal_year=2027, deadline=date(2026, 11, 30), today=date(2026, 12, 1), codes=CODES)


@pytest.fixture(scope="module")
def found() -> Applications:
    return make_applications(2500, 80, 10, 1)


@pytest.fixture(scope="module")
def reading(found: Applications) -> Reading:
    return read_upload("申込.zip", to_csv_zip(found), rules=RULES)


def test_the_file_has_no_fault_under_its_own_codes(reading: Reading, found: Applications) -> None:
    assert {one.code for one in reading.warnings} <= {"child-twice", "pattern-no-common", "twins-unlinked"}
    assert reading.applications.households == found.households
    assert reading.applications.siblings_enrolled == found.siblings_enrolled


def test_children_wishes_and_classes_are_those_of_the_demo_ledger(found: Applications) -> None:
    ledger = make_ledger(2500, 80, 10, 1)
    same: Any = [
        (one.id, one.household, one.name, one.birth, one.age, one.track, one.current, one.pattern, one.wishes)
        for one in ledger.children
    ]
    assert same == [
        (one.id, one.household, one.name, one.birth, one.age, one.track, one.current, one.pattern, one.wishes)
        for one in found.applicants
    ]
    assert [(c.nursery, c.age, c.track, c.recruits) for c in found.classes] == [
        (c.nursery, c.age, c.track, c.recruits) for c in ledger.classes
    ]


def test_facts_fit_the_points_of_the_demo_ledger(found: Applications) -> None:
    points = {row.household: row.keys[0] for row in make_ledger(2500, 80, 10, 1).children}
    hours = defaultdict(list)
    for home in found.households.values():
        for one in home.guardians:
            if one.relation == "mother" and "work_hours_month" in one.facts:
                hours[points[home.id]].append(Decimal(str(one.facts["work_hours_month"])))
    assert min(hours[40]) >= 160
    assert max(hours[26]) < 80
    assert 20 not in hours  # job seekers


def test_twins_lone_parents_transfers_and_rare_names_occur(found: Applications) -> None:
    twins = [one for one in found.applicants if one.facts.get("multiple_birth")]
    assert 6 <= len(twins) <= 60
    births = defaultdict(set)
    for one in twins:
        births[one.household].add(one.birth)
    assert all(len(dates) == 1 for dates in births.values())
    lone = [home for home in found.households.values() if home.facts["lone_parent"]]
    assert 120 <= len(lone) <= 280
    assert all(len(home.guardians) == 1 for home in lone)
    assert all("LONE" in {mark.code for mark in home.marks} for home in lone)
    assert sum(one.kind == "transfer" for one in found.applicants) > 50
    assert sum(home.leave_extension_ok for home in found.households.values()) > 40
    names = "".join(one.name for one in found.applicants)
    assert all(letter in names for letter in ("𠮷", "髙", "﨑", "葛󠄀"))
    times = [mark.times for one in found.applicants for mark in one.marks if mark.code == "DECLINED"]
    assert set(times) == {1, 2}


def test_the_same_seed_gives_the_same_applications() -> None:
    assert make_applications(40, 8, 5, 7) == make_applications(40, 8, 5, 7)
    assert make_applications(40, 8, 5, 7) != make_applications(40, 8, 5, 8)
