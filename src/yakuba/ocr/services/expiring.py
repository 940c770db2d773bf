"""Personal numbers of sheets that nobody settles end as well: announced on the desk first, then deleted.

Retention of a settled number counts from settling; here it counts from intake. A batch is announced once
(``announce``), with the moment from which its open numbers may go; nothing goes unannounced. Pages that were
never read may show a number that no field knows of: their pictures go too, and the page asks for a new scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.ocr.domain.form import Kind
from yakuba.ocr.models import Batch, CheckLease, FieldValue, FormVersion, Page, PageState, ValueState
from yakuba.ocr.services.forgetting import forget_numbers, part_from

WARN_DAYS = 14
EMPTIED = "deleted-scan.png"  # the name of what stands in the place of a scan that went
UNREAD = (PageState.WAITING, PageState.UNSORTABLE, PageState.REFUSED, PageState.RESCAN)
BECAUSE = "確認が終わらないまま保存期限が来たため、個人番号を消しました。"
SCAN_GONE = (
    "保存期限が来たため、個人番号が写っているかもしれない画像を消しました。"
    "必要な用紙は、スキャンし直して差し替えてください。"
)
ACTOR = "system:retention"


def open_numbers() -> QuerySet[FieldValue]:
    """Personal numbers that are kept and not settled."""
    rows = FieldValue.objects.filter(kind=Kind.MY_NUMBER, final_at=None)
    return rows.exclude(sealed="")


def unread_scans() -> QuerySet[Page]:
    """Pages that were not read, of a form (or of unknown form) that asks for a personal number."""
    asking = [one.pk for one in FormVersion.objects.only("definition") if _asks_for_number(one.definition)]
    known = Q(version__in=asking) | Q(version=None, batch__version__in=asking)
    unknown = Q(version=None, batch__version=None) if asking else Q(pk__in=[])
    return Page.objects.filter(known | unknown, state__in=UNREAD).exclude(source__name=EMPTIED)


def _asks_for_number(definition: object) -> bool:
    fields = definition.get("fields") if isinstance(definition, dict) else None
    kinds = [one.get("kind") for one in fields or () if isinstance(one, dict)]
    return Kind.MY_NUMBER.value in kinds


def to_announce(before: datetime) -> QuerySet[Batch]:
    """Batches from before a moment whose open numbers were not announced yet."""
    return _with_open(Batch.objects.filter(created_at__lt=before, numbers_end_at=None))


def _with_open(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Those with a number, or a page that may show one, that nobody settled."""
    numbers = open_numbers().filter(page__batch=OuterRef("pk"))
    pages = unread_scans().filter(batch=OuterRef("pk"))
    return rows.filter(Exists(numbers) | Exists(pages))


def announce(rows: QuerySet[Batch]) -> int:
    """Say on the desk from when the open numbers of these batches may go."""
    ends = timezone.now() + timedelta(days=WARN_DAYS)
    found = list(rows)
    for batch in found:
        batch.numbers_end_at = ends
        batch.save(update_fields=["numbers_end_at"])
        record(
            "ocr.number.announce",
            actor=ACTOR,
            target=f"ocr.batch:{batch.pk}",
            detail={"numbers": open_numbers().filter(page__batch=batch).count(), "ends": ends.isoformat()},
        )
    return len(found)


def ended_numbers(before: datetime, at: datetime) -> QuerySet[FieldValue]:
    """Open numbers of batches from before a moment, announced to end by ``at``."""
    return open_numbers().filter(page__batch__created_at__lt=before, page__batch__numbers_end_at__lte=at)


def end_numbers(rows: QuerySet[FieldValue]) -> int:
    """Delete open numbers as settled ones are; the fields are settled as illegible, with the cause."""
    keys = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    found = FieldValue.objects.filter(pk__in=keys)
    batches = list(Batch.objects.filter(pages__values__in=keys).distinct())
    counts = {one.pk: found.filter(page__batch=one).count() for one in batches}
    forget_numbers(found)
    CheckLease.objects.filter(value__in=keys).delete()
    found.update(state=ValueState.ILLEGIBLE, final_at=timezone.now(), decided_because=BECAUSE)
    for batch in batches:
        _note(batch, numbers=counts[batch.pk])
    return len(keys)


def ended_scans(before: datetime, at: datetime) -> QuerySet[Page]:
    """Unread pages of batches from before a moment, announced to end by ``at``."""
    return unread_scans().filter(batch__created_at__lt=before, batch__numbers_end_at__lte=at)


def end_scans(rows: QuerySet[Page]) -> int:
    """Put an empty picture in the place of each scan; the page waits for a new one and says why."""
    from yakuba.ocr.services.scans import keep_png

    found = list(rows.select_for_update(of=("self",)).select_related("batch"))
    sources = {page.source_id for page in found}
    for page in found:
        page.source = keep_png(np.full((64, 64, 3), 255, np.uint8), EMPTIED, None)
        page.source_page, page.registered = 1, None
        page.state, page.problems, page.measures = PageState.RESCAN, [SCAN_GONE], {}
        page.save(update_fields=["source", "source_page", "registered", "state", "problems", "measures"])
    for source in sources:
        part_from(source)
    for batch in {page.batch_id: page.batch for page in found}.values():
        _note(batch, scans=sum(page.batch_id == batch.pk for page in found))
    return len(found)


def _note(batch: Batch, **counts: int) -> None:
    from yakuba.ocr.services.batches import settle

    record("ocr.number.end", actor=ACTOR, target=f"ocr.batch:{batch.pk}", detail=dict(counts))
    settle(Batch.objects.select_for_update().get(pk=batch.pk))


@dataclass(frozen=True, slots=True)
class Announced:
    """What of a batch will go, and from when."""

    batch: Batch
    numbers: int
    pages: int


def announced(batch: Batch | None = None) -> list[Announced]:
    """Batches with numbers that will go before somebody settled them, the earliest first."""
    rows = Batch.objects.exclude(numbers_end_at=None).order_by("numbers_end_at", "pk")
    if batch is not None:
        rows = rows.filter(pk=batch.pk)
    if not rows.exists():  # most days none was ever announced
        return []
    found = list(_with_open(rows))
    numbers = open_numbers().filter(page__batch__in=found).order_by().values_list("page__batch")
    pages = unread_scans().filter(batch__in=found).order_by().values_list("batch")
    of_numbers, of_pages = dict(numbers.annotate(Count("pk"))), dict(pages.annotate(Count("pk")))
    return [Announced(one, of_numbers.get(one.pk, 0), of_pages.get(one.pk, 0)) for one in found]
