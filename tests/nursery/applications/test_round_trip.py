"""What is read is exported, and reads back as the same applications, whatever the facts and names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.nursery.applications.helpers import RULES, book, csvs, grids, read_book
from yakuba.nursery.applications import read_upload
from yakuba.nursery.applications.export import grids as exported_grids
from yakuba.nursery.applications.export import to_csv_zip, to_workbook
from yakuba.nursery.applications.field_types import CHILDREN, GUARDIANS, HOUSEHOLDS
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.domain.application import (
    Applicant,
    Applications,
    Fact,
    Guardian,
    Household,
    Mark,
    OfferedClass,
    WishTuple,
)
from yakuba.nursery.ledger.export import CannotEncode

NAMES = [
    "𠮷田 葵",
    "髙橋 蓮",
    "山﨑 凛",
    "葛󠄀西 湊",
    "=1+1",
    "'=cmd|' /C",
    "＠SUM(A1)",
    '"引用", 名',
    "-5",
    "改行\n名",
]
texts = st.sampled_from(NAMES) | st.text(
    st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=20
)
codes = st.text("AZ09=+-_あ", max_size=6).map(lambda text: f"N{text}")
days = st.dates(date(1912, 8, 1), date(2030, 12, 31))
numbers = st.integers(0, 10**20) | st.decimals(0, 10**6, places=4, allow_nan=False)
CLASSES = tuple(OfferedClass(str(n), f"園{n}", age, n, row=0) for n in range(1, 5) for age in range(6))
LIMITED = ("work_", "study_", "care_", "piecework_")


def fact(kind: str, words: tuple[tuple[str, str], ...]) -> st.SearchStrategy[Any]:
    return {
        "yes_no": st.booleans(),
        "whole": st.integers(8, 10**18),
        "number": numbers,
        "date": days,
        "code": codes,
        "word": st.sampled_from([value for _, value in words] or [""]),
    }[kind]


@st.composite
def facts(draw: st.DrawFn, table: str) -> dict[str, Fact]:
    """Some facts of the table; hours and days stay possible."""
    fields = [
        one
        for one in BY_TABLE[table].values()
        if one.fact and one.key not in ("lottery_number", "lone_parent")
    ]
    found = {}
    for one in draw(st.lists(st.sampled_from(fields), max_size=4)):
        limited = one.type == "number" and one.key.startswith(LIMITED)
        values = st.decimals(0, 7, places=2) if limited else fact(one.type, one.words)
        found[one.key] = draw(values)
    return found


marks = st.lists(
    st.builds(Mark, codes, st.integers(1, 99)), max_size=3, unique_by=lambda mark: mark.code
).map(tuple)
code_lists = st.lists(codes, max_size=3, unique=True).map(tuple)
reasons = st.lists(
    st.sampled_from([value for _, value in BY_TABLE[GUARDIANS]["reasons"].words]), max_size=3, unique=True
).map(tuple)


@st.composite
def guardians(draw: st.DrawFn) -> tuple[Guardian, ...]:
    relations = draw(st.sampled_from([("father",), ("mother",), ("mother", "father"), ("other", "other")]))
    return tuple(
        Guardian(
            relation,  # type: ignore[arg-type]
            draw(texts | st.just("")),
            draw(facts(GUARDIANS)),
            draw(code_lists),
            draw(reasons),
            draw(marks),
        )
        for relation in relations
    )


@st.composite
def applications(draw: st.DrawFn) -> Applications:
    households: dict[str, Household] = {}
    children: list[Applicant] = []
    tuples: list[WishTuple] = []
    for number in range(draw(st.integers(1, 2))):
        home = draw(codes) + f"h{number}"
        households[home] = Household(
            home,
            draw(guardians()),
            draw(facts(HOUSEHOLDS)),
            draw(code_lists),
            draw(marks),
            draw(st.booleans()),
            draw(texts | st.just("")),
            draw(st.sampled_from(["", "100-0001", "000-0012"])),
            draw(texts | st.just("")),
        )
        size = draw(st.integers(1, 2))
        pattern = draw(st.integers(1, 7)) if size > 1 else None
        for place in range(size):
            wishes = draw(st.lists(st.sampled_from("123"), min_size=1, max_size=3, unique=True))
            children.append(
                Applicant(
                    id=f"{home}c{place}",
                    household=home,
                    name=draw(texts),
                    age=draw(st.integers(0, 5)),
                    wishes=tuple(wishes),
                    kana=draw(st.sampled_from(["", "ヨシダ アオイ", "ルカ・シルバ"])),
                    kind=(kind := draw(st.sampled_from(["entry", "transfer", "continue"]))),  # type: ignore[arg-type]
                    current=None if kind == "entry" else "4",
                    pattern=pattern,
                    tier=draw(st.none() | st.integers(1, 9)),
                    facts=draw(facts(CHILDREN)),
                    marks=(*draw(marks), *([Mark("AT", 1, wishes[0])] if draw(st.booleans()) else [])),
                    applied_on=draw(st.none() | st.dates(date(2026, 10, 1), date(2026, 11, 30))),
                    wished_start=date(2027, 4, 1),
                )
            )
        if size > 1 and draw(st.booleans()):
            both = children[-2:]
            tuples.append(WishTuple(home, 1, {one.id: one.wishes[0] for one in both}))
            tuples.append(WishTuple(home, 2, {one.id: None for one in both}))
    enrolled = {home: ("4", "1") for home in households if draw(st.booleans())}
    return Applications(CLASSES, households, tuple(children), tuple(tuples), enrolled)


def without_rows(found: Applications) -> Applications:
    return replace(
        found,
        classes=tuple(replace(one, row=0) for one in found.classes),
        applicants=tuple(replace(one, row=0) for one in found.applicants),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(applications())
def test_reading_an_export_of_a_reading_gives_the_same(given_: Applications) -> None:
    first = read_upload("a.xlsx", to_workbook(given_)).applications
    assert read_upload("b.xlsx", to_workbook(first)).applications == first
    assert read_upload("b.zip", to_csv_zip(first)).applications == first


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(applications())
def test_facts_marks_wishes_and_tuples_survive_unchanged(given_: Applications) -> None:
    back = without_rows(read_upload("a.zip", to_csv_zip(given_)).applications)
    assert back.classes == given_.classes
    assert back.tuples == given_.tuples
    assert back.siblings_enrolled == given_.siblings_enrolled
    for one, other in zip(back.applicants, given_.applicants, strict=True):
        assert replace(one, name="") == replace(other, name="")
    for home in given_.households.values():
        read = back.households[home.id]
        assert (read.facts, read.rows, read.marks) == (home.facts, home.rows, home.marks)
        assert read.leave_extension_ok == home.leave_extension_ok
        assert [replace(one, name="") for one in read.guardians] == [
            replace(one, name="") for one in home.guardians
        ]


@pytest.mark.parametrize(
    "name", ["𠮷田 葵", "髙橋 蓮", "山﨑 凛", "葛󠄀西 湊", "=1+1", "@SUM", "－１", '"a",b']
)
def test_names_keep_every_character(name: str) -> None:
    sheets = grids()
    sheets["児童"][1][2] = name if not name.startswith("=") else f"'{name}"
    found = read_book(sheets).applications
    assert found.applicants[0].name == name
    assert read_upload("a.xlsx", to_workbook(found)).applications == found
    assert read_upload("a.zip", to_csv_zip(found)).applications == found


def test_no_exported_cell_starts_like_a_formula() -> None:
    import csv
    import io
    import zipfile

    sheets = grids()
    sheets["児童"][1][2], sheets["世帯"][1][3] = "'=HYPERLINK(1)", "＝1+1"
    data = to_csv_zip(read_book(sheets).applications)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))):
                assert not any(cell[:1] in "=+-@＝＋－＠" for cell in row if cell)


def test_every_import_of_the_sample_round_trips_from_every_form() -> None:
    for name, data in {"a.xlsx": book(grids()), "a.zip": csvs(grids())}.items():
        first = read_upload(name, data, rules=RULES)
        assert first.warnings == ()
        assert read_upload("b.xlsx", to_workbook(first.applications)).applications == first.applications


def test_the_export_is_the_same_bytes_each_time() -> None:
    found = read_book(grids()).applications
    assert to_csv_zip(found) == to_csv_zip(found)


def test_cp932_lists_every_letter_it_lacks_and_may_replace_them() -> None:
    found = read_book(grids()).applications
    with pytest.raises(CannotEncode) as caught:
        to_csv_zip(found, encoding="cp932")
    assert [(loss.row, loss.column, loss.character) for loss in caught.value.losses][:2] == [
        (2, "世帯：宛名", "𠮷"),
        (4, "世帯：宛名", "葛󠄀"),
    ]
    back = read_upload("a.zip", to_csv_zip(found, encoding="cp932", replace_missing=True)).applications
    assert [one.name for one in back.applicants][:2] == ["〓田 葵", "髙橋 蓮"]


def test_facts_that_no_column_holds_are_refused() -> None:
    found = read_book(grids()).applications
    strange = replace(found, households={"h1": replace(found.households["h1"], facts={"shoe_size": 3})})
    with pytest.raises(ValueError, match="shoe_size"):
        exported_grids(strange)


def test_numbers_keep_their_exact_value() -> None:
    found = read_book(grids()).applications
    home = replace(
        found.households["h1"],
        facts={"arrears_months": Decimal("0.1234567891"), "total_income": 10**17 + 1},
    )
    found = replace(found, households={**found.households, "h1": home})
    assert read_upload("a.xlsx", to_workbook(found)).applications == found
