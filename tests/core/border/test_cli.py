"""``yakuba border certify`` from file to file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yakuba.cli import main
from yakuba.core.border import reading

CONTRACT = {"certified", "threshold", "accepted", "errors", "upper_bound", "n"}


def table(path: Path, rows: list[str], header: str = "score,correct", encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return path


def run(source: Path, output: Path, *extra: str) -> Result:
    return CliRunner().invoke(main, ["border", "certify", str(source), "-o", str(output), *extra])


def test_a_certificate_is_written_and_the_exit_is_zero(tmp_path: Path) -> None:
    source = table(tmp_path / "outcomes.csv", ["0.99,1"] * 946 + ["0.99,0"])
    result = run(source, tmp_path / "c.json", "--target", "0.005", "--confidence", "0.95")
    assert result.exit_code == 0, result.output
    values = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert values.keys() >= CONTRACT
    assert (values["certified"], values["accepted"], values["errors"], values["n"]) == (True, 947, 1, 947)
    assert values["threshold"] == 0.0
    assert values["upper_bound"] <= 0.005
    assert values["grid"][0] == 1.0
    assert "証明できました" in result.stdout
    assert "missing" not in values


def test_a_refusal_is_written_too_and_says_what_is_missing(tmp_path: Path) -> None:
    source = table(tmp_path / "outcomes.csv", ["0.99,1"] * 597)
    result = run(source, tmp_path / "c.json")
    assert result.exit_code == 1
    values = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert values.keys() >= CONTRACT
    assert (values["certified"], values["threshold"], values["n"]) == (False, None, 597)
    assert values["missing"]["labels"] == 1
    assert "あと 1件足りません" in result.stderr
    assert result.stdout == ""


def test_kinds_are_certified_apart_and_the_top_level_counts_all_rows(tmp_path: Path) -> None:
    source = table(
        tmp_path / "o.csv",
        ["0.9,true,番号"] * 598 + ["0.9,true,氏名"] * 10,
        "score,correct,kind",
        "cp932",
    )
    result = run(source, tmp_path / "c.json")
    assert result.exit_code == 0
    values = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert values["n"] == 608
    assert list(values["kinds"]) == ["氏名", "番号"]
    assert values["kinds"]["番号"].keys() >= CONTRACT
    assert (values["kinds"]["番号"]["certified"], values["kinds"]["氏名"]["certified"]) == (True, False)
    assert "氏名：証明できません" in result.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_every_usual_encoding_is_read_to_the_same_figures(tmp_path: Path, encoding: str) -> None:
    rows = ["0.9,正,氏名", "0.8,誤,氏名", "1,○,番号", "0,×,番号"]
    items, has_kinds = reading.read_outcomes(table(tmp_path / "o.csv", rows, "score,correct,kind", encoding))
    assert [(item.score, item.correct, item.kind) for item in items] == [
        (0.9, True, "氏名"),
        (0.8, False, "氏名"),
        (1.0, True, "番号"),
        (0.0, False, "番号"),
    ]
    assert has_kinds


def test_columns_may_stand_in_any_order_beside_others_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    source = table(tmp_path / "o.csv", ["x,no,0.25", "", "y, Yes , 0.5 "], "id,Correct,Score")
    items, has_kinds = reading.read_outcomes(source)
    assert [(item.score, item.correct) for item in items] == [(0.25, False), (0.5, True)]
    assert not has_kinds


def test_each_bad_cell_is_named_with_file_row_column_found_and_expected(tmp_path: Path) -> None:
    rows = ["0.9,1,a", "1.2,1,a", "abc,2,a", "0.5", "nan,1,", "-0.1,0,b"]
    source = table(tmp_path / "outcomes.csv", rows, "score,correct,kind")
    result = run(source, tmp_path / "c.json")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert [line.split("」")[0] for line in lines] == [
        "outcomes.csv：3行目の列「score",
        "outcomes.csv：4行目の列「score",
        "outcomes.csv：4行目の列「correct",
        "outcomes.csv：5行目の列「correct",
        "outcomes.csv：5行目の列「kind",
        "outcomes.csv：6行目の列「score",
        "outcomes.csv：6行目の列「kind",
        "outcomes.csv：7行目の列「score",
    ]
    assert "「1.2」とあります。0以上1以下の数にしてください。" in lines[0]
    assert "「2」とあります。1（正しい）か0（誤り）にしてください。" in lines[2]
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "score"),
        (
            b"points,right\n1,1\n",
            "「points、right」とあります。見出し行に列「score」のある表にしてください。",
        ),
        (b"score,correct,score\n1,1,1\n", "同じ見出しが2つ"),
        (b"score,correct\n0.5,\x81\x20\n", "UTF-8 か CP932"),
        (b'score,correct\n0.5,"1\n', "引用符の閉じた CSV"),
    ],
)
def test_a_table_that_cannot_be_read_writes_nothing(tmp_path: Path, content: bytes, message: str) -> None:
    source = tmp_path / "outcomes.csv"
    source.write_bytes(content)
    result = run(source, tmp_path / "c.json")
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == [source]


def test_a_file_beyond_the_size_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 20)
    result = run(table(tmp_path / "o.csv", ["0.5,1"] * 3), tmp_path / "c.json")
    assert result.exit_code == 2
    assert "20 バイト以下のファイル" in result.stderr


def test_a_long_list_of_faults_ends_at_a_hundred(tmp_path: Path) -> None:
    result = run(table(tmp_path / "o.csv", ["2,2"] * 500), tmp_path / "c.json")
    assert len(result.stderr.splitlines()) == 100


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--target", "0"], "0より大きく1より小さい数"),
        (["--target", "x"], "0より大きく1より小さい数"),
        (["--confidence", "95"], "0より大きく1より小さい数"),
        (["--start", "0.123"], "決まったしきい値"),
        (["--start", "x"], "決まったしきい値"),
    ],
)
def test_options_out_of_range_are_refused(tmp_path: Path, extra: list[str], message: str) -> None:
    source = table(tmp_path / "o.csv", ["0.9,1"])
    result = run(source, tmp_path / "c.json", *extra)
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == [source]


def test_a_missing_output_folder_is_named(tmp_path: Path) -> None:
    result = run(table(tmp_path / "o.csv", ["0.9,1"]), tmp_path / "none" / "c.json")
    assert result.exit_code == 2
    assert "フォルダー" in result.stderr


def test_the_same_input_gives_the_same_bytes_and_replaces_the_old_file(tmp_path: Path) -> None:
    source = table(tmp_path / "o.csv", ["0.9,1"] * 700)
    (tmp_path / "b.json").write_text("old", encoding="utf-8")
    run(source, tmp_path / "a.json", "--start", "0.9")
    run(source, tmp_path / "b.json", "--start", "0.9")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["start"] == 0.9
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json", "o.csv"]


def test_a_failed_write_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "c.json").mkdir()
    source = table(tmp_path / "o.csv", ["0.9,1"] * 700)
    result = run(source, tmp_path / "c.json")
    assert result.exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.json", "o.csv"]


def test_certifying_starts_neither_django_nor_numpy() -> None:
    code = (
        "import sys, yakuba.core.border.cli, yakuba.cli; "
        "sys.exit(any(name.split('.')[0] in ('django', 'numpy', 'scipy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
