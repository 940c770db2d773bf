"""A tax department with a form whose fields stand in every state."""

from __future__ import annotations

from random import Random
from typing import Any

from django.utils import timezone

from yakuba.core.border import services
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.models import Certificate
from yakuba.core.border.services import Item, Task
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Assignment, Department, Role, User

NAMES = ("千葉 奈緒", "入江 恒一", "岬 光", "灘 航")


def task(field: str = "支払金額", **changes: Any) -> Task:
    """A field of the wage report's second version."""
    values = {"system": "ocr", "version": "2", "model": "c4f19a07", "scanner": ""} | changes
    return Task(kind=f"給与支払報告書/{field}", **values)


def people(*roles: Role, systems: tuple[str, ...] = ("ocr",)) -> list[User]:
    """Persons of the tax department, one a role."""
    department, _ = Department.objects.get_or_create(
        code="300", defaults={"name": "税務課", "systems": list(systems)}
    )
    made = []
    for role in roles:
        number = User.objects.count()
        user = User.objects.create_user(f"b{number}", "misaki no toudai 7 sou", name=NAMES[number % 4])
        day = timezone.localdate().replace(month=1, day=1)
        Assignment.objects.create(user=user, department=department, role=role, starts_on=day)
        made.append(user)
    return made


def label(one: Task, by: tuple[User, User], count: int, *, wrong: int = 0, **more: Any) -> None:
    """Settled labels, one a document, with the wrong ones at the lowest scores."""
    for number in range(count):
        score = round(0.5 + 0.5 * (number + 1) / count, 6)
        services.record_label(
            one, f"label:{number}", f"label-doc:{number}", score, number >= wrong, by=by, **more
        )


def certified(one: Task, by: list[User], count: int = 660, **more: Any) -> Certificate:
    """A task with a certificate in force."""
    label(one, (by[0], by[1]), count, **more)
    made = services.certify(one, by=by[0])
    assert made.approval is not None
    decide(made.approval, by=by[1], approve=True)
    made.refresh_from_db()
    return made


def routed(one: Task, count: int, *, first: int = 0, seed: int = 1, **more: Any) -> dict[str, Any]:
    """Items with scores like the calibration's, one a document."""
    rng = Random(seed)
    items = [
        Item(f"page:{number}", f"doc:{number}", round(0.5 + rng.random() / 2, 6), **more)
        for number in range(first, first + count)
    ]
    return services.route(one, items, rng=Random(seed))


def whole_town(by: list[User]) -> dict[str, Task]:
    """Five fields: certified, stopped by errors, uncertified, always staff, waiting for approval."""
    made = {name: task(name) for name in ("支払金額", "住所", "摘要", "氏名", "生年月日")}
    services.declare(made["氏名"], Policy.ALWAYS_STAFF)
    for name in ("支払金額", "住所"):
        certified(made[name], by, 1_100)
        routed(made[name], 260)
    for number in range(30):
        services.record_audit(made["支払金額"], f"page:{number}", True, by=by[2])
    for number in range(3):
        services.record_audit(made["住所"], f"page:{number + 10}", False, by=by[2])
    label(made["摘要"], (by[0], by[1]), 40)
    routed(made["摘要"], 50)
    routed(made["氏名"], 50)
    label(made["生年月日"], (by[0], by[1]), 1_100)
    services.certify(made["生年月日"], by=by[0])
    statement = services.propose_statement(
        "ocr",
        made["支払金額"].kind,
        staff_part="訂正印のあるもの、金額が前年と大きく違うものは、職員が原本で確かめます。",
        ai_part="機械で印字された金額を読み取ります。",
        reason="はじめの作成",
        by=by[0],
    )
    assert statement.approval is not None
    decide(statement.approval, by=by[1], approve=True)
    return made
