"""``yakuba effects import``: all rows or none, each fault named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from yakuba.cli import main
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import User
from yakuba.effects import importing
from yakuba.effects.models import BaselineSample, CaseCount, Cost, WorkSession

HEADER = (
    "event,task,case,user,started_at,ended_at,seconds,date,count,method,persons,system,name,yen,per,until"
)
SESSION = "session,nursery.review,12,1001,2026-11-20T09:00:00,2026-11-20T09:10:00,300,,,,,,,,,"
BASELINE = "baseline,nursery.review,,,,,600,2026-10-01,,ストップウォッチ,2,,,,,"
COUNT = "count,nursery.review,,,,,,2026-11-20,45,,,,,,,"
COST = "cost,,,,,,,2026-04-01,,,,nursery,保守,120000,month,2027-03-31"
pytestmark = pytest.mark.django_db


def table(folder: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path = folder / "events.csv"
    path.write_bytes("\n".join([HEADER, *rows, ""]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_every_kind_of_event_is_imported(tmp_path: Path, officer: User, encoding: str) -> None:
    done = importing.import_events(
        table(tmp_path, SESSION, BASELINE, "", COUNT, COST, encoding=encoding), by="test"
    )
    assert (done.new, done.already) == (4, 0)
    session = WorkSession.objects.get()
    assert (session.user, session.case_ref, session.source) == (officer, "12", "import")
    assert (session.active_seconds, session.idle_cut_seconds) == (300.0, 300.0)
    assert session.started_at.isoformat() == "2026-11-20T00:00:00+00:00"
    baseline = BaselineSample.objects.get()
    assert (baseline.seconds, baseline.method, baseline.persons) == (600.0, "ストップウォッチ", 2)
    assert CaseCount.objects.get().count == 45
    cost = Cost.objects.get()
    assert (cost.yen, cost.per, str(cost.ends_on)) == (120000, "month", "2027-03-31")
    assert AuditEntry.objects.get(action="effects.import").detail == {"new": 4, "already": 0}


def test_importing_again_adds_nothing_but_equal_rows_of_one_file_count_each(tmp_path: Path) -> None:
    path = table(tmp_path, BASELINE, BASELINE, COUNT)
    assert importing.import_events(path, by="test") == importing.Imported(new=3, already=0)
    assert importing.import_events(path, by="test") == importing.Imported(new=0, already=3)
    more = table(tmp_path, BASELINE, BASELINE, BASELINE)
    assert importing.import_events(more, by="test") == importing.Imported(new=1, already=2)
    assert BaselineSample.objects.count() == 3


def test_empty_optional_cells_take_their_defaults(tmp_path: Path) -> None:
    rows = [
        "session,nursery.review,,,2026-11-20T09:00:00+00:00,2026-11-20T09:10:00+00:00,,,,,,,,,,",
        "baseline,nursery.review,,,,,600,2026-10-01,,,,,,,,",
        "cost,,,,,,,2026-04-01,,,,nursery,導入,5,once,",
    ]
    importing.import_events(table(tmp_path, *rows), by="test")
    session = WorkSession.objects.get()
    assert (session.active_seconds, session.user, session.started_at.hour) == (600.0, None, 9)
    assert BaselineSample.objects.get().persons == 1
    assert Cost.objects.get().ends_on is None


BAD = [
    ("party,,,,,,,,,,,,,,,", "event"),
    (SESSION.replace("nursery.review", "review"), "task"),
    (SESSION.replace(",12,", ",1 2,"), "case"),
    (SESSION.replace("1001", "9999"), "user"),
    (SESSION.replace("2026-11-20T09:00:00", "昨日"), "started_at"),
    (SESSION.replace("2026-11-20T09:10:00", "2026-11-20T08:00:00"), "ended_at"),
    (SESSION.replace(",300,", ",601,"), "seconds"),
    (BASELINE.replace(",600,", ",0,"), "seconds"),
    (BASELINE.replace(",600,", ",nan,"), "seconds"),
    (BASELINE.replace("2026-10-01", "2026-13-01"), "date"),
    (BASELINE.replace(",2,,", ",1.5,,"), "persons"),
    (BASELINE.replace("ストップウォッチ", "長" * 201), "method"),
    (COUNT.replace("45", "-1"), "count"),
    (COUNT.replace("45", "x"), "count"),
    (COUNT.replace("2026-11-20", ""), "date"),
    (COST.replace("month", "week"), "per"),
    (COST.replace("2027-03-31", "2026-03-31"), "until"),
    (COST.replace("2026-04-01", "x"), "date"),
    (COST.replace("nursery", ""), "system"),
    (COST.replace("120000", "0.5"), "yen"),
]


@pytest.mark.parametrize(("row", "column"), BAD)
def test_a_wrong_cell_is_named_and_nothing_is_imported(
    tmp_path: Path, officer: User, row: str, column: str
) -> None:
    with pytest.raises(importing.EventFaults) as problem:
        importing.import_events(table(tmp_path, SESSION, row, COUNT), by="test")
    assert [(fault.file, fault.row, fault.column) for fault in problem.value.faults] == [
        ("events.csv", 3, column)
    ]
    assert f"events.csv：3行目の列「{column}」" in str(problem.value)
    assert not WorkSession.objects.exists()
    assert not CaseCount.objects.exists()


def test_every_fault_is_listed_up_to_a_hundred(tmp_path: Path) -> None:
    with pytest.raises(importing.EventFaults) as problem:
        importing.import_events(table(tmp_path, *["count,x,,,,,,x,x,,,,,,,"] * 50), by="test")
    assert len(problem.value.faults) == 100


def test_a_second_count_for_the_same_day_is_refused_whole(tmp_path: Path) -> None:
    importing.import_events(table(tmp_path, COUNT), by="test")
    with pytest.raises(importing.EventFaults, match="1日1作業に1つ"):
        importing.import_events(table(tmp_path, BASELINE, COUNT.replace("45", "46")), by="test")
    assert CaseCount.objects.get().count == 45
    assert not BaselineSample.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "見出し行に列「event」"),
        (b"a,b\n1,2\n", "「a、b」とあります"),
        (b"event\n\x81\x20\n", "UTF-8 か CP932"),
        (b'event\n"x\n', "引用符の閉じた CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    with pytest.raises(importing.EventFaults, match=message):
        importing.import_events(path, by="test")


def test_a_file_beyond_the_size_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_BYTES", 10)
    with pytest.raises(importing.EventFaults, match="10 バイト以下"):
        importing.import_events(table(tmp_path, COUNT), by="test")


def test_the_command_says_how_many_rows_or_what_is_wrong(tmp_path: Path) -> None:
    good = CliRunner().invoke(main, ["effects", "import", str(table(tmp_path, COUNT, BASELINE))])
    assert (good.exit_code, good.output) == (
        0, "2行を取り込みました。取り込み済みの行は0行です。\n",
    )  # fmt: skip
    bad = CliRunner().invoke(main, ["effects", "import", str(table(tmp_path, "x,,,,,,,,,,,,,,,"))])
    assert bad.exit_code == 2
    assert "2行目の列「event」" in bad.stderr
