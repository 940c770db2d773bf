"""``yakuba people``: accounts from the command line, also the first admin of an empty database."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from yakuba.core.setup import start_django

if TYPE_CHECKING:
    from yakuba.core.people.domain.tables import Fault

ACTOR = "system:command-line"
ROLES = ("viewer", "officer", "approver", "admin")


@click.group()
def people() -> None:
    """職員: accounts, roles, transfers, staff CSV import."""
    start_django()


def _fail(message: str) -> NoReturn:
    raise click.UsageError(message)  # exit 2: bad input


def _show_faults(faults: list[Fault]) -> NoReturn:
    for fault in faults:
        click.echo(str(fault), err=True)
    _fail(f"{len(faults)}か所に誤りがあります。何も書き込んでいません。")


@people.command()
@click.argument("number", metavar="職員番号")
@click.option("--name", help="氏名（省くと職員番号）")
@click.option("--role", type=click.Choice(ROLES), help="権限")
@click.option("--department", metavar="課コード", help="配属先の課コード")
@click.option("--admin", is_flag=True, help="管理者にする（課コードを省くと 000 管理 を作って使う）")
@click.option(
    "--password-stdin", is_flag=True, help="パスワードを標準入力から1行読む（省くと再設定コードを出す）"
)
def add(
    number: str, name: str | None, role: str | None, department: str | None, admin: bool, password_stdin: bool
) -> None:
    """Add a person. Without a password a one-time code is printed."""
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from yakuba.core.people.domain.values import is_staff_number
    from yakuba.core.people.models import Department, Role
    from yakuba.core.people.services import PeopleError, add_person, issue_reset_code

    if admin:
        role = role or "admin"
    if role != "admin" and bool(role) != bool(department):
        _fail("--role と --department は、両方付けるか両方省いてください。")
    if not is_staff_number(number):
        _fail(f"職員番号：「{number}」は使えません。半角の英数字（20文字以内）にしてください。")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        with transaction.atomic():
            if role == "admin" and not department:
                place, _ = Department.objects.get_or_create(code="000", defaults={"name": "管理"})
            else:
                found = Department.objects.filter(code=department or "").first()
                if department and found is None:
                    codes = "、".join(Department.objects.values_list("code", flat=True)) or "登録なし"
                    _fail(f"課コード：「{department}」はありません。登録済みの課コード：{codes}")
                place = found  # type: ignore[assignment]  # None = no assignment
            user = add_person(
                number,
                name or number,
                password=password,
                department=place,
                role=Role(role) if role else None,
                by=ACTOR,
            )
            code = None if password_stdin else issue_reset_code(user, by=ACTOR)
    except PeopleError as error:
        _fail(str(error))
    except ValidationError as error:
        _fail("パスワード：" + " ".join(error.messages))
    click.echo(f"職員 {user.username} を登録しました。")
    if code:
        click.echo(f"再設定コード（24時間、1回だけ）：{code}")


@people.command("list")
def list_people() -> None:
    """List people with today's assignments."""
    from django.utils import timezone

    from yakuba.core.people.models import User
    from yakuba.core.people.permissions import active_assignments

    for user in User.objects.order_by("username"):
        held = "、".join(
            f"{one.department.name}・{one.get_role_display()}"
            for one in active_assignments(user, timezone.localdate())
        )
        click.echo(f"{user.username}\t{user.name}\t{'有効' if user.is_active else '停止'}\t{held or '—'}")


@people.command("reset-code")
@click.argument("number", metavar="職員番号")
def reset_code(number: str) -> None:
    """Print a one-time code for a new password."""
    from yakuba.core.people.models import User
    from yakuba.core.people.services import PeopleError, issue_reset_code

    user = User.objects.filter(username=number).first()
    if user is None:
        _fail(f"職員番号「{number}」は登録されていません。")
    try:
        code = issue_reset_code(user, by=ACTOR)
    except PeopleError as error:
        _fail(str(error))
    click.echo(f"再設定コード（24時間、1回だけ）：{code}")


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="確かめずに取り込む")
def import_people(file: Path, yes: bool) -> None:
    """Import staff from a CSV (UTF-8 or CP932): preview, then confirm."""
    from yakuba.core.people.services import PeopleError
    from yakuba.core.people.staff_import import apply_plan, make_plan

    data = file.read_bytes()
    plan = make_plan(data)
    if plan.faults:
        _show_faults(plan.faults)
    counts = plan.counts
    click.echo(f"追加 {counts['added']}人、変更 {counts['changed']}人、変更なし {counts['unchanged']}人")
    if not yes:
        click.confirm("取り込みますか", abort=True)
    try:
        apply_plan(data, digest=plan.digest, by=ACTOR)
    except PeopleError as error:
        _fail(str(error))
    click.echo("取り込みました。")


@people.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="発令日")
@click.option("--by", "by_number", required=True, metavar="職員番号", help="登録する管理者")
@click.option("--title", default="人事異動", show_default=True)
@click.option("--yes", is_flag=True, help="確かめずに登録する")
def transfer(file: Path, day: date, by_number: str, title: str, yes: bool) -> None:
    """Register dated transfers from a CSV: preview, then confirm."""
    from yakuba.core.people.models import Role, User
    from yakuba.core.people.permissions import allowed
    from yakuba.core.people.services import PeopleError
    from yakuba.core.people.transfers import confirm, make_plan

    by = User.objects.filter(username=by_number).first()
    if by is None or not allowed(by, None, Role.ADMIN):
        _fail(f"職員番号「{by_number}」は管理の権限を持っていません。")
    data = file.read_bytes()
    on = day.date() if hasattr(day, "date") else day
    plan = make_plan(data, on)
    if plan.faults:
        _show_faults(plan.faults)
    for move in plan.moves:
        before, after = ("、".join(posts) or "なし" for posts in (move.before, move.after))
        click.echo(f"{move.username} {move.name}：{before} → {after}")
    click.echo(f"{on.isoformat()} 発令　変わる人 {len(plan.moves)}人、変わらない人 {plan.unchanged}人")
    if not yes:
        click.confirm("登録しますか", abort=True)
    try:
        confirm(data, on, digest=plan.digest, title=title, by=by)
    except PeopleError as error:
        _fail(str(error))
    click.echo("登録しました。発令日から権限が変わります。")


@people.command("sign-out")
@click.argument("number", required=False, metavar="[職員番号]")
@click.option("--everybody", is_flag=True, help="全ての職員")
def sign_out_command(number: str | None, everybody: bool) -> None:
    """End the sessions of one person, or of everybody with --everybody."""
    from yakuba.core.people.models import User
    from yakuba.core.people.services import sign_out, sign_out_everybody

    if everybody == bool(number):
        raise click.UsageError("職員番号か --everybody のどちらか1つを指定してください。")
    if everybody:
        ended = sign_out_everybody(by=ACTOR)
    else:
        user = User.objects.filter(username=number).first()
        if user is None:
            _fail(f"職員番号「{number}」は登録されていません。")
        ended = sign_out(user, by=ACTOR)
    click.echo(f"ログイン中の端末 {ended}台での利用を終わらせました。")
