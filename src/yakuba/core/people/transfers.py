"""Dated transfers (人事異動): planned, previewed, confirmed, and undone before their day.

Confirming ends the assignments of each listed person on the day before and starts the new ones on the day.
Permissions are computed from the dates at every request, so that nothing has to run on the day itself.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.domain.moves import Change, compare, permissions
from yakuba.core.people.domain.tables import Fault, Row, decode, read
from yakuba.core.people.domain.values import parse_role
from yakuba.core.people.models import Assignment, Department, Role, TransferBatch, TransferLine, User
from yakuba.core.people.permissions import active_assignments
from yakuba.core.people.services import PeopleError, admins_on
from yakuba.core.people.staff_import import PlanChanged

REQUIRED = ("職員番号", "課コード", "権限")
OPTIONAL = ("氏名",)  # for the reader of the file; checked against the register


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to one person on the day."""

    user: int
    username: str
    name: str
    keeps: tuple[int, ...]  # assignments that go on
    ends: tuple[int, ...]
    starts: tuple[tuple[str, str], ...]  # (department code, role)
    before: tuple[str, ...]  # 「保育課・担当」
    after: tuple[str, ...]
    change: Change


@dataclass(slots=True)
class Plan:
    """What a batch of transfers would do."""

    effective_on: date
    moves: list[Move] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Equal for equal plans."""
        content = [self.effective_on.isoformat(), [asdict(move) for move in self.moves]]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def make_plan(data: bytes, effective_on: date, *, today: date | None = None) -> Plan:
    """Compare a list of new assignments with the register as it will stand on the day.

    One row an assignment: several rows of one person are 兼務, a row with both cells empty means that the
    person leaves. People who are not listed stay as they are.
    """
    plan = Plan(effective_on)
    if effective_on <= (today or timezone.localdate()):
        expected = "明日以後の日にしてください。過ぎた日と今日の権限は変えられません。"
        plan.faults.append(Fault(0, "発令日", effective_on.isoformat(), expected))
        return plan
    text = decode(data)
    if isinstance(text, Fault):
        plan.faults.append(text)
        return plan
    rows, faults = read(text, required=REQUIRED, optional=OPTIONAL)
    plan.faults.extend(faults)
    departments = {department.code: department for department in Department.objects.all()}
    people = {user.username: user for user in User.objects.all()}
    wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    first_row: dict[str, int] = {}
    for row in rows:
        found = _row_faults(row, people, departments)
        plan.faults.extend(found)
        if not found:
            number = row["職員番号"]
            first_row.setdefault(number, row.number)
            pair = (row["課コード"], parse_role(row["権限"]) or "")
            if pair in wanted[number]:
                plan.faults.append(
                    Fault(
                        row.number, "課コード", row["課コード"], "同じ配属が2行あります。1行にしてください。"
                    )
                )
            wanted[number].append(pair)
    for number, pairs in wanted.items():
        _plan_person(plan, people[number], pairs, departments, first_row[number])
    if not plan.faults:
        _check_admins(plan)
    return plan


def _row_faults(row: Row, people: dict[str, User], departments: dict[str, Department]) -> list[Fault]:
    faults = []
    user = people.get(row["職員番号"])
    if user is None:
        expected = "登録されている職員番号にするか、先に職員を登録してください。"
        faults.append(Fault(row.number, "職員番号", row["職員番号"], expected))
    elif row["氏名"] and row["氏名"] != user.name:
        expected = f"この職員番号の氏名は「{user.name}」です。職員番号か氏名を直してください。"
        faults.append(Fault(row.number, "氏名", row["氏名"], expected))
    if bool(row["課コード"]) != bool(row["権限"]):
        column = "権限" if row["課コード"] else "課コード"
        faults.append(
            Fault(row.number, column, "", "課コードと権限は、両方入れるか両方空（退職など）にしてください。")
        )
    elif row["課コード"]:
        if row["課コード"] not in departments:
            faults.append(
                Fault(row.number, "課コード", row["課コード"], "課の一覧にある課コードにしてください。")
            )
        if parse_role(row["権限"]) is None:
            faults.append(
                Fault(row.number, "権限", row["権限"], "閲覧、担当、承認、管理のどれかにしてください。")
            )
    return faults


def _held(assignments: list[Assignment]) -> frozenset[tuple[str, str]]:
    return permissions((one.department.systems, one.role) for one in assignments)


def _words(pairs: list[tuple[Department, str]]) -> tuple[str, ...]:
    return tuple(f"{department.name}・{Role(role).label}" for department, role in pairs)


def _plan_person(
    plan: Plan, user: User, pairs: list[tuple[str, str]], departments: dict[str, Department], row: int
) -> None:
    day = plan.effective_on
    if ("", "") in pairs and len(pairs) > 1:
        plan.faults.append(
            Fault(row, "課コード", "", "退職などの行とほかの配属の行が両方あります。片方にしてください。")
        )
        return
    later = user.assignments.filter(starts_on__gte=day).first()
    if later is not None:
        expected = (
            f"{later.starts_on.isoformat()} に始まる配属が登録済みです。先にその異動を取り消してください。"
        )
        plan.faults.append(Fault(row, "職員番号", user.username, expected))
        return
    running = list(
        user.assignments.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lt=day).select_related(
            "department"
        )
    )
    new = [pair for pair in pairs if pair != ("", "")]
    keeps = [one for one in running if (one.department.code, one.role) in new and one.ends_on is None]
    ends = [one for one in running if one not in keeps]
    kept = {(one.department.code, one.role) for one in keeps}
    starts = [pair for pair in new if pair not in kept]
    if not ends and not starts:
        plan.unchanged += 1
        return
    before = active_assignments(user, day - timedelta(days=1)) if user.is_active else running
    after = [(one.department, one.role) for one in keeps] + [
        (departments[code], role) for code, role in starts
    ]
    plan.moves.append(
        Move(
            user=user.pk,
            username=user.username,
            name=user.name,
            keeps=tuple(one.pk for one in keeps),
            ends=tuple(one.pk for one in ends),
            starts=tuple(starts),
            before=_words([(one.department, one.role) for one in before]),
            after=_words(after),
            change=compare(_held(before), permissions((one.systems, role) for one, role in after)),
        )
    )


def _check_admins(plan: Plan) -> None:
    """The town hall must not lose its last admin on the day."""
    moving = {move.user: move for move in plan.moves}
    staying = [user for user in admins_on(plan.effective_on) if user.pk not in moving]
    active = set(User.objects.filter(pk__in=moving, is_active=True).values_list("pk", flat=True))
    arriving = [
        move
        for move in plan.moves
        if move.user in active
        and (
            any(role == Role.ADMIN for _, role in move.starts)
            or Assignment.objects.filter(pk__in=move.keeps, role=Role.ADMIN).exists()
        )
    ]
    if not staying and not arriving:
        expected = "この異動で管理の権限を持つ職員がいなくなります。1人以上に「管理」を付けてください。"
        plan.faults.append(Fault(0, "権限", "管理者0人", expected))


@transaction.atomic
def confirm(data: bytes, effective_on: date, *, digest: str, title: str, by: User) -> TransferBatch:
    """Write what was previewed.

    ``PeopleError`` for faults or nothing to do, ``PlanChanged``; then nothing is written.
    """
    plan = make_plan(data, effective_on)
    if plan.faults:
        raise PeopleError(
            f"{len(plan.faults)}か所に誤りがあるため、登録していません。直してから登録してください。"
        )
    if plan.digest != digest:
        raise PlanChanged
    if not plan.moves:
        raise PeopleError("変わる人がいません。ファイルの内容と発令日を確かめてください。")
    batch = TransferBatch.objects.create(
        effective_on=effective_on, title=title.strip() or "人事異動", created_by=by, created_at=timezone.now()
    )
    departments = {department.code: department for department in Department.objects.all()}
    for move in plan.moves:
        for ended in Assignment.objects.filter(pk__in=move.ends):
            TransferLine.objects.create(
                batch=batch, user_id=move.user, ended=ended, ended_before=ended.ends_on
            )
            ended.ends_on = effective_on - timedelta(days=1)
            ended.save(update_fields=["ends_on"])
        for code, role in move.starts:
            started = Assignment.objects.create(
                user_id=move.user, department=departments[code], role=role, starts_on=effective_on
            )
            TransferLine.objects.create(batch=batch, user_id=move.user, started=started)
    detail = {"on": effective_on.isoformat(), "people": len(plan.moves)}
    record("people.transfer-confirmed", actor=by, target=f"transfer:{batch.pk}", detail=detail)
    return batch


def can_undo(batch: TransferBatch, *, today: date | None = None) -> bool:
    """Until the day before, once."""
    return batch.undone_at is None and (today or timezone.localdate()) < batch.effective_on


@transaction.atomic
def undo(batch: TransferBatch, *, by: User) -> None:
    """Put everything back as it was.

    ``PeopleError`` from the day itself on, the second time, or below a later batch.
    """
    if not can_undo(batch):
        raise PeopleError(
            "発令日になった異動と取消し済みの異動は、取り消せません。新しい異動で直してください。"
        )
    people = {line.user_id for line in batch.lines.all()}
    later = TransferBatch.objects.filter(undone_at=None, pk__gt=batch.pk, lines__user__in=people).first()
    if later is not None:
        raise PeopleError(
            f"後から登録した異動「{later.title}」に同じ職員がいます。先にそちらを取り消してください。"
        )
    if not TransferBatch.objects.filter(pk=batch.pk, undone_at=None).update(
        undone_at=timezone.now(), undone_by=by
    ):
        raise PeopleError("この異動は取消し済みです。")
    for line in batch.lines.select_related("ended", "started"):
        if line.started is not None:
            line.started.delete()
        if line.ended is not None:
            line.ended.ends_on = line.ended_before
            line.ended.save(update_fields=["ends_on"])
    record("people.transfer-undone", actor=by, target=f"transfer:{batch.pk}", detail={"people": len(people)})
