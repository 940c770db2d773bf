"""The whole register, child by child with doses and observations, in portions that fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db.models import Q
from django.utils import timezone

from yakuba.handbook.domain.person import Observation
from yakuba.handbook.models import RegisteredChild, RegisteredDose
from yakuba.handbook.services.looking import observations_of

PORTION = 500
Known = tuple[RegisteredChild, list[RegisteredDose], list[Observation]]


def everybody(progress: Callable[[float], None]) -> Iterable[Known]:
    """Children who are here, each with the doses and observations that stand, in the order of their keys."""
    today = timezone.localdate()
    rows = RegisteredChild.objects.filter(gone_at=None).filter(Q(left_on=None) | Q(left_on__gt=today))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(keys), PORTION):
        yield from _portion(keys[begin : begin + PORTION])
        progress(min(1.0, (begin + PORTION) / len(keys)))


def _portion(keys: list[int]) -> Iterator[Known]:
    doses: dict[int, list[RegisteredDose]] = {}
    for dose in RegisteredDose.objects.filter(child__in=keys, taken_back_at=None):
        doses.setdefault(dose.child_id, []).append(dose)
    observations = observations_of(keys)
    for child in RegisteredChild.objects.filter(pk__in=keys).order_by("pk"):
        yield child, doses.get(child.pk, []), observations.get(child.pk, [])
