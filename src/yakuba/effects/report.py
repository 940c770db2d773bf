"""The effect of a period: each system and task with its count, its times and what was saved."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from yakuba.effects.domain.saving import ENOUGH, Saving, saving
from yakuba.effects.domain.total import Stratum, Total, cost_between, total_saving
from yakuba.effects.models import BaselineSample, CaseCount, Cost, WorkSession

FORMAT = "yakuba.effects-report/1"
CONFIDENCE = 0.95
RESAMPLES = 1000
MOST_CASES = 2000  # of a task: the newest ones stand for all in the interval, so that a page stays quick


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """One task in the period. ``median_minutes`` is None without a measured case."""

    task: str
    measured: int  # cases with measured time
    counted: int | None  # cases by the imported counts; None = not counted
    baseline: int  # baseline samples
    median_minutes: float | None
    saving: Saving | None  # a case; None = 未測定

    @property
    def reference(self) -> bool:
        """参考値: measured, but with fewer than 20 cases or baseline samples."""
        return self.saving is not None and self.saving.reference


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """One system in the period."""

    system: str
    tasks: tuple[TaskFigures, ...]
    total: Total | None  # None = 未測定
    yen: int | None  # None = no cost is recorded

    @property
    def measured(self) -> int:
        """Cases with measured time, of all tasks."""
        return sum(one.measured for one in self.tasks)

    def weighted(self, minutes: Callable[[Saving], float]) -> float | None:
        """A figure a case, averaged over the compared tasks by their measured cases."""
        known = [(one.measured, minutes(one.saving)) for one in self.tasks if one.saving]
        cases = sum(count for count, _ in known)
        return sum(count * value for count, value in known) / cases if cases else None


@dataclass(frozen=True, slots=True)
class _Measured:
    cases: dict[str, list[float]]  # task -> seconds of each case, oldest first
    baselines: dict[str, list[float]]
    counts: dict[str, int]


def figures(first: date, last: date, systems: Iterable[str] | None = None) -> list[SystemFigures]:
    """What was measured from ``first`` to ``last`` (local days, both included), by system key.

    ``systems`` narrows to these keys. A case worked on in several stretches counts once, on the day it
    began; stretches without a case count each. Every baseline counts, whenever it was taken.
    """
    found = _measured(first, last)
    costs = _costs(first, last)
    tasks = sorted({*found.cases, *found.counts, *found.baselines})
    keys = sorted({task.partition(".")[0] for task in tasks} | set(costs))
    wanted = None if systems is None else set(systems)
    return [
        _system(key, [task for task in tasks if task.partition(".")[0] == key], found, costs.get(key))
        for key in keys
        if wanted is None or key in wanted
    ]


def _system(key: str, tasks: list[str], found: _Measured, yen: int | None) -> SystemFigures:
    strata = [Stratum(found.baselines.get(task, []), found.cases.get(task, [])) for task in tasks]
    newest = [Stratum(one.baseline, one.measured[-MOST_CASES:]) for one in strata]
    chance = random.Random(f"{FORMAT} {key}")  # noqa: S311 - the same data give the same interval
    total = total_saving(newest, chance, confidence=CONFIDENCE, resamples=RESAMPLES)
    return SystemFigures(key, tuple(_task(task, found) for task in tasks), _scaled(total, strata), yen)


def _scaled(total: Total | None, strata: list[Stratum]) -> Total | None:
    """The total of all cases: the sum itself is exact, the interval grows with the number of cases."""
    if total is None:
        return None
    used = [one for one in strata if one.baseline and one.measured]
    cases = sum(len(one.measured) for one in used)
    if cases == total.cases:
        return total
    hours = sum(len(one.measured) * median(one.baseline) - sum(one.measured) for one in used) / 3600
    factor = cases / total.cases
    low, high = (total.low - total.hours) * factor, (total.high - total.hours) * factor
    return Total(cases, hours, hours + low, hours + high, total.reference)


def _task(task: str, found: _Measured) -> TaskFigures:
    cases, baseline = found.cases.get(task, []), found.baselines.get(task, [])
    chance = random.Random(f"{FORMAT} {task}")  # noqa: S311 - the same data give the same interval
    made = saving(baseline, cases[-MOST_CASES:], chance, confidence=CONFIDENCE, resamples=RESAMPLES)
    return TaskFigures(
        task=task,
        measured=len(cases),
        counted=found.counts.get(task),
        baseline=len(baseline),
        median_minutes=median(cases) / 60 if cases else None,
        saving=made,
    )


def _measured(first: date, last: date) -> _Measured:
    zone = ZoneInfo(settings.TIME_ZONE)
    starts = datetime.combine(first, time.min, zone)
    ends = datetime.combine(last + timedelta(days=1), time.min, zone)
    spent: dict[tuple[str, str], float] = defaultdict(float)
    sessions = WorkSession.objects.filter(started_at__gte=starts, started_at__lt=ends)
    for identity, task, case, seconds in sessions.values_list("id", "task", "case_ref", "active_seconds"):
        spent[task, case or f"session:{identity}"] += seconds
    cases: dict[str, list[float]] = defaultdict(list)
    for (task, _), seconds in spent.items():
        cases[task].append(seconds)
    baselines: dict[str, list[float]] = defaultdict(list)
    for task, seconds in BaselineSample.objects.values_list("task", "seconds"):
        baselines[task].append(seconds)
    counted = CaseCount.objects.filter(date__gte=first, date__lte=last).order_by()
    counts = dict(counted.values_list("task").annotate(cases=Sum("count")))
    return _Measured(cases, baselines, counts)


def _costs(first: date, last: date) -> dict[str, int]:
    costs: dict[str, float] = defaultdict(float)
    for one in Cost.objects.all():
        costs[one.system] += cost_between(one.yen, one.per, one.starts_on, one.ends_on, first, last)
    return {system: round(yen) for system, yen in costs.items()}


def as_json(found: list[SystemFigures], first: date, last: date, yen_per_hour: int | None) -> dict[str, Any]:
    """The report as CONTRACTS describes it; hours, minutes and yen, None where nothing was measured.

    ``net_yen`` is saved hours × ``yen_per_hour`` less the cost; None unless all three are known.
    """
    return {
        "format": FORMAT,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "confidence": CONFIDENCE,
        "enough": ENOUGH,
        "yen_per_hour": yen_per_hour,
        "systems": [_system_json(one, yen_per_hour) for one in found],
    }


def _system_json(one: SystemFigures, yen_per_hour: int | None) -> dict[str, Any]:
    total = one.total
    net = None
    if total is not None and yen_per_hour is not None and one.yen is not None:
        net = round(total.hours * yen_per_hour - one.yen)
    return {
        "system": one.system,
        "n": one.measured,
        "median_minutes": _rounded(one.weighted(lambda made: made.median_minutes)),
        "baseline_minutes": _rounded(one.weighted(lambda made: made.baseline_minutes)),
        "saved_hours": None if total is None else round(total.hours, 2),
        "saved_hours_interval": None if total is None else [round(total.low, 2), round(total.high, 2)],
        "reference": total is not None and total.reference,
        "cost_yen": one.yen,
        "net_yen": net,
        "tasks": [_task_json(task) for task in one.tasks],
    }


def _task_json(one: TaskFigures) -> dict[str, Any]:
    made = one.saving
    return {
        "task": one.task,
        "n": one.measured,
        "counted": one.counted,
        "n_baseline": one.baseline,
        "median_minutes": _rounded(one.median_minutes),
        "baseline_minutes": None if made is None else round(made.baseline_minutes, 2),
        "saved_minutes": None if made is None else round(made.saved_minutes, 2),
        "saved_minutes_interval": None if made is None else [round(made.low, 2), round(made.high, 2)],
        "reference": one.reference,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
