"""The commands as CONTRACTS describe them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.nursery import generate
from tests.nursery.test_engine import couples
from yakuba.nursery.cli import nursery


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nursery, [str(argument) for argument in arguments])


def saved(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_allocate_writes_a_folder_that_verify_accepts(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", generate.town(1, 120, 20))
    done = run("allocate", market, "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    checked = run("verify", tmp_path / "out/market.json", tmp_path / "out/result.json")
    assert checked.exit_code == 0
    assert "not checked here: minimality, uniqueness" in checked.output
    certificate = json.loads((tmp_path / "out/certificate.json").read_text())
    for name, digest in certificate["sha256"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    assert "rounds" in certificate["presolve"]


def test_a_second_run_gives_the_same_bytes_and_replaces_the_files(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", couples())
    run("allocate", market, "-o", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    done = run("allocate", market, "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert "弾力運用" in done.output
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_market_json_of_a_run_allocates_to_the_same_bytes(tmp_path: Path) -> None:
    run("allocate", saved(tmp_path / "m.json", couples()), "-o", tmp_path / "one")
    run("allocate", tmp_path / "one/market.json", "-o", tmp_path / "two")
    for name in ("market.json", "result.json", "certificate.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_batch_keeps_ids_and_order(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"m{seed}", **generate.tiny(seed)}) for seed in (5, 3, 4)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    done = run("allocate", "--batch", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 0
    results = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [result["id"] for result in results] == ["m5", "m3", "m4"]


def test_a_bad_line_of_a_batch_stops_it_and_writes_nothing(tmp_path: Path) -> None:
    good = json.dumps({"id": 1, **generate.tiny(1)})
    (tmp_path / "in.jsonl").write_text(f"{good}\nnot json\n{{}}\n{json.dumps(generate.tiny(2))}\n")
    done = run("allocate", "--batch", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 2
    assert "2行" in done.stderr
    assert "3行" in done.stderr
    assert "4行" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "x"}'])
def test_bad_markets_exit_2_and_write_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text)
    done = run("allocate", tmp_path / "m.json", "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "m.json" in done.stderr
    assert not (tmp_path / "out").exists()


def test_missing_files_exit_2(tmp_path: Path) -> None:
    assert run("allocate", tmp_path / "no.json", "-o", tmp_path / "out").exit_code == 2
    assert run("allocate", "--batch", tmp_path / "no.jsonl", "-o", tmp_path / "out").exit_code == 2
    assert run("allocate", "-o", tmp_path / "out").exit_code == 2
    assert run("verify", tmp_path / "no.json", tmp_path / "no.json").exit_code == 2


def test_verify_exits_1_and_names_the_child(tmp_path: Path) -> None:
    run("allocate", saved(tmp_path / "m.json", couples()), "-o", tmp_path / "out")
    result = json.loads((tmp_path / "out/result.json").read_text())
    del result["assignment"]["w"]
    done = run("verify", tmp_path / "m.json", saved(tmp_path / "r.json", result))
    assert done.exit_code == 1
    assert "子w" in done.output


def test_explain_of_an_unknown_child_exits_2(tmp_path: Path) -> None:
    run("allocate", saved(tmp_path / "m.json", couples()), "-o", tmp_path / "out")
    done = run("explain", tmp_path / "m.json", tmp_path / "out/result.json", "nobody", "--for", "parent")
    assert done.exit_code == 2
    assert "nobody" in done.stderr
