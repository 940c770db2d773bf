"""Whatever is wrong with the input or the place to write to: exit 2, one message, nothing written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.nursery import generate
from tests.nursery.test_cli import run, saved
from tests.nursery.test_engine import couples
from yakuba.nursery import files, strict_json
from yakuba.nursery.ledger.write import write_workbook
from yakuba.site.demo.nursery import make_ledger

GOOD = json.dumps(couples())


def refused(done: Any, *words: str) -> None:
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr


BAD_JSON = [
    (b"\xff\xfe\x00", "m.json"),
    (b"[" * 100_000, "入れ子"),
    (GOOD.replace('"capacity": {"A": 1', '"capacity": {"A": 1, "A": 5').encode(), "2回"),
    (GOOD.replace("}]}", '}], "ledger": NaN}').encode(), "NaN"),
    (GOOD.replace('"A": 1', '"A": Infinity').encode(), "Infinity"),
    (GOOD.replace('"A": 1', '"A": ' + "9" * 5000).encode(), "m.json"),
    (GOOD.replace('"s"', '"\\ud800"').encode(), "\\ud800"),
]


@pytest.mark.parametrize(("raw", "word"), BAD_JSON)
def test_json_that_others_would_read_differently_is_refused(tmp_path: Path, raw: bytes, word: str) -> None:
    (tmp_path / "m.json").write_bytes(raw)
    refused(run("allocate", tmp_path / "m.json", "-o", tmp_path / "out"), "m.json", word)
    assert [path.name for path in tmp_path.iterdir()] == ["m.json"]
    (tmp_path / "r.json").write_text(GOOD)
    refused(run("verify", tmp_path / "m.json", tmp_path / "r.json"), "m.json")


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace(", ", ",\r\n").encode()])
def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "m.json").write_bytes(raw)
    assert run("allocate", tmp_path / "m.json", "-o", tmp_path / "out").exit_code == 0


@pytest.mark.parametrize("raw", [b"\xff\xff", b"[" * 100_000, b'{"id": NaN}', b'{"id": 1, "id": 2}'])
def test_a_batch_that_is_no_json_lines_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "b.jsonl").write_bytes(raw)
    refused(run("allocate", "--batch", tmp_path / "b.jsonl", "-o", tmp_path / "out.jsonl"), "b.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_an_empty_batch_gives_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text("\n\n")
    assert run("allocate", "--batch", tmp_path / "b.jsonl", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_separators_inside_a_string_do_not_end_a_line(tmp_path: Path) -> None:
    line = json.dumps({"id": "a\u2028b\u0085c", **couples()}, ensure_ascii=False)
    (tmp_path / "b.jsonl").write_text(line, encoding="utf-8")
    assert run("allocate", "--batch", tmp_path / "b.jsonl", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert json.loads((tmp_path / "out.jsonl").read_text().rstrip("\n"))["id"] == "a\u2028b\u0085c"


def test_ids_with_spaces_colons_line_breaks_and_kanji_go_all_the_way(tmp_path: Path) -> None:
    child = "𠮷田 : 1\n\u2028号"
    market = json.loads(GOOD.replace('"s"', json.dumps(child)))
    run("allocate", saved(tmp_path / "m.json", market), "-o", tmp_path / "out")
    arguments = [tmp_path / "out/market.json", tmp_path / "out/result.json"]
    explanations = ["--explanations", tmp_path / "out/explanations.jsonl"]
    assert run("verify", *arguments, *explanations).exit_code == 0
    assert run("explain", *arguments, child, "--for", "parent").exit_code == 0


def test_places_that_cannot_be_written_to_are_refused_before_the_work(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", couples())
    batch = tmp_path / "b.jsonl"
    batch.write_text(json.dumps({"id": 1, **couples()}))
    (tmp_path / "taken/market.json").mkdir(parents=True)
    for target in (market, market / "x", tmp_path / "taken", tmp_path / ("x" * 300)):
        refused(run("allocate", market, "-o", target), "読み書きできません")
    for target in (tmp_path / "taken", market / "x"):
        refused(run("allocate", "--batch", batch, "-o", target), "読み書きできません")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.jsonl", "m.json", "taken"]
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["market.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    market = saved(tmp_path / "m.json", couples())
    refused(run("allocate", market, "-o", tmp_path / "locked/out"), "読み書きできません")


def test_a_folder_named_like_a_market_is_read_as_a_ledger(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    refused(run("allocate", tmp_path / "x.json", "-o", tmp_path / "out"), "x.json")


def test_existing_files_of_others_stay_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine")
    run("allocate", saved(tmp_path / "m.json", couples()), "-o", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "certificate.json", "explanations.jsonl", "market.json", "notes.txt", "result.json",
    ]  # fmt: skip


def test_nothing_is_replaced_when_one_file_cannot_be_written(tmp_path: Path) -> None:
    files.write_folder(tmp_path / "out", {"a": "old", "b": "old"})
    with pytest.raises(UnicodeEncodeError):
        files.write_folder(tmp_path / "out", {"a": "new", "b": "\ud800"})
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {"a": "old", "b": "old"}
    with pytest.raises(UnicodeEncodeError):
        files.write(tmp_path / "c", "\ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_verify_refuses_what_is_no_market_and_rejects_what_is_no_result(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", couples())
    run("allocate", market, "-o", tmp_path / "out")
    result = tmp_path / "out/result.json"
    for key, value in (("format", "x"), ("capacity", []), ("priority", {"A": [3]}), ("families", {})):
        refused(run("verify", saved(tmp_path / "bad.json", {**couples(), key: value}), result), "bad.json")
    refused(run("verify", saved(tmp_path / "bad.json", []), result), "bad.json")
    refused(run("verify", tmp_path, result), str(tmp_path))
    assert run("verify", market, market).exit_code == 1
    assert run("verify", saved(tmp_path / "other.json", generate.tiny(3)), result).exit_code == 1


def test_verify_names_the_line_of_explanations_that_is_no_json(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", couples())
    run("allocate", market, "-o", tmp_path / "out")
    files_ = [tmp_path / "out/market.json", tmp_path / "out/result.json", "--explanations"]
    (tmp_path / "x.jsonl").write_text("{}\n\n{\n")
    refused(run("verify", *files_, tmp_path / "x.jsonl"), "x.jsonl 3行")
    refused(run("verify", *files_, tmp_path / "none"), "none")
    (tmp_path / "x.jsonl").write_text("3\n")
    assert run("verify", *files_, tmp_path / "x.jsonl").exit_code == 1


def test_verify_compares_with_a_market_that_served_as_ledger(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", couples())
    run("allocate", market, "-o", tmp_path / "out")
    both = [tmp_path / "out/market.json", tmp_path / "out/result.json", "--ledger"]
    assert run("verify", *both, market).exit_code == 0
    more = {**couples(), "capacity": {"A": 1, "B": 2}}
    done = run("verify", *both, saved(tmp_path / "more.json", more))
    assert (done.exit_code, "クラスB" in done.output) == (1, True)
    refused(run("verify", *both, tmp_path / "none.xlsx"), "none.xlsx")
    refused(run("verify", *both, saved(tmp_path / "bad.json", {})), "bad.json")
    assert run("verify", *both, tmp_path / "out/certificate.json").exit_code == 2
    assert run("verify", *both, tmp_path).exit_code == 1


def test_explain_refuses_the_result_of_another_market(tmp_path: Path) -> None:
    run("allocate", saved(tmp_path / "m.json", couples()), "-o", tmp_path / "out")
    other = saved(tmp_path / "other.json", generate.tiny(3))
    refused(run("explain", other, tmp_path / "out/result.json", "c0", "--for", "parent"), "result.json")


def test_what_cannot_be_explained_truthfully_is_refused_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yakuba.nursery import runs
    from yakuba.nursery.domain.explain_view import NotExplained

    def broken(market: Any, result: Any) -> Any:
        raise NotExplained("世帯 f：理由を作れません。")

    monkeypatch.setattr(runs._explainer(), "claims", broken)
    market = saved(tmp_path / "m.json", couples())
    refused(run("allocate", market, "-o", tmp_path / "out"), "理由を作れません")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["1", '"\\ud83c\\udf38"', '{"a": {"b": 1}, "b": 1}', '"\\\\ud800"'])
def test_plain_json_is_read_as_python_reads_it(text: str) -> None:
    assert strict_json.loads(text) == json.loads(text)


def test_ties_of_a_ledger_are_listed_until_a_lottery_is_asked_for(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.xlsx"
    write_workbook(make_ledger(60, 5, 4, seed=1, ties=True), ledger)
    refused(run("allocate", ledger, "-o", tmp_path / "out"), "同点", "--seed")
    assert not (tmp_path / "out").exists()
    assert run("allocate", ledger, "-o", tmp_path / "out", "--seed", "7").exit_code == 0
    assert json.loads((tmp_path / "out/market.json").read_text())["lottery"]


def test_many_warnings_are_counted_and_kept_in_the_certificate(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", generate.town(4, 150, 16, 6, siblings=0.4, apart=True))
    done = run("allocate", market, "-o", tmp_path / "out")
    warnings = json.loads((tmp_path / "out/certificate.json").read_text())["warnings"]
    assert done.stderr.count("注意：世帯") == 5
    assert f"ほかに{len(warnings) - 5}件" in done.stderr


def test_an_unknown_lottery_seed_or_two_inputs_are_usage_errors(tmp_path: Path) -> None:
    market = saved(tmp_path / "m.json", couples())
    assert run("allocate", market, "-o", tmp_path / "out", "--seed", "x").exit_code == 2
    assert run("allocate", market, "--batch", market, "-o", tmp_path / "out").exit_code == 2


def test_progress_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from yakuba.nursery import runs

    with runs.progress() as report:
        report(0.5, "half")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with runs.progress() as report:
        report(0.5, "half")
