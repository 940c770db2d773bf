"""Figures of the ledger that other pages show."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.conf import settings

from yakuba.effects.models import BaselineSample, WorkSession


def minutes_saved_today(system: str, day: date) -> float | None:
    """Minutes saved on a day (local time) in a system; negative is a loss, None is 未測定.

    For each task with a timed baseline: cases of the day × the baseline's median, less the active time
    they took. A case worked on in several stretches counts once; stretches without a case count each.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    starts = datetime.combine(day, time.min, zone)
    ends = datetime.combine(day + timedelta(days=1), time.min, zone)
    spent: dict[str, float] = defaultdict(float)
    cases: dict[str, set[str]] = defaultdict(set)
    sessions = WorkSession.objects.filter(
        task__startswith=f"{system}.", started_at__gte=starts, started_at__lt=ends
    )
    for identity, task, case, seconds in sessions.values_list("id", "task", "case_ref", "active_seconds"):
        spent[task] += seconds
        cases[task].add(case or f"session:{identity}")
    before: dict[str, list[float]] = defaultdict(list)
    for task, seconds in BaselineSample.objects.filter(task__in=spent).values_list("task", "seconds"):
        before[task].append(seconds)
    if not before:
        return None
    return sum(median(before[task]) * len(cases[task]) - spent[task] for task in before) / 60
