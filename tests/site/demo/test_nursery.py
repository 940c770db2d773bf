"""The demo ledger has the shape of real demand and reads without a fault."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from yakuba.nursery.ledger import Ledger, TiesFound, read
from yakuba.nursery.ledger.rows import LedgerRows
from yakuba.nursery.ledger.write import write_workbook
from yakuba.site.demo.cli import demo
from yakuba.site.demo.nursery import make_ledger


@pytest.fixture(scope="module")
def rows() -> LedgerRows:
    return make_ledger(2500, 80, 20, 1)


@pytest.fixture(scope="module")
def ledger(rows: LedgerRows, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path = tmp_path_factory.mktemp("demo") / "台帳.xlsx"
    write_workbook(rows, path)
    return read(path)


def test_the_same_arguments_give_the_same_rows() -> None:
    assert make_ledger(60, 5, 4, 3) == make_ledger(60, 5, 4, 3)
    assert make_ledger(60, 5, 4, 3) != make_ledger(60, 5, 4, 4)


def test_it_reads_without_a_fault_a_warning_or_a_tie(ledger: Ledger) -> None:
    assert len(ledger.children) == 2500
    assert ledger.ties() == []
    assert [warning for warning in ledger.warnings if "入所を選べる" not in warning] == []
    assert len(ledger.market().families) == len(ledger.families)


def test_demand_is_like_that_of_a_real_town(rows: LedgerRows) -> None:
    ages = Counter(child.age for child in rows.children)
    seats: Counter[int] = Counter()
    for row in rows.classes:
        seats[row.age] += row.recruits
    assert seats[1] < 0.85 * ages[1]
    homes = Counter(child.household for child in rows.children)
    siblings = sum(size for size in homes.values() if size > 1)
    assert 0.06 < siblings / 2500 < 0.14
    assert 0.03 < sum(child.current is not None for child in rows.children) / 2500 < 0.07
    births = Counter((child.household, child.birth) for child in rows.children)
    assert sum(size > 1 for size in births.values()) >= 5  # twins
    assert len({child.pattern for child in rows.children}) == 8
    assert max(len(child.wishes) for child in rows.children) == 20
    assert len(rows.overrides) > 100
    assert any(child.track != "一般" for child in rows.children)


def test_names_hold_the_characters_that_old_encodings_lack(rows: LedgerRows) -> None:
    text = "".join(child.name for child in rows.children)
    assert all(name in text for name in ("𠮷", "髙", "﨑", "葛󠄀"))


@pytest.mark.parametrize(("children", "nurseries", "wishes"), [(1, 1, 1), (7, 2, 20), (500, 30, 10)])
def test_other_sizes_read_too(tmp_path: Path, children: int, nurseries: int, wishes: int) -> None:
    write_workbook(make_ledger(children, nurseries, wishes), tmp_path / "x.xlsx")
    found = read(tmp_path / "x.xlsx")
    assert len(found.children) == children
    assert found.market()


def test_a_size_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        make_ledger(0)


def test_ties_are_left_when_asked_for(tmp_path: Path) -> None:
    write_workbook(make_ledger(500, 20, 10, 1, ties=True), tmp_path / "x.xlsx")
    found = read(tmp_path / "x.xlsx")
    with pytest.raises(TiesFound):
        found.market()
    assert found.market(1) == found.market(1)


def test_the_command_writes_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    arguments = ["ledger", "-o", str(path), "--children", "30", "--nurseries", "5", "--seed", "2"]
    result = CliRunner().invoke(demo, arguments)
    assert result.exit_code == 0
    assert "児童 30人、施設 5園" in result.output
    assert len(read(path).children) == 30


def test_making_a_ledger_needs_no_django() -> None:
    code = "import sys, yakuba.site.demo.nursery, yakuba.site.demo.cli; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
