"""Load 汐見区 into this installation and run every built system once on its sample."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import click
from django.db import transaction

from yakuba.core.audit.services import record
from yakuba.core.jobs.models import Job
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.core.people.services import add_person
from yakuba.nursery.applications.export import to_workbook
from yakuba.nursery.models import ApplicationFile, Ledger, Rulebook, SelectionRound
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.applications import import_applications, receive
from yakuba.nursery.services.rounds import create_round
from yakuba.nursery.services.rulebooks import ask_activation, install_shipped
from yakuba.nursery.services.scoring import request_scoring
from yakuba.site.demo.city import City, make_city
from yakuba.site.demo.facilities import load_facilities
from yakuba.site.demo.handbook_families import FAMILIES
from yakuba.site.demo.handbook_life import run_life
from yakuba.site.demo.handbook_run import OFFICER, run_handbook
from yakuba.site.demo.nursery_applications import make_applications
from yakuba.site.demo.ocr import run_ocr

PASSWORD = "nami-kaze-hashi-08"  # noqa: S105 - printed for everybody who tries the demo
TITLE = "令和9年4月入所 一次選考"
SINCE = date(2026, 4, 1)
STARTS = date(2027, 4, 1)
LOGINS = ("20001", "20003", "20004", "21001", "21003", "40001", "40003", "10001")  # printed at the end
POLL = 0.3  # seconds between two looks at a running job


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the closing table."""

    system: str
    sample: str
    outcome: str
    seconds: float


class DemoFailed(RuntimeError):
    """A system did not get through its sample."""


def load(*, children: int, nurseries: int, seed: int) -> list[Line]:
    """Everything, in order; what is there already is left as it is."""
    city = make_city(seed, nurseries=nurseries)
    return [
        _timed("職員と権限", "汐見区の課と職員", lambda: load_people(city)),
        _timed(
            "保育所利用調整",
            f"申込 {children:,}人、{nurseries}園",
            lambda: run_nursery(children, nurseries, seed),
        ),
        _timed("子育ての施設と制度", "公開データのCSV 5つと地図", lambda: load_facilities(city)),
        _timed("母子手帳・予防接種", "子ども300人と接種の記録", lambda: run_handbook(_work)),
        _timed(
            "健診・教室の予約、家庭の手帳",
            f"家庭{len(FAMILIES)}つと8週間の枠",
            lambda: run_life(User.objects.get(username=OFFICER), PASSWORD),
        ),
        _timed("AI-OCR（帳票読取）", "3つの帳票と合成画像18枚", lambda: run_ocr(_work)),
    ]


def _timed(system: str, sample: str, act: Callable[[], str]) -> Line:
    click.echo(f"{system}：{sample} …", err=True)
    started = time.monotonic()
    outcome = act()
    return Line(system, sample, outcome, time.monotonic() - started)


def load_people(city: City) -> str:
    """Departments, staff and roles of the demo city."""
    with transaction.atomic():
        for row in city.departments:
            Department.objects.get_or_create(
                code=row.code, defaults={"name": row.name, "systems": list(row.systems)}
            )
        for staff in city.staff:
            if User.objects.filter(username=staff.username).exists():
                continue
            user = add_person(
                staff.username, staff.name, kana=staff.kana, password=PASSWORD, by="system:demo"
            )
            for code, role in staff.roles:
                Assignment.objects.create(
                    user=user,
                    department=Department.objects.get(code=code),
                    role=Role(role),
                    starts_on=SINCE,
                )
    return f"{len(city.departments)}課、{len(city.staff)}人"


def run_nursery(children: int, nurseries: int, seed: int) -> str:
    """A round from its applications file to its result, through real workers; what is there is left."""
    officer = User.objects.get(username="20001")
    selection = SelectionRound.objects.filter(title=TITLE).first() or _open_round(officer)
    newest = selection.applications.first() or _import(selection, children, nurseries, seed, officer)
    ledger = _scored(newest, officer)
    finished = ledger.allocations.filter(finished_at__isnull=False).first()
    if finished is None:
        finished = request_allocation(ledger, seed=seed if ledger.ties else None, by=officer)
        _work(finished.job, "割り当てています")
        finished.refresh_from_db()
    figures = finished.figures
    return (
        f"内定 {figures['placed']:,}人、保留 {figures['waiting']:,}人、"
        f"不成立 {len(finished.blocking_families)}世帯（計算 {finished.seconds or 0:.1f}秒）"
    )


def _open_round(officer: User) -> SelectionRound:
    """The rule book of the ward, made active by two persons, and a round that uses it."""
    book = install_shipped("shiomi", by=officer)
    if book.state == Rulebook.State.DRAFT:
        reason = "見本の選考に使います。計算例はすべて合っています。"
        approval = ask_activation(book, by=officer, reason=reason, counts={})
        decide(approval, by=User.objects.get(username="20003"), approve=True)
        book.refresh_from_db()
    return create_round(title=TITLE, starts_on=STARTS, rulebook=book, by=officer)


def _import(
    selection: SelectionRound, children: int, nurseries: int, seed: int, officer: User
) -> ApplicationFile:
    """The applications as the Excel file that an officer would upload."""
    data = to_workbook(make_applications(children, nurseries, seed=seed))
    pending = receive("汐見区申込情報.xlsx", data, by=officer)
    return import_applications(pending, selection, by=officer)


def _scored(newest: ApplicationFile, officer: User) -> Ledger:
    """The keyed ledger of the round, scored by a worker when it is not there yet."""
    done = newest.scorings.filter(ledger__isnull=False).first()
    if done is None:
        if newest.selection.rulebook is None:
            raise DemoFailed("見本の選考に利用調整基準がありません。")
        done = request_scoring(newest, newest.selection.rulebook, by=officer)
        _work(done.job, "採点しています")
        done.refresh_from_db()
    if done.ledger is None:
        raise DemoFailed("採点が終わりませんでした。処理の一覧で理由を確かめてください。")
    return done.ledger


def _work(job: Job | None, text: str) -> None:
    """Run the waiting job in a worker process of its own, as in production."""
    if job is None:
        raise DemoFailed("処理が登録されていません。")
    worker = subprocess.Popen(
        [sys.executable, "-m", "yakuba", "worker", "--once", "--executor-id", "demo"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with click.progressbar(length=100, label=f"  {text}", file=sys.stderr) as bar:
        shown = 0
        while worker.poll() is None:
            job.refresh_from_db()
            percent = job.percent
            bar.update(max(0, percent - shown))
            shown = max(shown, percent)
            time.sleep(POLL)
        bar.update(100 - shown)
    job.refresh_from_db()
    if job.state != "done":
        said = worker.stderr.read() if worker.stderr else ""
        raise DemoFailed(f"{text}：終わりませんでした（{job.get_state_display()}）。{job.error}\n{said}")


def closing_table(lines: list[Line]) -> str:
    """What ran, on what, with what outcome."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="デモの結果", title_justify="left")
    for name in ("業務", "見本", "結果"):
        table.add_column(name)
    table.add_column("秒", justify="right")
    for line in lines:
        table.add_row(line.system, line.sample, line.outcome, f"{line.seconds:.1f}")
    page = io.StringIO()
    Console(width=110, file=page).print(table)
    return page.getvalue()


def login_lines() -> list[str]:
    """Who can sign in, with what role."""
    lines = []
    for username in LOGINS:
        user = User.objects.get(username=username)
        held = user.assignments.select_related("department").first()
        place = f"{held.department.name}・{held.get_role_display()}" if held else "配属なし"
        lines.append(f"  職員番号 {username}　パスワード {PASSWORD}　{user.name}（{place}）")
    return lines


def family_lines() -> list[str]:
    """Families that can sign in to the handbook."""
    return [f"  ログイン名 {one.login}　パスワード {PASSWORD}　{one.name}（{one.says}）" for one in FAMILIES]


def note_loaded() -> None:
    """The audit log says that this installation holds invented data."""
    record("demo.load", actor="system:demo", target="demo:汐見区")
