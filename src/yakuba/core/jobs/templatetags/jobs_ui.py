"""How the job pages write times."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from yakuba.core.jobs.models import Job

register = template.Library()

NEW = timedelta(seconds=20)


@register.filter
def pace(job: Job) -> str:
    """How often a page asks after a job: a new one often, so that what is quick feels so."""
    return "every 500ms" if timezone.now() - job.created_at < NEW else "every 2s"


@register.filter
def length_of_time(value: timedelta | None) -> str:
    """3.1秒, 2分5秒, 1時間12分; 「—」 for nothing."""
    if value is None:
        return "—"
    seconds = value.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f}秒"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}秒"
    if whole < 3600:
        return f"{whole // 60}分{whole % 60}秒"
    return f"{whole // 3600}時間{whole % 3600 // 60}分"


@register.filter
def clock(value: str) -> str:
    """9:42:05 of an ISO time."""
    return f"{timezone.localtime(datetime.fromisoformat(value)):%-H:%M:%S}"


@register.filter
def percent(value: float) -> str:
    """40% of 0.4."""
    return f"{int(value * 100)}%"
