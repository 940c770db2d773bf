"""``yakuba handbook plan`` and ``diff``, and the overlay: files in and out, bad input named."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.handbook.domain.test_rule_diff import ONE_WINDOW, TWO_WINDOWS
from tests.handbook.test_cli import lines, run

PERSON: dict[str, Any] = {"id": "c1", "birth": "2026-04-01", "sex": "F", "doses": [], "history": []}
JP = resources.files("yakuba.handbook.rulebooks") / "jp"
OVERLAY = JP / "overlay-minato.yaml"


def person(folder: Path, **more: object) -> Path:
    path = folder / "person.json"
    path.write_text(json.dumps(PERSON | more, ensure_ascii=False, indent=1), "utf-8")
    return path


def planned(folder: Path, *options: str | Path, **more: object) -> dict[str, Any]:
    out = folder / "plan.json"
    done = run("plan", person(folder, **more), "--on", "2026-04-20", "-o", out, *options)
    assert done.exit_code == 0, done.stderr
    found = json.loads(out.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_a_plan_names_an_observation_that_no_rule_asks_for(tmp_path: Path) -> None:
    assert planned(tmp_path, history=[{"code": "X"}])["unused_history"] == ["X"]
    assert "unused_history" not in planned(tmp_path, history=[{"code": "VARICELLA_DISEASE"}])


def dates(plan: dict[str, Any]) -> list[str]:
    return [visit["date"] for visit in plan["visits"]]


def test_a_plan_is_written_with_its_reasons(tmp_path: Path) -> None:
    found = planned(tmp_path)
    assert (found["id"], found["on"], found["until"]) == ("c1", "2026-04-20", "2028-08-01")
    assert (found["rulebook"], found["signed_off"], found["proven"]) == ("jp 2026-11-draft1", False, True)
    assert len(found["visits"]) == found["cost"]["visits"] == 6
    assert "sum_of_days" not in found["cost"]
    assert (found["not_planned"], len(found["rulebook_sha256"])) == ([], 64)
    bcg = next(one for one in found["visits"][3]["shots"] if one["vaccine"] == "BCG")
    assert bcg["why"] == [
        {"code": "recommended", "day": "2026-08-31", "after": [], "since": None, "source": ["S12", "S15"]},
        {"code": "together", "day": "2026-10-18", "after": [{"vaccine": "HEPB", "dose": 3}], "since": None,
         "source": []},
    ]  # fmt: skip
    wanted = {"dose": 1, "law": "A", "label": None, "product": None, "given_as": "BCG", "course": "BCG",
              "legal_from": "2026-04-01", "legal_until": "2027-03-31", "recommended_from": "2026-08-31",
              "recommended_until": "2026-11-30", "source": ["S12", "S15"]}  # fmt: skip
    assert {key: bcg[key] for key in wanted} == wanted
    assert set(bcg["sources"]) == {"legal_from", "legal_until", "recommended_from", "recommended_until"}
    assert "voucher" not in bcg
    third = next(one for one in found["visits"][3]["shots"] if one["vaccine"] == "HEPB")
    assert third["why"][0]["since"] == "2026-05-31"
    mumps = next(one for one in found["visits"][4]["shots"] if one["vaccine"] == "MUMPS")
    assert (mumps["legal_until"], mumps["recommended_until"], mumps["law"]) == (None, None, "optional")


def test_the_same_input_gives_the_same_bytes_and_a_summary_without_names(tmp_path: Path) -> None:
    outs = [tmp_path / "a.json", tmp_path / "b.json"]
    for out in outs:
        done = run("plan", person(tmp_path), "--on", "2026-04-20", "-o", out)
        assert done.stdout == "来院 6回、接種 18回、計画できなかった接種 0回\n"
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert run("plan", person(tmp_path), "-o", outs[0]).exit_code == 0  # today


def test_options_become_wishes(tmp_path: Path) -> None:
    closed = planned(tmp_path, "--closed", "sat,sun,holidays,2026-06-01,2026-06-29..2026-07-03")
    assert dates(closed)[:2] == ["2026-06-02", "2026-07-06"]
    assert dates(planned(tmp_path, "--closed", "sat,sun", "--closed", "holidays"))[:1] == ["2026-06-01"]
    assert dates(planned(tmp_path, "--blocked", "2026-05-20..2026-06-15"))[0] == "2026-06-16"
    assert dates(planned(tmp_path, "--not-before", "2026-06-10"))[0] == "2026-06-10"
    assert dates(planned(tmp_path, "--until", "2026-06-20")) == ["2026-05-31"]
    assert max(len(v["shots"]) for v in planned(tmp_path, "--max-shots", "4")["visits"]) == 4
    assert dates(planned(tmp_path, "--prefer", "sat,wed"))[0] == "2026-06-03"
    booked = planned(tmp_path, "--booked", "2026-09-07=BCG+HEPB", "--booked", "2026-05-31")
    assert [visit["booked"] for visit in booked["visits"]][:4] == [True, False, False, True]
    only = planned(tmp_path, "--vaccine", "BCG", "--vaccine", "ROTA", "--product", "ROTA=RV5")
    assert [(one["vaccine"], one["product"]) for visit in only["visits"] for one in visit["shots"]] == [
        ("ROTA", "RV5"), ("ROTA", "RV5"), ("ROTA", "RV5"), ("BCG", None),
    ]  # fmt: skip
    assert len(planned(tmp_path, "--within", "legal")["visits"]) == 5
    without = planned(tmp_path, "--no-optional")
    assert "MUMPS" not in {one["vaccine"] for visit in without["visits"] for one in visit["shots"]}


def test_holidays_are_known_for_the_years_of_the_law_alone(tmp_path: Path) -> None:
    from yakuba.handbook.cli_wishes import closed_days

    days = closed_days(("holidays",))
    from datetime import date

    assert days.closed(date(2026, 11, 23))
    assert not days.closed(date(2026, 11, 24))
    assert not days.closed(date(1948, 1, 1))
    assert not days.closed(date(2100, 1, 1))


def test_an_earlier_plan_is_changed_as_little_as_possible(tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(json.dumps(planned(tmp_path)), "utf-8")
    again = planned(tmp_path, "--previous", first, "--blocked", "2026-10-10..2026-10-20")
    assert dates(again) == [
        "2026-05-31", "2026-06-28", "2026-07-26", "2026-10-21", "2027-03-31", "2027-10-01",
    ]  # fmt: skip
    assert again["cost"]["changes"] == 2
    assert again["visits"][0]["shots"][0]["why"][-1]["code"] == "kept"


def test_a_person_without_an_id_can_be_planned(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text('{"birth": "2026-04-01"}', "utf-8")
    assert run("plan", path, "--on", "2026-04-20", "-o", tmp_path / "plan.json").exit_code == 0
    assert json.loads((tmp_path / "plan.json").read_text())["id"] is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--closed", "someday"], "--closed someday：mon、tue"),
        (["--closed", "2026-06-02..2026-06-01"], "終わりが始まりより前です"),
        (["--closed", "mon,tue,wed,thu,fri,sat,sun"], "すべての曜日が休みです"),
        (["--blocked", "x"], "--blocked x：日付"),
        (["--prefer", "holidays"], "--prefer holidays：mon"),
        (["--booked", "2026-06-01=ABC"], "--booked ABC：HEPB"),
        (["--booked", "soon"], "--booked soon：日付"),
        (["--vaccine", "ABC"], "--vaccine ABC：HEPB"),
        (["--vaccine", "BCG=1"], "--vaccine BCG=1：BCG のように"),
        (["--product", "ROTA"], "--product ROTA：ROTA=RV5 のように"),
        (["--product", "ROTA="], "--product ROTA=：ROTA=RV5 のように"),
        (["--rulebook", "mars"], "備え付けの規則は jp です"),
        (["--previous", "PATH/none.json"], "none.json：読めません"),
        (["--overlay", "PATH/none.yaml"], "none.yaml"),
    ],
)
def test_bad_options_are_named_and_nothing_is_written(tmp_path: Path, options: list[str], told: str) -> None:
    out = tmp_path / "plan.json"
    options = [one.replace("PATH", str(tmp_path)) for one in options]
    done = run("plan", person(tmp_path), "-o", out, *options)
    assert (done.exit_code, told in done.stderr, out.exists()) == (2, True, False), done.stderr


@pytest.mark.parametrize(
    ("previous", "told"),
    [
        ({}, "visits：null です"),
        ({"visits": "x" * 60}, "…"),
        ({"visits": [1]}, "visits[1] date：日付"),
        ({"visits": [{"date": "x", "shots": []}]}, "visits[1] date：日付"),
        ({"visits": [{"date": "2026-06-01"}]}, "visits[1] shots：並び"),
        ({"visits": [{"date": "2026-06-01", "shots": [1]}]}, "shots[1]：vaccine と dose"),
        ({"visits": [{"date": "2026-06-01", "shots": [{"vaccine": 1, "dose": 1}]}]}, "shots[1]：vaccine"),
        (
            {"visits": [{"date": "2026-06-01", "shots": [{"vaccine": "BCG", "dose": True}]}]},
            "shots[1]：vaccine",
        ),
        (
            {"visits": [{"date": "2026-06-01", "shots": [{"vaccine": "BCG", "dose": 1}] * 2}]},
            "BCG 1回目が2回",
        ),
    ],
)
def test_an_earlier_plan_that_is_none_is_refused(tmp_path: Path, previous: object, told: str) -> None:
    path = tmp_path / "previous.json"
    path.write_text(json.dumps(previous), "utf-8")
    done = run("plan", person(tmp_path), "-o", tmp_path / "plan.json", "--previous", path)
    assert (done.exit_code, told in done.stderr) == (2, True), done.stderr


def test_a_bad_person_and_a_bad_folder_are_named(tmp_path: Path) -> None:
    done = run("plan", person(tmp_path, sex="X"), "-o", tmp_path / "plan.json")
    assert (done.exit_code, "person.json sex：'X' です" in done.stderr) == (2, True)
    nowhere = run("plan", person(tmp_path), "-o", tmp_path / "no" / "plan.json")
    assert (nowhere.exit_code, "書けません" in nowhere.stderr) == (2, True)
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    assert run("plan", broken, "-o", tmp_path / "plan.json").exit_code == 2
    assert not (tmp_path / "plan.json").exists()


def test_an_overlay_adds_vouchers_and_changes_no_date(tmp_path: Path) -> None:
    plain, town = planned(tmp_path), planned(tmp_path, "--overlay", str(OVERLAY))
    assert (town["overlay"], "overlay" in plain) == ("東京都港区 2024-04-01", False)
    assert dates(plain) == dates(town)
    shots = {(one["vaccine"], one["dose"]): one for visit in town["visits"] for one in visit["shots"]}
    assert shots["BCG", 1]["voucher"] == {"title": "BCG", "mailed_on": "2026-05-31"}
    assert shots["MR", 1]["voucher"] == {"title": "MR第1期", "mailed_on": "2027-02-28"}
    assert (shots["MR", 1]["subsidy"], shots["BCG", 1]["subsidy"]) == (
        ["法定の期間を過ぎた人への区の助成"], [],
    )  # fmt: skip
    assert shots["MUMPS", 1]["voucher"] is None
    people = lines(
        tmp_path / "people.jsonl",
        PERSON | {"doses": [{"vaccine": "HIB", "date": "2026-06-01"}]},
        {"id": 2, "due": "2026-10-01"},
        {"id": 3, "birth": "2020-05-01"},
    )
    out = tmp_path / "out.jsonl"
    done = run("forecast", "--batch", people, "--on", "2026-06-15", "--overlay", str(OVERLAY), "-o", out)
    assert done.exit_code == 0
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert {row["overlay"] for row in rows} == {"東京都港区 2024-04-01"}
    by_vaccine = {one["vaccine"]: one for one in rows[0]["forecasts"]}
    assert by_vaccine["HIB"]["voucher"] == {"title": None, "mailed_on": None, "on_request": True}
    assert by_vaccine["JE"]["voucher"] == {"title": "日本脳炎第1期初回", "mailed_on": "2029-02-28"}
    assert rows[1]["forecasts"][0]["voucher"] is None
    second = next(one for one in rows[2]["forecasts"] if one["vaccine"] == "MR")
    assert second["voucher"] == {"title": "MR第2期", "mailed_on": "2026-04-01"}


def changed(folder: Path) -> Path:
    path = folder / "after.yaml"
    path.write_text((JP / "2026.yaml").read_text("utf-8").replace(ONE_WINDOW, TWO_WINDOWS), "utf-8")
    return path


def test_a_change_of_rules_is_reported_by_person_and_summed_up(tmp_path: Path) -> None:
    people = lines(tmp_path / "people.jsonl", {"id": "a", "birth": "2026-10-01"},
                   {"id": "b", "birth": "2024-02-01", "doses": [{"vaccine": "VAR", "date": "2025-03-01"}]},
                   {"id": "c", "birth": "2015-01-01"})  # fmt: skip
    out = tmp_path / "out.jsonl"
    done = run("diff", "--before", "jp", "--after", changed(tmp_path), "--batch", people,
               "--on", "2026-11-23", "-o", out)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "対象 3人のうち、変わる人 1人\nVAR 1人（legal_until 1）\n"
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert rows == [
        {"id": "a", "on": "2027-04-01", "rulebook_before": "jp 2026-11-draft1",
         "rulebook_after": "jp 2026-11-draft1",
         "changes": [{"what": "forecast", "vaccine": "VAR", "dose": 1, "field": "legal_until",
                      "before": "2029-09-30", "after": "2031-09-30"}]},
    ]  # fmt: skip
    today = run("diff", "--before", "jp", "--after", "jp", "--batch", people, "-o", out)
    assert (today.stdout, out.read_text()) == ("対象 3人のうち、変わる人 0人\n", "")


def test_a_changed_book_must_know_every_vaccine_of_the_histories(tmp_path: Path) -> None:
    from tests.handbook.rulebooks.test_loading import SMALL

    book = tmp_path / "small.yaml"
    book.write_text(SMALL, "utf-8")
    people = lines(tmp_path / "p.jsonl", {"id": 1, "birth": "2024-04-01",
                   "doses": [{"vaccine": "VAR", "date": "2025-06-01"}]})  # fmt: skip
    done = run("diff", "--before", "jp", "--after", book, "--batch", people, "-o", tmp_path / "out.jsonl")
    assert (done.exit_code, "履歴にある VAR がありません" in done.stderr) == (2, True), done.stderr
    bad = lines(tmp_path / "bad.jsonl", {"id": 1})
    refused = run("diff", "--before", "jp", "--after", "jp", "--batch", bad, "-o", tmp_path / "out.jsonl")
    assert (refused.exit_code, "birth：ありません" in refused.stderr) == (2, True)
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("options", "more", "told"),
    [
        (["--on", "9999-12-31"], {}, "--on：9999-12-31 です。9900年まで"),
        (["--not-before", "9999-01-01"], {}, "--not-before：9999-01-01 です。9900年まで"),
        ([], {"birth": "9999-12-31"}, "birth：9999-12-31 です。1900年から2999年まで"),
    ],
)
def test_a_plan_at_the_end_of_the_calendar_is_refused(
    tmp_path: Path, options: list[str], more: dict[str, str], told: str
) -> None:
    done = run("plan", person(tmp_path, **more), *options, "-o", tmp_path / "plan.json")
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize(
    ("dose", "told"),
    [
        ({"vaccine": ["PCV"]}, "doses[1] vaccine：['PCV']"),
        ({"vaccine": {"a": 1}}, "doses[1] vaccine：{'a': 1}"),
        ({"product": {"a": 1}}, "doses[1] product：{'a': 1} です。製品の記号（文字）が必要です。"),
        ({"faulty": "no"}, "doses[1] faulty：'no' です。true か false が必要です。"),
    ],
)
def test_a_dose_whose_fields_are_of_another_kind_is_named(
    tmp_path: Path, dose: dict[str, object], told: str
) -> None:
    whole = {"vaccine": "PCV", "date": "2026-06-01", **dose}
    done = run("plan", person(tmp_path, doses=[whole]), "--on", "2026-07-01", "-o", tmp_path / "plan.json")
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "plan.json").exists()


def test_a_plan_names_what_it_could_not_judge_without_the_sex(tmp_path: Path) -> None:
    assert planned(tmp_path, sex=None)["needs"] == ["sex"]
    assert "needs" not in planned(tmp_path, sex="M")
