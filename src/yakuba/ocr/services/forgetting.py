"""Personal numbers end after their time: sealed values, entries, and their place in the pictures."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from yakuba.core.files.services import store
from yakuba.ocr.domain.form import Kind
from yakuba.ocr.models import Check, FieldValue, Page
from yakuba.ocr.services.definitions import definition_of


def old_numbers(before: datetime) -> QuerySet[FieldValue]:
    """Personal numbers that were settled before a moment and are still kept."""
    rows = FieldValue.objects.filter(kind=Kind.MY_NUMBER, final_at__lt=before)
    return rows.exclude(sealed="")


def forget_numbers(rows: QuerySet[FieldValue]) -> int:
    """Delete the numbers: the sealed values, what people typed, and the numbers in the pictures.

    A page keeps a picture on which they are covered, in place of its scan. Once no page of a scanned file has
    a number left, its other pages keep pictures of their own too: the file then belongs to nobody and goes
    with the unused files.
    """
    from yakuba.ocr.services import crops

    found = list(rows.select_related("page__version", "page__registered"))
    pages = {one.page_id: one.page for one in found}.values()
    sources = {page.source_id for page in pages}
    for page in pages:
        _cover(page)
    numbers = [one.pk for one in found]
    Check.objects.filter(value__in=numbers).update(text="")
    FieldValue.objects.filter(pk__in=numbers).update(sealed="")
    for source in sources:
        part_from(source)
    crops.forget()
    return len(numbers)


def part_from(source: int) -> None:
    """The other pages leave a file that shows numbers, as soon as no page of it keeps one."""
    from yakuba.ocr.services.scans import BadScan, keep_png, scan_of

    left = Page.objects.filter(source=source).select_related("source", "registered").order_by("number")
    kept = FieldValue.objects.filter(page__in=left, kind=Kind.MY_NUMBER).exclude(sealed="")
    if kept.exists():
        return
    for page in left:
        if page.registered is not None:
            page.source = page.registered
        else:
            try:
                image = scan_of(page.source).page(page.source_page).image
            except BadScan:
                continue  # nothing can be drawn of it: the file stays with the batch
            page.source = keep_png(image, f"page-{page.number}.png", None)
        page.source_page = 1
        page.save(update_fields=["source", "source_page"])


def _cover(page: Page) -> None:
    from yakuba.ocr.services import crops  # image libraries load only where pictures are touched
    from yakuba.ocr.services.scans import encoded

    if page.version is None or page.registered is None:
        return
    image = crops.covered(crops.page_image(page), definition_of(page.version))
    kept = store(encoded(image), name=f"page-{page.number}.png", content_type="image/png", by=None)
    page.registered, page.source, page.source_page = kept, kept, 1
    page.save(update_fields=["registered", "source", "source_page"])
