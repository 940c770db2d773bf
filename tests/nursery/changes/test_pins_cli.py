"""Pins through the commands: allocate, verify and explain a market.json that has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from yakuba.nursery.cli import nursery

MARKET: dict[str, Any] = {
    "format": "yakuba.nursery.market/1",
    "capacity": {"x": 1, "y": 1},
    "priority": {"x": ["a", "b"], "y": ["a"]},
    "families": [
        {"id": "fa", "children": ["a"], "current": [None], "wishes": [["x"], ["y"]]},
        {"id": "fb", "children": ["b"], "current": [None], "wishes": [["x"]]},
    ],
}


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(nursery, list(arguments))
    return done.exit_code, done.output


def market(folder: Path, pins: object) -> str:
    path = folder / "market.json"
    path.write_text(json.dumps({**MARKET, "pins": pins}), encoding="utf-8")
    return str(path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    code, text = run("allocate", market(tmp_path, {"b": "x"}), "-o", str(tmp_path / "out"))
    assert code == 0, text
    return tmp_path / "out"


def test_allocate_respects_pins_and_writes_what_they_cause(out: Path) -> None:
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert result["assignment"] == {"a": "y", "b": "x"}
    assert result["pins"] == {"b": "x"}
    assert result["status"] == "stable"
    assert result["envy_caused_by_pins"] == [
        {"family": "fa", "wish": 1, "pins": [{"child": "b", "class": "x"}]}
    ]
    kept = json.loads((out / "market.json").read_text(encoding="utf-8"))
    assert kept["pins"] == {"b": "x"}
    assert kept["priority"]["x"] == ["a", "b"]
    certificate = json.loads((out / "certificate.json").read_text(encoding="utf-8"))
    assert certificate["envy_caused_by_pins"] == result["envy_caused_by_pins"]


def verified(out: Path) -> tuple[int, str]:
    files = [str(out / name) for name in ("market.json", "result.json")]
    return run("verify", *files, "--explanations", str(out / "explanations.jsonl"))


def test_verify_agrees_and_finds_a_false_declaration(out: Path) -> None:
    assert verified(out)[0] == 0
    path = out / "result.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**result, "envy_caused_by_pins": []}), encoding="utf-8")
    code, text = verified(out)
    assert code == 1
    assert "世帯fa：固定による不満がありますが、示されていません" in text
    path.write_text(json.dumps({**result, "assignment": {"a": "x", "b": None}}), encoding="utf-8")
    code, text = verified(out)
    assert code == 1
    assert "子b" in text


def test_a_false_word_about_a_pin_in_the_explanations_is_found(out: Path) -> None:
    path = out / "explanations.jsonl"
    text = path.read_text(encoding="utf-8")
    assert '"kind": "pinned_over"' in text
    path.write_text(text.replace('"kind": "pinned"', '"kind": "held"'), encoding="utf-8")
    code, told = verified(out)
    assert code == 1
    assert "held" in told


def test_explain_names_the_pin_to_officers_alone(out: Path) -> None:
    files = (str(out / "market.json"), str(out / "result.json"), "a")
    assert "職員が固定した児童 b" in run("explain", *files, "--for", "officer")[1]
    parent = run("explain", *files, "--for", "parent")[1]
    assert "個別の決定" in parent
    assert "児童 b" not in parent


@pytest.mark.parametrize("pins", [{"zz": "x"}, {"a": "zz"}, {"a": "x", "b": "x"}, [], "x", {"a": 3}])
def test_pins_that_cannot_be_end_with_exit_2_and_write_nothing(tmp_path: Path, pins: object) -> None:
    code, text = run("allocate", market(tmp_path, pins), "-o", str(tmp_path / "out"))
    if pins == []:  # nothing is pinned
        assert code == 0
        return
    assert code == 2
    assert "$.pins" in text
    assert not (tmp_path / "out").exists()


def test_a_batch_takes_pins_line_by_line(tmp_path: Path) -> None:
    lines = [{**MARKET, "id": 1}, {**MARKET, "id": 2, "pins": {"b": "x"}}]
    source = tmp_path / "m.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    code, text = run("allocate", "--batch", str(source), "-o", str(tmp_path / "r.jsonl"))
    assert code == 0, text
    found = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["assignment"]["b"] for one in found] == [None, "x"]
    assert "pins" not in found[0]
