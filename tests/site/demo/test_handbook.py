"""The invented registers: the same each time, read without a fault, with what a demo has to show."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import outlook
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.register.children import ChildLine, read_children
from yakuba.handbook.register.doses import DoseLine, People, read_doses
from yakuba.handbook.register.names import UNKNOWN, builtin
from yakuba.handbook.rulebooks.load import builtin as rulebook
from yakuba.handbook.rulebooks.overlay import parse_overlay
from yakuba.site.demo.handbook import FOREIGN, PREGNANCIES, PROTECTED, make_handbook, overlay

ON = date(2026, 11, 23)


@pytest.fixture(scope="module")
def children() -> list[ChildLine]:
    return read_children("a.csv", make_handbook(ON).children_csv(), today=ON)


@pytest.fixture(scope="module")
def doses(children: list[ChildLine]) -> tuple[DoseLine, ...]:
    names = builtin().with_answers({FOREIGN: {"vaccine": UNKNOWN}})
    births = {one.number: one.birth for one in children}
    found = read_doses("b.csv", make_handbook(ON).doses_csv(), people=People(births), names=names, today=ON)
    assert (found.unknown, found.strangers) == ({}, 0)
    return found.lines


def test_the_same_day_and_seed_give_the_same_bytes() -> None:
    one, two = make_handbook(ON), make_handbook(ON)
    assert (one.children_csv(), one.doses_csv()) == (two.children_csv(), two.doses_csv())
    assert make_handbook(ON, seed=2).children_csv() != one.children_csv()


def test_there_are_twins_pregnancies_people_who_left_and_one_under_protection(
    children: list[ChildLine],
) -> None:
    assert len(children) == 300 + 1 + PREGNANCIES
    assert sum(one.birth is None for one in children) == PREGNANCIES
    assert [one.number for one in children if one.flagged] == [PROTECTED]
    assert any(one.left_on for one in children)
    homes = Counter((one.birth, one.address) for one in children if one.birth)
    assert sum(count == 2 for count in homes.values()) >= 5
    assert {one.language for one in children} > {"ja"}


def test_most_doses_keep_the_rules_and_the_planted_ones_do_not(
    children: list[ChildLine], doses: tuple[DoseLine, ...]
) -> None:
    own: dict[str, list[DoseLine]] = {}
    for line in doses:
        own.setdefault(line.number, []).append(line)
    outside: Counter[str] = Counter()
    late = 0
    for child in children:
        given = [
            Given(one.vaccine, one.given_on, one.product)
            for one in own.get(child.number, [])
            if one.vaccine != UNKNOWN
        ]
        person = Person(child.birth, child.sex, child.due)
        found = outlook(rulebook("jp"), person, given, [], ON, JapaneseCalendar())
        outside.update(one.reason for one in found.doses if one.valid is False)
        late += any(one.status == "overdue" for one in found.forecasts)
    assert set(outside) == {"too_young", "too_soon", "live_conflict"}
    assert sum(outside.values()) <= 12
    assert late >= 10
    assert sum(one.vaccine == UNKNOWN for one in doses) >= 3


def test_the_wards_own_rules_fit_the_rule_book() -> None:
    found = parse_overlay("o.yaml", overlay(), rulebook("jp"))
    assert "架空" in found.municipality
    assert len(found.mailings) == 12
