"""What the border's pages show: one row a kind of decision, with counts, bound, basis and state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from yakuba.core.border.domain.bounds import needed
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.lines import Basis, Line, lines_since
from yakuba.core.border.models import AuditSample, BorderTask, RoutedItem, State, Suspension
from yakuba.core.border.services.certificates import (
    CONFIDENCE,
    MOST_CONFIDENT,
    TARGET,
    confidence_left,
    labels_in_use,
)
from yakuba.core.people.models import Approval
from yakuba.core.systems import all_systems
from yakuba.core.ui.charts import Meter, meter

CHIPS = {
    State.CERTIFIED.value: ("chip-ok", "認定"),
    State.SUSPENDED.value: ("chip-bad", "停止中"),
    State.UNCERTIFIED.value: ("chip-warn", "未認定"),
    State.ALWAYS_STAFF.value: ("chip-hand", "必ず職員"),
    Basis.RULE.value: ("chip-ok", "規則"),
    Basis.MATCHED.value: ("chip-ok", "照合中"),
    Basis.STAFF.value: ("chip-hand", "必ず職員"),
}
WAITING_CHIP = ("chip-ask", "承認待ち")
SIMULATED_CHIP = ("chip-draft", "認定（模擬）")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``task`` is the task's number; None for rules and always-staff lines."""

    system: str
    kind: str
    version: str
    auto: int
    staff: int
    bound: str
    target: str
    basis: str
    chip: tuple[str, str]
    state: str
    task: int | None = None
    css: str = ""

    @property
    def meter(self) -> Meter:
        """The drawn border."""
        return meter(self.auto, self.staff)


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole town hall, or a part of it."""

    groups: list[tuple[str, list[Row]]]
    suspensions: list[Suspension]
    auto: int = 0
    staff: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    audits_waiting: int = 0

    @property
    def meter(self) -> Meter:
        """All decisions together."""
        return meter(self.auto, self.staff)


def system_name(key: str) -> str:
    """The system as in the menu, or its key."""
    return next((system.name for system in all_systems() if system.key == key), key)


def percent(value: float | None, digits: int = 2) -> str:
    """0.50%; 「—」 for nothing."""
    return "—" if value is None else f"{100 * value:.{digits}f}%"


def current_tasks() -> list[BorderTask]:
    """Of every kind and scanner the newest task: older versions stand on its page."""
    newer = BorderTask.objects.filter(
        system=OuterRef("system"), kind=OuterRef("kind"), scanner=OuterRef("scanner")
    ).filter(
        Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk"))
    )
    return list(
        BorderTask.objects.filter(~Exists(newer))
        .select_related("certificate", "certificate__watch")
        .order_by("system", "kind", "pk")
    )


def overview(
    since: datetime, tasks: Sequence[BorderTask] | None = None, *, with_lines: bool = True
) -> Overview:
    """The rows of the tasks (all current ones) and, if wanted, the systems' own lines."""
    shown = current_tasks() if tasks is None else list(tasks)
    rows = task_rows(shown, since)
    if with_lines:
        for system, lines in lines_since(since).items():
            rows += [line_row(system, line) for line in lines]
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(system_name(row.system), []).append(row)
    states = [row.state for row in rows]
    held = Suspension.objects.filter(ended_at=None, task__in=shown).select_related("task", "certificate")
    return Overview(
        groups=list(groups.items()),
        suspensions=list(held.annotate(left=Count("rechecks", filter=Q(rechecks__correct=None)))),
        auto=sum(row.auto for row in rows),
        staff=sum(row.staff for row in rows),
        counts={
            "認定中": states.count(State.CERTIFIED.value),
            "規則・照合": states.count(Basis.RULE.value) + states.count(Basis.MATCHED.value),
            "停止中・未認定": states.count(State.SUSPENDED.value) + states.count(State.UNCERTIFIED.value),
            "必ず職員": states.count(State.ALWAYS_STAFF.value) + states.count(Basis.STAFF.value),
        },
        audits_waiting=AuditSample.objects.filter(correct=None, item__task__in=shown).count(),
    )


def line_row(system: str, line: Line) -> Row:
    """A line that a system declared."""
    return Row(
        system, line.kind, "", line.auto, line.staff, line.bound, "", line.because,
        CHIPS[line.basis.value], line.basis.value,
    )  # fmt: skip


def task_rows(tasks: Sequence[BorderTask], since: datetime) -> list[Row]:
    """One row a task, with its decisions since a moment."""
    found = (
        RoutedItem.objects.filter(task__in=tasks, at__gte=since)
        .order_by()
        .values("task_id")
        .annotate(staff=Count("pk", filter=Q(decision="staff")), all=Count("pk"))
    )
    counts = {one["task_id"]: (one["all"] - one["staff"], one["staff"]) for one in found}
    waiting = set(_waiting(tasks))
    return [_task_row(task, *counts.get(task.pk, (0, 0)), waiting=task.pk in waiting) for task in tasks]


def _waiting(tasks: Iterable[BorderTask]) -> list[int]:
    return list(
        BorderTask.objects.filter(
            pk__in=[task.pk for task in tasks], certificates__approval__state=Approval.State.WAITING
        ).values_list("pk", flat=True)
    )


def _task_row(task: BorderTask, auto: int, staff: int, *, waiting: bool) -> Row:
    bound, target, basis = _proof(task)
    state, chip = task.state, CHIPS[task.state]
    certificate = task.certificate
    if state == State.CERTIFIED and certificate is not None and certificate.simulated:
        chip = SIMULATED_CHIP
        if not settings.YAKUBA_DEMO:
            state, chip = State.UNCERTIFIED.value, CHIPS[State.UNCERTIFIED.value]
    if waiting:
        chip = WAITING_CHIP
    css = {State.SUSPENDED.value: "is-bad"}.get(state, "is-ask" if waiting else "")
    return Row(
        task.system, task.kind, task.version, auto, staff, bound, target, basis, chip, state, task.pk, css
    )


def _proof(task: BorderTask) -> tuple[str, str, str]:
    """Bound, target and basis as the table writes them."""
    certificate = task.certificate
    if task.state == State.ALWAYS_STAFF:
        return "—", "", "—"
    if task.state == State.SUSPENDED:
        held = task.suspensions.filter(ended_at=None).first()
        evidence = {} if held is None else held.evidence
        if "upper_bound" in evidence:
            basis = f"監査 {evidence['audited']:,}件で{evidence['errors']:,}件"
            return percent(evidence["upper_bound"], 1), percent(evidence["target"], 1), basis
        target = TARGET if certificate is None else certificate.target
        return "—", percent(target, 1), "停止" if held is None else held.get_cause_display()
    if certificate is not None:
        basis = f"{certificate.accepted:,}件で{certificate.errors:,}件"
        return percent(certificate.upper_bound), percent(certificate.target, 1), basis
    asked = task.certificates.filter(approval__state=Approval.State.WAITING).first()
    if asked is not None:
        marked = "（模擬）" if asked.simulated else ""
        return (
            percent(asked.upper_bound),
            percent(asked.target, 1),
            f"{asked.accepted:,}件で{asked.errors:,}件{marked}",
        )
    labels, missing = labels_missing(task)
    marked = "模擬を含む、" if task.labels.filter(simulated=True).exists() else ""
    return "—", percent(TARGET, 1), f"{labels:,}件（{marked}あと{missing:,}）"


def labels_missing(task: BorderTask) -> tuple[int, int]:
    """Settled labels, one a document, and how many more without an error the next attempt needs at least."""
    rows = [task]
    if task.pool:
        same = BorderTask.objects.filter(system=task.system, pool=task.pool)
        rows = list(same.exclude(policy=Policy.ALWAYS_STAFF.value).order_by("pk"))
    labels = len({label.document for label in labels_in_use(rows)[1]})
    strict = min(confidence_left(rows, CONFIDENCE), MOST_CONFIDENT)
    return labels, max(0, needed(0, TARGET, strict) - labels)


def by_form(system: str, form: str) -> list[BorderTask]:
    """The current tasks of one form."""
    return [task for task in current_tasks() if task.system == system and task.kind.partition("/")[0] == form]


def forms() -> list[tuple[str, str]]:
    """System and name of every form with tasks."""
    return sorted(
        {(task.system, task.kind.partition("/")[0]) for task in current_tasks() if "/" in task.kind}
    )
