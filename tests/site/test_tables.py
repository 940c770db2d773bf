"""Tables sort, search, filter, page and export on the server, and trust nothing in the address."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.template.loader import render_to_string
from django.utils.html import format_html
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from yakuba.core.people.models import Department
from yakuba.core.ui.exports import csv_bytes, export, harmless, xlsx_bytes
from yakuba.core.ui.sources import ListSource, QuerySource, source_of
from yakuba.core.ui.tables import Column, Filter, Table, TableView, _page_numbers


@dataclass
class Place:
    code: str
    name: str
    kind: str
    seats: int | None


PLACES = Table(
    label="施設",
    columns=(
        Column("code", "番号", heading=True),
        Column("name", "施設", search=True, wrap=False),
        Column("seats", "定員", numeric=True),
        Column("twice", "2倍", value=lambda row: row.seats and row.seats * 2, sortable=False),
    ),
    filters=(Filter("kind", "種別", (("public", "公立"), ("private", "私立"))),),
    default_sort="code",
    row_class=lambda row: "is-ask" if row.seats is None else "",
)


def places(count: int) -> list[Place]:
    return [
        Place(
            f"{n:03d}",
            f"園{n}",
            "public" if n % 2 else "private",
            None if n % 7 == 3 else 1000 + n * 37 % 100,
        )
        for n in range(count)
    ]


def column(view: TableView, at: int) -> list[Any]:
    return [row.cells[at].value for row in view.rows]


def test_a_page_holds_fifty_rows_and_says_which() -> None:
    view = PLACES.view(places(120), {"page": "3"})
    assert (view.total, view.page, view.pages) == (120, 3, 3)
    assert (view.first_number, view.last_number) == (101, 120)
    assert column(view, 0) == [f"{n:03d}" for n in range(100, 120)]
    assert parse_qs(view.previous_url[1:]) == {"page": ["2"]}
    assert view.next_url == ""


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "１", "99999999999", "2.0", "1 OR 1"])
def test_a_page_that_does_not_exist_is_the_nearest_one(page: str) -> None:
    view = PLACES.view(places(120), {"page": page})
    assert view.page == (3 if page == "99999999999" else 1)


def test_sorting_turns_round_and_puts_the_empty_last_both_ways() -> None:
    up = PLACES.view(places(20), {"sort": "seats"})
    seats = [int(str(one).replace(",", "")) for one in column(up, 2) if one != "—"]
    assert seats == sorted(seats)
    assert column(up, 2)[-3:] == ["—"] * 3
    head = next(one for one in up.headers if one.label == "定員")
    assert head.aria_sort == "ascending"
    down = PLACES.view(places(20), {"sort": parse_qs(head.url[1:])["sort"][0]})
    assert [one for one in column(down, 2) if one != "—"] == [f"{n:,}" for n in reversed(seats)]
    assert column(down, 2)[-3:] == ["—"] * 3


@pytest.mark.parametrize(
    "sort", ["password", "name__x", "-", "--code", "twice", "code;drop", "owner__password"]
)
def test_a_sort_that_the_table_does_not_offer_is_ignored(sort: str) -> None:
    view = PLACES.view(places(5), {"sort": sort})
    assert column(view, 0) == ["000", "001", "002", "003", "004"]
    assert sort not in view.page_links[0][1]


def test_a_filter_takes_only_its_own_choices() -> None:
    assert PLACES.view(places(10), {"kind": "public"}).total == 5
    ignored = PLACES.view(places(10), {"kind": "secret"})
    assert (ignored.total, ignored.narrowed) == (10, False)


def test_searching_is_kept_from_page_to_page_and_through_sorting() -> None:
    view = PLACES.view(places(200), {"q": " 園1 ", "kind": "public", "sort": "-name"})
    assert view.total == sum(1 for one in places(200) if "園1" in one.name and one.kind == "public")
    for address in (view.next_url, view.headers[0].url, view.export_urls[0][1]):
        kept = parse_qs(address[1:])
        assert kept["q"] == ["園1"]
        assert kept["kind"] == ["public"]
    assert view.narrowed
    assert view.hidden == (("sort", "-name"),)


def test_two_tables_on_one_page_do_not_disturb_each_other() -> None:
    second = Table(label="別", columns=PLACES.columns, prefix="b-", page_size=5)
    view = second.view(places(20), {"page": "2", "q": "園1", "b-page": "3"})
    assert (view.page, view.total, view.query) == (3, 20, "")
    assert parse_qs(view.next_url[1:]) == {"b-page": ["4"]}


def test_an_empty_table_has_one_page_and_no_rows() -> None:
    view = PLACES.view([], {})
    assert (view.total, view.pages, view.first_number, view.last_number) == (0, 1, 0, 0)


@given(st.integers(1, 400), st.data())
def test_page_links_show_both_ends_the_current_page_and_every_gap(pages: int, data: st.DataObject) -> None:
    page = data.draw(st.integers(1, pages))
    links = _page_numbers(page, pages)
    numbers = [one for one in links if one]
    assert {1, page, pages} <= set(numbers)
    assert numbers == sorted(set(numbers))
    for left, right in itertools.pairwise(links):
        assert left == 0 or right == 0 or right == left + 1
    assert len(links) <= 9


@given(st.lists(st.tuples(st.text(max_size=4), st.integers(-5, 5) | st.none()), max_size=120), st.booleans())
def test_the_pages_together_are_the_whole_list(rows: list[tuple[str, int | None]], down: bool) -> None:
    made = [Place(str(at), name, "public", seats) for at, (name, seats) in enumerate(rows)]
    codes: list[Any] = []
    view = PLACES.view(made, {"sort": "-seats" if down else "seats"})
    for page in range(1, view.pages + 1):
        codes += column(PLACES.view(made, {"sort": "-seats" if down else "seats", "page": str(page)}), 0)
    assert sorted(codes) == sorted(one.code for one in made)


@pytest.mark.django_db
def test_a_query_set_behaves_like_a_list() -> None:
    for n in range(60):
        Department.objects.create(code=f"{n:03d}", name=f"課{n % 7}")
    table = Table(
        label="課",
        columns=(Column("code", "番号"), Column("name", "名称", search=True)),
        filters=(Filter("name", "名称", (("課1", "課1"),)),),
        default_sort="code",
    )
    for params in ({}, {"q": "課3"}, {"sort": "-name"}, {"name": "課1"}, {"page": "2"}):
        stored = table.view(Department.objects.all(), params)
        listed = table.view(list(Department.objects.order_by("code")), params)
        assert [row.cells for row in stored.rows] == [row.cells for row in listed.rows], params
        assert stored.total == listed.total
        assert list(stored.export_rows()) == list(listed.export_rows())
    assert isinstance(source_of(Department.objects.all()), QuerySource)
    assert isinstance(source_of(iter([1])), ListSource)


def test_mappings_and_paths_through_nothing_are_read() -> None:
    owner = Column("owner", "責任者", lookup="owner__name")
    assert owner.bare({"owner": {"name": "千葉"}}) == "千葉"
    assert owner.bare({"owner": None}) is None
    assert owner.shown({"owner": None}) == "—"
    assert Column("n", "数", numeric=True).shown({"n": 1234567}) == "1,234,567"
    assert Column("n", "数", numeric=True).shown({"n": 0}) == "0"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_starts_like_a_formula_is_made_harmless(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_figures_times_and_truth_are_written_plainly() -> None:
    assert harmless(-5) == -5
    assert harmless(None) == ""
    assert harmless(True) == "はい"
    assert harmless(False) == "いいえ"
    assert harmless(datetime(2026, 11, 22, 0, 42, tzinfo=UTC)) == "2026-11-22 09:42:00"


NAMES = ["𠮷野", "髙橋", "山﨑", "葛󠄀城", "=cmd()", 'a"b,c\nd']


def test_names_survive_both_kinds_of_file() -> None:
    rows = [["氏名"], *[[name] for name in NAMES]]
    body = csv_bytes(rows)
    assert body.startswith(b"\xef\xbb\xbf")
    read = [row[0] for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))]
    assert read == ["氏名", *NAMES[:4], "'=cmd()", NAMES[5]]
    sheet = load_workbook(io.BytesIO(xlsx_bytes(rows, "名簿"))).active
    assert [row[0].value for row in sheet.iter_rows()] == ["氏名", *NAMES[:4], "'=cmd()", NAMES[5]]


def test_an_export_holds_every_row_of_what_is_shown_and_not_only_the_page() -> None:
    view = PLACES.view(places(120), {"export": "csv", "kind": "public", "page": "2"})
    answer = export(view, "places")
    assert answer is not None
    assert answer["Content-Disposition"] == 'attachment; filename="places.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "番号,施設,定員,2倍"
    assert len(lines) == 61
    workbook = export(PLACES.view(places(3), {"export": "xlsx"}), "places")
    assert workbook is not None
    assert workbook.content[:2] == b"PK"
    assert export(PLACES.view(places(3), {"export": "exe"}), "places") is None


def test_cells_are_escaped_unless_made_as_html() -> None:
    table = Table(
        label="<表>",
        columns=(
            Column("name", "名称"),
            Column(
                "chip", "状態", value=lambda _: "", cell=lambda row: format_html("<b>{}</b>", row["name"])
            ),
        ),
    )
    shown = render_to_string("components/table.html", {"table": table.view([{"name": "<i>"}], {})})
    assert "<td>&lt;i&gt;</td><td><b>&lt;i&gt;</b></td>" in shown
    assert 'aria-label="&lt;表&gt;"' in shown


def test_a_table_without_rows_says_why() -> None:
    nothing = render_to_string("components/table.html", {"table": PLACES.view([], {})})
    assert "まだ登録がありません" in nothing
    missed = render_to_string("components/table.html", {"table": PLACES.view(places(3), {"q": "無い"})})
    assert "条件に合うものがありません" in missed
    assert "条件を消す" in missed
