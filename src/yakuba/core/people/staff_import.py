"""Staff from a CSV: first a plan that changes nothing, then all of it or none of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.domain.tables import Fault, Row, decode, read
from yakuba.core.people.domain.values import is_staff_number, parse_day, parse_role
from yakuba.core.people.models import Department, Role, User
from yakuba.core.people.permissions import active_assignments
from yakuba.core.people.services import PeopleError, add_person

REQUIRED = ("職員番号", "氏名")
OPTIONAL = ("フリガナ", "電子メール", "課コード", "権限", "開始日")
FIELDS = {"氏名": "name", "フリガナ": "kana", "電子メール": "email"}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file."""

    row: int
    username: str
    status: str  # added, changed, unchanged
    values: dict[str, str]  # model field -> value
    changes: tuple[tuple[str, str, str], ...] = ()  # (column, before, after)
    department: str = ""  # code
    role: str = ""
    starts_on: str = ""  # ISO

    @property
    def role_label(self) -> str:
        """The role's Japanese name."""
        return str(Role(self.role).label) if self.role else ""


@dataclass(slots=True)
class Plan:
    """What an import would do. Nothing is written while there are faults."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def of(self, status: str) -> list[Line]:
        """The lines of one status."""
        return [line for line in self.lines if line.status == status]

    @property
    def counts(self) -> dict[str, int]:
        """People by status, and the number of faults."""
        by_status = {status: len(self.of(status)) for status in ("added", "changed", "unchanged")}
        return by_status | {"faults": len(self.faults)}

    @property
    def digest(self) -> str:
        """Equal for equal plans: a confirmation is for what was shown."""
        return hashlib.sha256(json.dumps([asdict(line) for line in self.lines]).encode()).hexdigest()


class PlanChanged(PeopleError):
    """The database changed between preview and confirmation."""

    def __init__(self) -> None:
        super().__init__(
            "確かめている間に職員の情報が変わりました。新しい内容を確かめて、もう一度取り込んでください。"
        )


def make_plan(data: bytes, *, today: date | None = None) -> Plan:
    """Compare a file with the database. All faults are found at once."""
    text = decode(data)
    if isinstance(text, Fault):
        return Plan(faults=[text])
    rows, faults = read(text, required=REQUIRED, optional=OPTIONAL)
    plan = Plan(faults=list(faults))
    departments = {department.code for department in Department.objects.all()}
    people = {user.username: user for user in User.objects.all()}
    seen: dict[str, int] = {}
    day = today or timezone.localdate()
    for row in rows:
        number = row["職員番号"]
        if number in seen:
            plan.faults.append(
                Fault(row.number, "職員番号", number, f"{seen[number]}行と同じです。1人1行にしてください。")
            )
            continue
        seen[number] = row.number
        found = _row_faults(row, departments)
        line = None if found else _line(row, people.get(number), day, found)
        plan.faults.extend(found)
        if line is not None:
            plan.lines.append(line)
    return plan


def _row_faults(row: Row, departments: set[str]) -> list[Fault]:
    faults = []

    def fault(column: str, expected: str) -> None:
        faults.append(Fault(row.number, column, row[column], expected))

    if not is_staff_number(row["職員番号"]):
        fault("職員番号", "半角の英数字（20文字以内）で入力してください。")
    for column in ("氏名", "フリガナ"):
        if len(row[column]) > 100 or "�" in row[column]:
            fault(column, "100文字以内で、読める字で入力してください。")
    if not row["氏名"]:
        fault("氏名", "氏名を入力してください。")
    if row["電子メール"] and not _is_email(row["電子メール"]):
        fault("電子メール", "name@example.jp の形で入力するか、空にしてください。")
    if bool(row["課コード"]) != bool(row["権限"]):
        fault(
            "権限" if row["課コード"] else "課コード", "課コードと権限は、両方入れるか両方空にしてください。"
        )
    if row["課コード"] and row["課コード"] not in departments:
        fault(
            "課コード",
            f"課の一覧にある課コード（{'、'.join(sorted(departments)[:8]) or '登録なし'}）にしてください。",
        )
    if row["権限"] and parse_role(row["権限"]) is None:
        fault("権限", "閲覧、担当、承認、管理のどれかにしてください。")
    if row["開始日"] and parse_day(row["開始日"]) is None:
        fault("開始日", "2027-04-01 の形の、ある日付にしてください。")
    return faults


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _line(row: Row, user: User | None, today: date, faults: list[Fault]) -> Line | None:
    values = {name: row[column] for column, name in FIELDS.items()}
    role = parse_role(row["権限"]) or ""
    if user is None:
        starts_on = (parse_day(row["開始日"]) or today).isoformat() if role else ""
        return Line(row.number, row["職員番号"], "added", values, (), row["課コード"], role, starts_on)
    if role:
        held = {(one.department.code, one.role) for one in active_assignments(user, today)}
        if (row["課コード"], role) not in held:
            expected = (
                "登録済みの職員の配属は「人事異動」で変えてください。"
                "ここでは空にするか、今の配属を入れてください。"
            )
            faults.append(Fault(row.number, "課コード", row["課コード"], expected))
            return None
    changes = tuple(
        (column, getattr(user, name), row[column])
        for column, name in FIELDS.items()
        if column in row.values and getattr(user, name) != row[column]
    )
    values = {name: row[column] for column, name in FIELDS.items() if column in row.values}
    return Line(row.number, user.username, "changed" if changes else "unchanged", values, changes)


@transaction.atomic
def apply_plan(data: bytes, *, digest: str, by: Any) -> dict[str, int]:
    """Write what was previewed; the counts by status.

    ``PeopleError`` when the file has faults, ``PlanChanged`` when the plan is not the one with
    ``digest``; in both cases nothing is written.
    """
    plan = make_plan(data)
    if plan.faults:
        raise PeopleError(
            f"{len(plan.faults)}か所に誤りがあるため、取り込んでいません。直してから取り込んでください。"
        )
    if plan.digest != digest:
        raise PlanChanged
    departments = {department.code: department for department in Department.objects.all()}
    for line in plan.of("added"):
        add_person(
            line.username,
            line.values["name"],
            kana=line.values["kana"],
            email=line.values["email"],
            department=departments.get(line.department),
            role=Role(line.role) if line.role else None,
            starts_on=date.fromisoformat(line.starts_on) if line.starts_on else None,
            by=by,
        )
    for line in plan.of("changed"):
        User.objects.filter(username=line.username).update(**line.values)
    record("people.imported", actor=by, target="people", detail=plan.counts)
    return plan.counts
