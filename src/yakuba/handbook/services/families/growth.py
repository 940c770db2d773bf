"""Measures of a child: weight, height, head. Figures that no child has are asked about, not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from yakuba.handbook.models import Child, FamilyAccount, Measurement
from yakuba.handbook.services.families.errors import BadField, NotAllowed

MOST_MEASURES = 1000  # of one child


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its field, the form's name, how many kept units make one said unit, and its bounds."""

    field: str
    name: str
    unit: str
    scale: int
    least: Decimal
    most: Decimal


MEASURES = (
    Measure("weight_g", "weight", "kg", 1000, Decimal("0.3"), Decimal("150")),
    Measure("height_mm", "height", "cm", 10, Decimal("20"), Decimal("220")),
    Measure("head_mm", "head", "cm", 10, Decimal("15"), Decimal("70")),
)


def measure(
    child: Child, day: date | None, values: dict[str, int | None], by: FamilyAccount, now: datetime
) -> Measurement:
    """Write measures of one day down. ``values``: by field, in g and mm. Raises ``BadField``."""
    if child.birth is None:
        raise NotAllowed
    if day is None:
        raise BadField("on", "date_needed")
    if day > timezone.localdate(now):
        raise BadField("on", "in_future")
    if day < child.birth:
        raise BadField("on", "before_birth")
    if all(value is None for value in values.values()):
        raise BadField("weight", "something")
    with transaction.atomic():
        Child.objects.select_for_update().get(pk=child.pk)
        if child.measurements.filter(taken_back_at=None).count() >= MOST_MEASURES:
            raise BadField("on", "too_many", {"most": MOST_MEASURES})
        known = child.measurements.filter(on=day, taken_back_at=None, **values)
        return known.first() or Measurement.objects.create(
            child=child, on=day, recorded_by=by, recorded_at=now, **values
        )


def standing(child: Child) -> list[Measurement]:
    """The measures that stand, oldest first."""
    return list(child.measurements.filter(taken_back_at=None).order_by("on", "pk"))


def take_back(child: Child, pk: int, now: datetime) -> None:
    """Cross a day's measures out; the row stays. ``NotAllowed`` when there is none of this child."""
    rows = child.measurements.filter(pk=pk)
    if not rows.exists():
        raise NotAllowed
    rows.filter(taken_back_at=None).update(taken_back_at=now)
