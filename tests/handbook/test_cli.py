"""``yakuba handbook``: the contract's files in and out; bad input is named and nothing is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import yakuba.handbook
from tests.handbook.cdsi.made import archive
from tests.handbook.cdsi.test_cases import CASE
from yakuba.cli import main

PERSON: dict[str, Any] = {
    "id": "c1", "birth": "2026-04-01", "sex": "F",
    "doses": [{"vaccine": "HEPB", "date": "2026-06-28"}, {"vaccine": "HEPB", "date": "2026-06-01"}],
    "history": [{"code": "VARICELLA_DISEASE"}],
}  # fmt: skip


BORN = {"id": 1, "birth": "2026-04-01", "sex": "F"}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["handbook", *map(str, arguments)])


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_a_forecast_repeats_ids_and_keeps_the_order_of_doses(tmp_path: Path) -> None:
    people = lines(tmp_path / "people.jsonl", PERSON, {"id": 2, "due": "2026-10-01"})
    out = tmp_path / "out.jsonl"
    assert run("forecast", "--batch", people, "--on", "2026-07-01", "-o", out).exit_code == 0
    first, second = (json.loads(line) for line in out.read_text("utf-8").splitlines())
    assert (first["id"], second["id"]) == ("c1", 2)
    assert [(dose["valid"], dose["reason"]) for dose in first["doses"]] == [
        (False, "too_soon"),
        (True, "within_rules"),
    ]
    assert first["doses"][0]["source"] == ["S04", "S24", "S29"]
    assert (first["rulebook"], first["signed_off"]) == ("jp 2026-11-draft1", False)
    by_vaccine = {one["vaccine"]: one for one in first["forecasts"]}
    assert by_vaccine["VAR"]["status"] == "contraindicated"
    mr = by_vaccine["MR"]
    wanted = {"dose": 1, "status": "not_yet", "legal_from": "2027-03-31", "legal_until": "2028-03-31",
              "recommended_from": "2027-03-31", "recommended_until": None, "overdue_on": None,
              "source": ["S13", "S14"]}  # fmt: skip
    assert {key: mr[key] for key in wanted} == wanted
    assert [one["vaccine"] for one in second["forecasts"]] == ["RSV_MATERNAL"]


def test_an_observation_that_no_rule_asks_for_is_named_and_changes_nothing(tmp_path: Path) -> None:
    mistyped = {**PERSON, "history": [{"code": "VARICELLA_DISEASE"}, {"code": "LONG_ILNESS"}]}
    people = lines(tmp_path / "people.jsonl", mistyped, {**mistyped, "id": "c2"}, PERSON)
    out = tmp_path / "out.jsonl"
    done = run("forecast", "--batch", people, "--on", "2026-07-01", "-o", out)
    first, second, known = (json.loads(line) for line in out.read_text("utf-8").splitlines())
    assert first.pop("unused_history") == second.pop("unused_history") == ["LONG_ILNESS"]
    assert first == known
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    told, _, usable = done.stderr.partition("誤りなら直してください。")
    assert told == "history の「LONG_ILNESS」をたずねる規則はありません（2人）。日程には使いませんでした。"
    assert "LONG_ILLNESS" in usable


def test_a_long_illness_without_the_day_it_ended_changes_nothing_and_is_named(tmp_path: Path) -> None:
    dated = {"code": "LONG_ILLNESS", "date": "2026-05-01"}
    people = lines(
        tmp_path / "people.jsonl",
        {**BORN, "history": [{"code": "LONG_ILLNESS"}]},
        {**BORN, "history": [{"code": "LONG_ILLNESS"}, dated]},
    )
    out = tmp_path / "out.jsonl"
    done = run("forecast", "--batch", people, "--on", "2026-07-01", "-o", out)
    without, with_day = (json.loads(line) for line in out.read_text("utf-8").splitlines())
    assert without["unused_history"] == ["LONG_ILLNESS"]
    assert "unused_history" not in with_day
    assert done.stderr.splitlines() == [
        "history の「LONG_ILLNESS」に date がありません（1人）。"
        "日から数える規則なので、日程には使いませんでした。"
    ]


def test_a_product_that_the_rules_do_not_list_is_named(tmp_path: Path) -> None:
    doses = [("PCV", "pcv20"), ("PCV", "PCV15"), ("PCV", ""), ("HEPB", "any")]
    person = {**BORN, "doses": [{"vaccine": v, "product": p, "date": "2026-06-10"} for v, p in doses]}
    people, out = lines(tmp_path / "people.jsonl", person), tmp_path / "out.jsonl"
    done = run("forecast", "--batch", people, "--on", "2026-07-01", "-o", out)
    assert json.loads(out.read_text("utf-8"))["unknown_products"] == ["PCV pcv20"]
    assert done.stderr.splitlines() == [
        "PCV の product「pcv20」は規則にない製品です（1人）。誤りなら直してください。"
        "規則の製品：PCV20、PCV15、PCV13"
    ]


def test_doses_after_the_day_of_assessment_are_counted_and_named(tmp_path: Path) -> None:
    people = lines(tmp_path / "people.jsonl", PERSON, {"id": 2, "birth": "2026-04-01"})
    out, one, plan = tmp_path / "out.jsonl", tmp_path / "one.json", tmp_path / "plan.json"
    done = run("forecast", "--batch", people, "--on", "2026-06-01", "-o", out)
    first, second = (json.loads(line) for line in out.read_text("utf-8").splitlines())
    assert (first["doses_after"], "doses_after" in second) == ([1], False)
    assert "2026-06-01 より後の日の接種があります（1人）" in done.stderr
    one.write_text(json.dumps(PERSON), "utf-8")
    planned = run("plan", one, "--on", "2026-06-01", "-o", plan)
    assert json.loads(plan.read_text("utf-8"))["doses_after"] == [1]
    assert "2026-06-01 より後の日の接種があります（1人）" in planned.stderr
    assert "より後" not in run("forecast", "--batch", people, "--on", "2026-06-28", "-o", out).stderr


def test_the_same_input_gives_the_same_bytes_and_today_is_the_default(tmp_path: Path) -> None:
    people = lines(tmp_path / "people.jsonl", PERSON)
    outs = [tmp_path / name for name in ("a", "b", "today")]
    for out in outs[:2]:
        run("forecast", "--batch", people, "--on", "2026-07-01", "-o", out)
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert run("forecast", "--batch", people, "-o", outs[2]).exit_code == 0


def test_another_rule_book_is_named_by_its_path(tmp_path: Path) -> None:
    from tests.handbook.rulebooks.test_loading import SMALL

    book = tmp_path / "small.yaml"
    book.write_text(SMALL, "utf-8")
    people = lines(tmp_path / "people.jsonl", {"id": 1, "birth": "2026-04-01"})
    out = tmp_path / "out.jsonl"
    assert (
        run("forecast", "--batch", people, "--on", "2026-07-01", "--rulebook", book, "-o", out).exit_code == 0
    )
    assert json.loads(out.read_text())["rulebook"] == "small 1"
    missing = run("forecast", "--batch", people, "--rulebook", "mars", "-o", tmp_path / "no.jsonl")
    assert (missing.exit_code, "備え付けの規則は jp です" in missing.stderr) == (2, True)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"birth": "2026-04-01"}, "people.jsonl 1行 id：ありません"),
        ({"id": 1}, "birth：ありません"),
        ({"id": 1, "birth": "1 April"}, "birth：'1 April' です。日付"),
        ({"id": 1, "birth": 20260401}, "birth：20260401 です。日付"),
        ({**BORN, "id": ["a"]}, "id：list です。番号か文字"),
        ({**BORN, "id": True}, "id：bool です"),
        ({**BORN, "birth": "0206-04-01"}, "birth：0206-04-01 です。1900年から2999年まで"),
        ({"id": 1, "due": "0001-01-01"}, "due：0001-01-01 です。1900年から2999年まで"),
        ({**BORN, "sex": "X"}, "sex：'X' です"),
        ({**BORN, "sex": None}, ""),
        ({**BORN, "sex": False}, "sex：False です"),
        ({**BORN, "doses": {}}, ""),
        ({**BORN, "doses": None}, ""),
        ({**BORN, "doses": False}, "doses：並びが必要です"),
        ({**BORN, "history": ""}, "history：並びが必要です"),
        ({**BORN, "doses": [{"vaccine": "BCG", "date": "9999-12-31"}]}, "date：9999-12-31 です。1900年から"),
        ({**BORN, "history": [{"code": "LONG_ILLNESS", "date": "9999-12-31"}]}, "9999-12-31 です。1900年"),
        ({**BORN, "doses": "x"}, "doses：並びが必要です"),
        ({**BORN, "doses": ["x"]}, "doses[1]：'x' です。オブジェクトが必要です"),
        ({**BORN, "doses": [{"vaccine": "ABC", "date": "2026-06-01"}]}, "vaccine：'ABC'"),
        ({**BORN, "doses": [{"vaccine": "BCG"}]}, "doses[1] date：ありません"),
        ({**BORN, "doses": [{"vaccine": "BCG", "date": "x"}]}, "date：'x' です"),
        ({**BORN, "doses": [{"vaccine": "BCG", "date": "2026-03-31"}]}, "2026-03-31 です。生年月日"),
        ({**BORN, "history": [{"code": 5}]}, "history[1] code：5 です"),
        ({**BORN, "history": [{"code": "X", "date": "y"}]}, "date：'y' です"),
    ],
)  # fmt: skip
def test_bad_people_are_named_by_row_and_field_and_nothing_is_written(
    tmp_path: Path, row: dict[str, Any], told: str
) -> None:
    people = lines(tmp_path / "people.jsonl", row)
    done = run("forecast", "--batch", people, "-o", tmp_path / "out.jsonl")
    if not told:
        assert done.exit_code == 0
        return
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"{", "JSONとして読めません"), (b"[]", "1つのオブジェクトが必要です"),
     (b'{"a":1,"a":2}', "同じ名前が2回"),
     (b'{"a":1e999}', "1e999 は大きすぎる数です"),
     (b'{"id":"\\ud800","birth":"2026-04-01"}', "片方だけのサロゲート"),
     (b'{"a":NaN}', "NaN"), (b"\xff", "UTF-8の文字ではありません"), (b"[" * 100000, "JSONとして読めません")],
)  # fmt: skip
def test_a_file_that_is_no_json_lines_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "p.jsonl").write_bytes(content)
    done = run("forecast", "--batch", tmp_path / "p.jsonl", "-o", tmp_path / "out.jsonl")
    assert (done.exit_code, told in done.stderr) == (2, True)


def test_every_bad_row_is_told_at_once_and_missing_files_and_folders_too(tmp_path: Path) -> None:
    people = lines(tmp_path / "p.jsonl", {"id": 1}, PERSON, {"id": 2})
    assert len(run("forecast", "--batch", people, "-o", tmp_path / "o").stderr.splitlines()) == 2
    gone = run("forecast", "--batch", tmp_path / "gone.jsonl", "-o", tmp_path / "o")
    assert (gone.exit_code, "読めません" in gone.stderr) == (2, True)
    good = lines(tmp_path / "good.jsonl", PERSON)
    nowhere = run("forecast", "--batch", good, "-o", tmp_path / "no" / "o")
    assert (nowhere.exit_code, "書けません" in nowhere.stderr) == (2, True)
    onto = run("forecast", "--batch", good, "-o", tmp_path)
    assert onto.exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.jsonl", "p.jsonl"]


def test_cdsi_cases_are_run_against_an_archive(tmp_path: Path) -> None:
    cases, out = (
        lines(tmp_path / "cases.ndjson", CASE, CASE | {"CDC_Test_ID": "T-2 "}),
        tmp_path / "out.ndjson",
    )
    done = run("cdsi", "--supporting-data", archive(tmp_path), "--cases", cases, "-o", out)
    assert done.exit_code == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["CDC_Test_ID"] for row in rows] == ["T-1", "T-2 "]
    assert rows[0]["Forecast_#"] == "1"
    bad = lines(tmp_path / "bad.ndjson", CASE, CASE | {"DOB": "x"})
    refused = run("cdsi", "--supporting-data", archive(tmp_path), "--cases", bad, "-o", tmp_path / "none")
    assert (refused.exit_code, "2行: case T-1, DOB" in refused.stderr) == (2, True)
    no_zip = run("cdsi", "--supporting-data", cases, "--cases", cases, "-o", tmp_path / "none")
    assert (no_zip.exit_code, "not a readable zip archive" in no_zip.stderr) == (2, True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("age_reached", "birth=2020-04-02", "years=6"), "2026-04-01"),
        (("month_age_reached", "birth=2026-07-31", "months=2"), "2026-09-30"),
        (("days_after_birth", "birth=2026-04-01", "weeks=14", "days=6"), "2026-07-14"),
        (("days_after_birth", "birth=2026-04-01", "weeks=6"), "2026-05-13"),
        (("interval_days", "prev=2026-11-02", "days=27"), "2026-11-30"),
        (("interval_months", "prev=2026-08-31", "months=6"), "2027-03-01"),
        (("gestation", "due=2026-10-01", "weeks=36", "days=6"), "2026-09-09"),
        (("school_year_cohort", "fiscal_year=2026", "turning=12"), "2014-04-02 2015-04-01"),
    ],
)
def test_the_calendar_prints_one_date_alone(arguments: tuple[str, ...], answer: str) -> None:
    done = run("calendar", *arguments)
    assert (done.exit_code, done.stdout) == (0, f"{answer}\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("moon",), "使える計算は age_reached、"),
        (("age_reached", "birth=2020-04-02"), "years= がありません"),
        (
            ("age_reached", "birth=2020-04-02", "years=6", "years=7"),
            "years=7：age_reached には birth= years=",
        ),
        (("age_reached", "born=2020-04-02", "years=6"), "born=2020-04-02"),
        (("age_reached", "birth=2020-02-30", "years=6"), "birth=2020-02-30：日付"),
        (("age_reached", "birth=2020-04-02", "years=-1"), "years=-1：0から9999まで"),
        (("age_reached", "birth=2020-04-02", "years=9999"), "収まりません"),
        (("interval_days", "prev"), "prev"),
    ],
)
def test_a_question_the_calendar_cannot_answer_is_named(arguments: tuple[str, ...], told: str) -> None:
    done = run("calendar", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_the_package_and_its_engine_work_without_django() -> None:
    code = (
        "import sys, datetime as d; import yakuba.handbook as h; "
        "o = h.outlook(h.builtin(), h.Person(d.date(2026, 4, 1), 'F'), [h.Given('BCG', d.date(2026, 9, 1))], "
        "[h.Observation('X')], d.date(2026, 10, 1), h.JapaneseCalendar()); "
        "assert o.doses[0].valid and callable(h.evaluate) and h.CdsiCalendar(); "
        "assert not [m for m in sys.modules if m.split('.')[0] == 'django']"
    )
    source = str(Path(yakuba.handbook.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": source})
    with pytest.raises(AttributeError, match="nothing"):
        _ = yakuba.handbook.nothing


def test_a_dose_of_the_mother_before_the_birth_is_taken_and_any_other_refused(tmp_path: Path) -> None:
    def forecast(vaccine: str) -> Result:
        dose = {"vaccine": vaccine, "date": "2026-05-20"}
        people = lines(
            tmp_path / f"{vaccine}.jsonl",
            {"id": 1, "birth": "2026-06-20", "due": "2026-06-30", "doses": [dose]},
        )
        return run("forecast", "--batch", people, "--on", "2026-07-01", "-o", tmp_path / f"{vaccine}.out")

    assert forecast("RSV_MATERNAL").exit_code == 0
    (told,) = (json.loads(line) for line in (tmp_path / "RSV_MATERNAL.out").read_text("utf-8").splitlines())
    assert [(one["valid"], one["reason"]) for one in told["doses"]] == [(True, "within_rules")]
    refused = forecast("HEPB")
    assert refused.exit_code == 2
    assert "生年月日 2026-06-20 以後の日が必要です" in refused.output


def test_a_missing_sex_is_named_where_a_judgement_needs_it(tmp_path: Path) -> None:
    people = lines(
        tmp_path / "people.jsonl",
        {"id": 1, "birth": "2014-06-01"},
        {"id": 2, "birth": "2014-06-01", "sex": "F"},
        {"id": 3, "birth": "2014-06-01", "sex": "M"},
        {"id": 4, "due": "2026-12-01"},
    )
    out = tmp_path / "out.jsonl"
    done = run("forecast", "--batch", people, "--on", "2026-11-24", "-o", out)
    first, *others = (json.loads(line) for line in out.read_text("utf-8").splitlines())
    assert (first["needs"], first["needs_for"]) == (["sex"], {"sex": ["HPV"]})
    assert not any("needs" in one or "needs_for" in one for one in others)
    assert "sex がないため、HPV を判定できません（1人）" in done.stderr
