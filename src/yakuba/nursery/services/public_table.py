"""The public table of a result, for its page, its files and its print: one rule for all of them."""

from __future__ import annotations

import json
from typing import Any

from yakuba.core.files.services import read as read_file
from yakuba.nursery.domain.family_board import Board
from yakuba.nursery.domain.publication import PublicRow, public_table
from yakuba.nursery.models import Allocation

WITHHELD = "非公表"
FREE = "空きあり"
PUBLIC_FIGURES = ("recruits", "applicants", "admitted", "waiting", "cutoff")


def public_rows(allocation: Allocation) -> list[dict[str, Any]]:
    """The rows of the table for a finished result."""
    parts = (json.loads(read_file(allocation.kept_file(name))) for name in ("market", "result"))
    board = Board(*parts)
    known = {row.class_id: row for row in allocation.class_rows.all()}
    table = public_table(
        board,
        {class_id: row.waiting for class_id, row in known.items()},
        {class_id: row.cutoff for class_id, row in known.items()},
    )
    return [_row(one, known.get(one.class_id)) for one in table]


def _cell(value: object) -> object:
    return WITHHELD if value is None else value


def _row(one: PublicRow, known: Any) -> dict[str, Any]:
    cells = one.cells
    return {
        "label": known.label if known else one.class_id,
        "nursery": known.nursery if known else one.class_id,
        "age": known.age if known else None,
        "track": known.track if known else "",
        "recruits": one.recruits,
        "applicants": _cell(cells.applicants),
        "admitted": _cell(cells.admitted),
        "waiting": _cell(cells.waiting),
        "cutoff": FREE if one.free else _cell(cells.cutoff),
    }
