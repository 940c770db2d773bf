"""The door through which nursery publishes vacancies, and by which pages read them.

What comes in is already public: whoever publishes withholds small counts first (nursery: 3人未満の秘匿).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.facilities import crossing, keeping
from yakuba.core.facilities.domain.texts import fold
from yakuba.core.facilities.models import Vacancy, VacancyNotice


@dataclass(frozen=True, slots=True)
class ClassVacancy:
    """One class. ``free``: whether there are seats, ``None`` = not public; ``seats``: how many, if public."""

    nursery: str
    age: int | None
    free: bool | None
    seats: int | None = None
    track: str = ""


def publish(
    reference: str,
    rows: Sequence[ClassVacancy],
    *,
    month: date,
    as_of: date,
    source: str,
    by: Any,
) -> VacancyNotice:
    """Show these vacancies, in place of those of the same reference. ``month``: any day of it."""
    with transaction.atomic():
        VacancyNotice.objects.filter(reference=reference).delete()
        notice = VacancyNotice.objects.create(
            reference=reference,
            source=source[:200],
            month=month.replace(day=1),
            as_of=as_of,
            published_at=timezone.now(),
        )
        Vacancy.objects.bulk_create([_row(notice, one) for one in rows], batch_size=keeping.BATCH)
        crossing.send_vacancies(notice)
        record(
            "facilities.vacancies.publish",
            actor=by,
            target=f"facilities.vacancies:{notice.pk}",
            detail={"classes": len(rows), "month": notice.month.isoformat()},
        )
    return notice


def _row(notice: VacancyNotice, one: ClassVacancy) -> Vacancy:
    states = {True: Vacancy.State.FREE, False: Vacancy.State.NONE, None: Vacancy.State.UNKNOWN}
    seats = one.seats if one.free else (0 if one.free is False else None)
    return Vacancy(
        notice=notice,
        name=one.nursery,
        name_key=fold(one.nursery),
        age=one.age,
        track=one.track,
        state=states[one.free],
        seats=seats,
    )


def withdraw(reference: str, *, by: Any) -> bool:
    """Take a notice back; whether there was one."""
    with transaction.atomic():
        notice = VacancyNotice.objects.select_for_update().filter(reference=reference).first()
        if notice is None:
            return False
        target = f"facilities.vacancies:{notice.pk}"
        notice.delete()
        crossing.revoke_vacancies(reference)
        record("facilities.vacancies.withdraw", actor=by, target=target, detail={})
    return True


def published(reference: str) -> VacancyNotice | None:
    """The notice of a reference, if there is one."""
    return VacancyNotice.objects.filter(reference=reference).first()


def newest() -> VacancyNotice | None:
    """What pages show: the latest month, as of the latest day."""
    return VacancyNotice.objects.first()


def of_nurseries(notice: VacancyNotice | None, names: Iterable[str]) -> dict[str, list[Vacancy]]:
    """The classes of nurseries by ``fold`` of their names."""
    found: dict[str, list[Vacancy]] = {}
    if notice is None:
        return found
    for row in notice.rows.filter(name_key__in={fold(name) for name in names}).order_by("age", "pk"):
        found.setdefault(row.name_key, []).append(row)
    return found
