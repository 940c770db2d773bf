"""Every answer to the security standard that claims to be shown names a test that exists."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATES = {"met", "partly", "not_applicable", "open"}


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs/security/asvs.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_requirement_of_the_standard_has_one_line() -> None:
    ids = [row["req_id"] for row in rows()]
    assert len(ids) == len(set(ids)) == 345
    assert all(re.fullmatch(r"V\d+\.\d+\.\d+", one) for one in ids)
    assert {row["level"] for row in rows()} == {"1", "2", "3"}


def test_what_is_said_to_be_met_is_shown_by_a_test_that_exists() -> None:
    for row in rows():
        assert row["state"] in STATES, row
        # An open row may say what is missing; it names no test, which would look like a claim.
        assert row["answer"] or row["state"] == "open", row
        assert not (row["test"] and row["state"] == "open"), row
        if row["state"] in ("met", "partly"):
            assert row["test"], row
        for one in row["test"].split():
            path, _, name = one.partition("::")
            code = (ROOT / path).read_text(encoding="utf-8")
            assert f"def {name}(" in code, one
