"""Take scans in: one batch with its pages, ready to be read by a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.core.jobs.services import enqueue
from yakuba.ocr.models import Batch, BatchState, FormVersion, Page, PageState, VersionState
from yakuba.ocr.services.forms import active_versions
from yakuba.ocr.services.scans import BadScan, open_scan

MOST_PAGES = 2_000  # of a batch
MOST_FILE = 100 * 1024 * 1024  # bytes of one file
ROWS = 500  # an INSERT
JOB = "ocr.read_batch"


class IntakeRefused(ValueError):
    """Nothing was taken in; ``problems`` are sentences for staff, one a fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file that somebody hands in."""

    name: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a batch is to be read and checked. ``version`` ``None``: each page is sorted (仕分け)."""

    title: str
    version: FormVersion | None = None
    scanner: str = ""
    double_check: bool = False
    blind: bool = False
    source: str = "upload"  # upload, folder, api, demo


def take_in(files: Sequence[Incoming], wanted: Wanted, *, by: Any, actor: object = None) -> Batch:
    """Keep the files, make every page's row, and queue the reading, all at once.

    ``IntakeRefused`` with every fault; then nothing is kept. The pages are only counted here.
    """
    counts = _checked(files, wanted)
    with transaction.atomic():
        batch = Batch.objects.create(
            title=wanted.title,
            version=wanted.version,
            scanner=wanted.scanner,
            source=wanted.source,
            double_check=wanted.double_check,
            blind=wanted.blind,
            created_by=by,
        )
        pages: list[Page] = []
        for one, count in zip(files, counts, strict=True):
            stored = store(one.data, name=one.name, content_type=one.content_type, by=by)
            start = len(pages)
            pages += [
                Page(batch=batch, number=start + at, source=stored, source_page=at)
                for at in range(1, count + 1)
            ]
        Page.objects.bulk_create(pages, batch_size=ROWS)
        queue_reading(batch, by=by)
        record(
            "ocr.batch.create",
            actor=actor or by or "system:ocr",
            target=f"ocr.batch:{batch.pk}",
            detail={"files": len(files), "pages": len(pages), "source": wanted.source},
        )
    return batch


def _checked(files: Sequence[Incoming], wanted: Wanted) -> list[int]:
    """Pages of each file; ``IntakeRefused`` with what stands against the whole batch."""
    problems = []
    if not files:
        problems.append("ファイルが選ばれていません。スキャンしたファイルを選んでください。")
    if wanted.version is None and not active_versions():
        problems.append("使用中の帳票がないため、仕分けできません。先に帳票の版の使用を始めてください。")
    if wanted.version is not None and wanted.version.state != VersionState.ACTIVE:
        problems.append(f"「{wanted.version}」は使用中ではありません。使用中の版を選んでください。")
    return page_counts(files, MOST_PAGES, "束", problems)


def page_counts(
    files: Sequence[Incoming], most: int | None = None, what: str = "", problems: Sequence[str] = ()
) -> list[int]:
    """Pages of each file; ``IntakeRefused`` with ``problems`` and whatever is wrong with a file or the sum.

    ``what`` is what the files become (束, 文書), which has ``most`` pages; without a number any sum will do.
    """
    faults, counts = list(problems), []
    for one in files:
        try:
            counts.append(count_pages(one.data, one.name))
        except BadScan as bad:
            faults.append(str(bad))
    if most is not None and sum(counts) > most:
        faults.append(
            f"合わせて{sum(counts):,}ページあります。1つの{what}は{most:,}ページまでです。分けてください。"
        )
    if faults:
        raise IntakeRefused(faults)
    return counts


def count_pages(data: bytes, name: str) -> int:
    """How many pages a file has. ``BadScan`` for one that is no scan or too large."""
    if len(data) > MOST_FILE:
        raise BadScan(
            f"{name}：{len(data) / 2**20:,.0f}MBあります。{MOST_FILE >> 20}MBまでです。分けてください。"
        )
    return open_scan(data, name).count


def queue_reading(batch: Batch, *, by: Any) -> None:
    """Queue a job that reads what still waits, in the caller's transaction."""
    batch.job = enqueue(JOB, {"batch": batch.pk}, by=by, system="ocr")
    batch.state = BatchState.READING
    batch.save(update_fields=["job", "state"])


def replace_file(page: Page, incoming: Incoming, *, by: Any) -> Page:
    """A new scan for a page (差し替え): its readings go, and it is read again. ``IntakeRefused``."""
    try:
        count = count_pages(incoming.data, incoming.name)
    except BadScan as bad:
        raise IntakeRefused([str(bad)]) from None
    if count != 1:
        raise IntakeRefused(
            [f"{incoming.name}：{count}ページあります。差し替えるのは1ページのファイルにしてください。"]
        )
    with transaction.atomic():
        locked = Page.objects.select_for_update().select_related("batch").get(pk=page.pk)
        _not_decided(locked)
        locked.source = store(incoming.data, name=incoming.name, content_type=incoming.content_type, by=by)
        locked.source_page = 1
        Batch.objects.filter(pk=locked.batch_id).update(numbers_end_at=None)  # the new scan is announced anew
        restart(locked, version=locked.batch.version, by=by, action="ocr.page.rescan")
    return locked


def read_again(page: Page, *, by: Any, version: FormVersion | None = None) -> Page:
    """Read a page once more, with the form that a person chose for it when ``version`` is given."""
    if version is not None and version.state != VersionState.ACTIVE:
        raise IntakeRefused([f"「{version}」は使用中ではありません。使用中の版を選んでください。"])
    with transaction.atomic():
        locked = Page.objects.select_for_update().select_related("batch").get(pk=page.pk)
        _not_decided(locked)
        chosen = version or locked.batch.version
        restart(
            locked, version=chosen, by=by, action="ocr.page.again" if version is None else "ocr.page.sort"
        )
    return locked


def _not_decided(page: Page) -> None:
    """A page on which people have worked is not read over their heads."""
    if page.state == PageState.WAITING:
        raise IntakeRefused(["このページは読取りを待っています。終わるまで待ってください。"])
    if page.values.filter(checks__undone_at=None, checks__isnull=False).exists():
        raise IntakeRefused(
            ["このページは職員が確認した欄があるため、読み直せません。確認の画面で直してください。"]
        )


def restart(page: Page, *, version: FormVersion | None, by: Any, action: str) -> None:
    """Back to waiting with nothing read, and a job on its way; needs the page's lock."""
    page.values.all().delete()
    page.state, page.problems, page.measures = PageState.WAITING, [], {}
    page.version, page.registered, page.engine, page.read_at = version, None, "", None
    page.save()
    record(
        action,
        actor=by or "system:ocr",
        target=f"ocr.page:{page.pk}",
        detail={"batch": page.batch_id, "version": version and version.pk},
    )
    batch = Batch.objects.select_for_update().get(pk=page.batch_id)
    queue_reading(batch, by=by)
