"""``yakuba nursery rulebooks``: what is there, whether a file is good, how its examples come out."""

from pathlib import Path

from click.testing import CliRunner, Result

from tests.nursery.rulebooks.test_faults import GOOD
from yakuba.nursery.cli import nursery


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nursery, ["rulebooks", *[str(argument) for argument in arguments]])


def saved(folder: Path, text: str) -> Path:
    place = folder / "own.yaml"
    place.write_text(text, encoding="utf-8")
    return place


def test_the_list_tells_complete_books_templates_second_hand_and_invented_ones() -> None:
    done = run("list")
    rows = {line.split("\t")[0]: line for line in done.output.splitlines()}
    assert done.exit_code == 0
    assert "完全" in rows["urasoe"]
    assert "ひな形" in rows["minato"]
    assert "二次資料" in rows["nisshin"]
    assert "架空" in rows["shiomi"]


def test_a_good_file_ends_with_zero_and_its_examples(tmp_path: Path) -> None:
    done = run("check", saved(tmp_path, GOOD))
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "試験市 試験：例2件、不一致0件")


def test_a_file_with_faults_ends_with_two_and_each_fault(tmp_path: Path) -> None:
    done = run("check", saved(tmp_path, GOOD.replace("points: 12}", "points: many}")))
    assert done.exit_code == 2
    assert "own.yaml 17行「basic[2].points」" in done.stderr


def test_a_file_whose_example_does_not_come_out_ends_with_one(tmp_path: Path) -> None:
    done = run("examples", saved(tmp_path, GOOD.replace("{total: 40}", "{total: 41}")))
    assert done.exit_code == 1
    assert "e1：不一致（期待 total=41、計算 total=40）" in done.output


def test_the_trace_of_a_built_in_book_is_printed_and_a_broken_example_skipped(tmp_path: Path) -> None:
    done = run("examples", "edogawa", "--trace")
    assert done.exit_code == 0
    assert "父50＋母40＝90" in done.output
    broken = GOOD.replace("mother: {facts", "mother: {rows: [NOPE], facts")
    assert run("examples", saved(tmp_path, broken), "--trace").exit_code == 1


def test_an_unknown_name_is_told(tmp_path: Path) -> None:
    done = run("examples", tmp_path / "atlantis")
    assert done.exit_code == 2
    assert "atlantis" in done.stderr
