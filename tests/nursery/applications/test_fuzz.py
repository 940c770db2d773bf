"""Whatever stands in the cells: the file reads, or every refusal is a coded fault with a place in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.nursery.applications.helpers import RULES, Grids, grids
from tests.nursery.applications.test_mapping import wide
from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.applications import BadInput, CodedFault
from yakuba.nursery.applications.export import to_csv_zip
from yakuba.nursery.applications.read import from_sheets, read_upload

WORDS = [
    "",
    "0",
    "-1",
    "１",
    "9999-12-31",
    "令和99年1月1日",
    "A×2@1",
    "はい",
    "父",
    "就労",
    "#REF!",
    "a",
    "h1",
    "入所しない",
]
cells = (
    st.sampled_from(WORDS)
    | st.text(max_size=8)
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=True)
    | st.dates(date(1900, 1, 1), date(9999, 12, 31))
    | st.booleans()
)
TUPLES = [["世帯番号", "順位", "受付番号", "施設番号"], ["h2", 1, "b", "1"], ["h2", 1, "c", "1"]]


@st.composite
def damaged(draw: st.DrawFn) -> Grids:
    sheets = draw(st.sampled_from([grids() | {"希望の組": TUPLES}, wide()]))
    sheets = {title: [list(row) for row in grid] for title, grid in sheets.items()}
    for _ in range(draw(st.integers(1, 6))):
        grid = sheets[draw(st.sampled_from(sorted(sheets)))]
        row = grid[draw(st.integers(0 if draw(st.integers(0, 9)) == 0 else 1, len(grid) - 1))]
        row[draw(st.integers(0, len(row) - 1))] = draw(cells)
    return sheets


def raws(sheets: dict[str, list[list[Any]]]) -> list[RawSheet]:
    return [RawSheet("a.xlsx", title, grid) for title, grid in sheets.items()]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_damaged_cells_never_end_in_anything_but_faults_or_a_round_trip(sheets: Grids) -> None:
    try:
        found = from_sheets(raws(sheets), "a.xlsx", "", rules=RULES).applications
    except BadInput as bad:
        faults = bad.faults
    else:
        faults = []
        once = read_upload("b.zip", to_csv_zip(found)).applications
        assert read_upload("c.zip", to_csv_zip(once)).applications == once
        assert [(one.id, one.name, one.facts) for one in once.applicants] == [
            (one.id, one.name, one.facts) for one in found.applicants
        ]
    assert all(isinstance(fault, CodedFault) and fault.code for fault in faults)
    assert all(fault.file and fault.found and fault.expected for fault in faults)
