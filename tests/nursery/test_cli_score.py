"""``yakuba nursery score``: applications and a rule book to a keyed ledger and a trace, without a server."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.nursery import desk
from tests.nursery.ledger.helpers import book
from yakuba.nursery.cli import nursery
from yakuba.nursery.ledger import TiesFound
from yakuba.nursery.ledger import read as read_ledger
from yakuba.nursery.scores_file import read_scores


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nursery, ["score", *map(str, arguments)])


@pytest.fixture
def applications(tmp_path: Path) -> Path:
    path = tmp_path / "申込.xlsx"
    path.write_bytes(desk.data())
    return path


def test_the_ledger_can_be_allocated_and_the_trace_adds_up(applications: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = run(applications, "--rulebook", "shiomi", "-o", out)
    assert found.exit_code == 0, found.output
    assert "5人を採点しました" in found.output
    assert "受付番号 9003：「区長が特に必要と認める」の点数を決めてください" in found.output
    assert sorted(path.name for path in out.iterdir()) == ["ledger.zip", "trace.jsonl"]
    with pytest.raises(TiesFound):
        read_ledger(out / "ledger.zip").market(None)
    trace = read_scores((out / "trace.jsonl").read_bytes())
    for child in trace.children.values():
        for wish in child.score.wishes:
            lines = [
                line for line in child.score.lines if line.counted and line.nursery in (None, wish.nursery)
            ]
            assert sum(line.points or 0 for line in lines) == wish.total
    again = tmp_path / "again"
    run(applications, "--rulebook", "shiomi", "-o", again)
    for name in ("ledger.zip", "trace.jsonl"):
        assert (out / name).read_bytes() == (again / name).read_bytes()


def test_a_towns_own_book_is_named_by_its_path(applications: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_bytes(resources.files("yakuba.nursery.rulebooks").joinpath("shiomi.yaml").read_bytes())
    assert run(applications, "--rulebook", own).exit_code == 0


def test_a_mapping_reads_other_column_names(tmp_path: Path) -> None:
    from yakuba.nursery.applications.mapping import propose
    from yakuba.nursery.applications.sources import load_upload

    sheets = desk.grids()
    text = propose(load_upload("x.xlsx", desk.data())[0]).to_json()
    sheets["児童"][0][0] = "とおし番"
    path, mapping = tmp_path / "x.xlsx", tmp_path / "mapping.json"
    path.write_bytes(book(sheets))
    mapping.write_text(
        text.replace('"受付番号": "児童:受付番号"', '"とおし番": "児童:受付番号"'), encoding="utf-8"
    )
    assert run(path, "--rulebook", "shiomi").exit_code == 2
    assert run(path, "--rulebook", "shiomi", "--mapping", mapping).exit_code == 0
    mapping.write_text("{}", encoding="utf-8")
    assert run(path, "--rulebook", "shiomi", "--mapping", mapping).exit_code == 2


@pytest.mark.parametrize(
    ("rulebook", "told"), [("nowhere", "nowhere"), ("missing.yaml", "missing.yaml"), ("shiomi", "NOPE")]
)
def test_bad_input_ends_with_two_names_the_place_and_writes_nothing(
    tmp_path: Path, rulebook: str, told: str
) -> None:
    sheets = desk.grids()
    sheets["児童"][1][6] = "NOPE"
    path, out = tmp_path / "x.xlsx", tmp_path / "out"
    path.write_bytes(book(sheets))
    found = run(path, "--rulebook", rulebook, "-o", out)
    assert found.exit_code == 2
    assert told in found.output
    assert not out.exists()


def test_the_trace_is_lines_of_json_with_a_header(applications: Path, tmp_path: Path) -> None:
    run(applications, "--rulebook", "shiomi", "-o", tmp_path / "out", "--on", "2027-10-01")
    lines = [json.loads(line) for line in (tmp_path / "out" / "trace.jsonl").read_text().splitlines()]
    assert lines[0]["format"] == "yakuba.nursery.scores/1"
    assert [line["child"] for line in lines[1:]] == ["9001", "9002", "9003", "9004", "9005"]
