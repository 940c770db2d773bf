"""The read test (読取りの試験): samples read with a draft, and what an officer found right or wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.core.jobs.models import ACTIVE_STATES, Job
from yakuba.core.jobs.registry import JobContext
from yakuba.core.jobs.services import enqueue
from yakuba.ocr.domain.form_faults import faults_of
from yakuba.ocr.models import FormVersion, PageState, ReadTestSample, VersionState
from yakuba.ocr.services.forms import FormError, content, stamp_of
from yakuba.ocr.services.intake import Incoming, IntakeRefused, page_counts
from yakuba.ocr.services.page_reading import PageOutcome, PageReader
from yakuba.ocr.services.scans import PNG, BadScan, scan_of

MOST_SAMPLES = 20
JOB = "ocr.read_test"
RIGHT, WRONG = "right", "wrong"


def add_samples(version: FormVersion, files: Sequence[Incoming], *, by: Any) -> int:
    """Keep filled-in sheets and queue their reading; returns how many pages.

    ``IntakeRefused`` or ``FormError`` with what stands against it; then nothing is kept.
    """
    if faults := faults_of(version.definition):
        raise FormError(
            f"定義に直すところが{len(faults)}か所あります。設計の画面で直してから試してください。"
        )
    counts = page_counts(files)
    with transaction.atomic():
        locked = FormVersion.objects.select_for_update().get(pk=version.pk)
        if locked.state != VersionState.DRAFT:
            raise FormError("下書きの版だけを試せます。")
        last = locked.samples.count()
        if last + sum(counts) > MOST_SAMPLES:
            raise IntakeRefused(
                [f"見本は合わせて{MOST_SAMPLES}枚までです（いま{last}枚）。枚数を減らしてください。"]
            )
        for one, count in zip(files, counts, strict=True):
            stored = store(one.data, name=one.name, content_type=one.content_type, by=by)
            for at in range(1, count + 1):
                last += 1
                ReadTestSample.objects.create(
                    version=locked, number=last, source=stored, source_page=at, created_by=by
                )
        _enqueue(locked, by)
        _note("ocr.test.add", locked, by, pages=sum(counts))
    return sum(counts)


def read_again(version: FormVersion, *, by: Any) -> None:
    """Read every sample with the design as it stands now."""
    with transaction.atomic():
        locked = FormVersion.objects.select_for_update().get(pk=version.pk)
        locked.samples.update(stamp="", verdicts={}, outcome="", problems=[], read_at=None)
        locked.read_test = None
        locked.save(update_fields=["read_test"])
        _enqueue(locked, by)


def clear(version: FormVersion, *, by: Any) -> None:
    """Remove every sample and the result of the test."""
    with transaction.atomic():
        locked = FormVersion.objects.select_for_update().get(pk=version.pk)
        if locked.state != VersionState.DRAFT:
            raise FormError("使用を始めた版の試験は、消せません。")
        locked.samples.all().delete()
        locked.read_test = None
        locked.save(update_fields=["read_test"])
        _note("ocr.test.clear", locked, by)


def running_job(version: FormVersion) -> Job | None:
    """The job that reads the samples now."""
    rows = Job.objects.filter(kind=JOB, params__version=version.pk).order_by("-created_at")
    return rows.filter(state__in=ACTIVE_STATES).first()


def _enqueue(version: FormVersion, by: Any) -> None:
    if running_job(version) is None:
        enqueue(JOB, {"version": version.pk}, by=by, system="ocr")


def read_samples(context: JobContext, version: FormVersion) -> dict[str, Any]:
    """Body of the job: every sample that was not read with the present design."""
    stamp = stamp_of(version)
    reader = PageReader([version], sort=False)
    rows = version.samples.exclude(stamp=stamp).select_related("source").order_by("number")
    samples = list(rows)
    for done, sample in enumerate(samples):
        context.progress(done / len(samples), f"見本 {done + 1}／{len(samples)}")
        try:
            outcome = reader.read(scan_of(sample.source).page(sample.source_page))
        except BadScan as bad:
            outcome = PageOutcome(PageState.RESCAN, (str(bad),))
        _keep(sample, outcome, stamp)
    with context.finish() as result:
        result["samples"] = len(samples)
        _note("ocr.test.read", version, None, samples=len(samples))
    return result


def _keep(sample: ReadTestSample, outcome: PageOutcome, stamp: str) -> None:
    with transaction.atomic():
        locked = ReadTestSample.objects.select_for_update().filter(pk=sample.pk).first()
        if locked is None:
            return  # cleared meanwhile
        if outcome.registered is not None:
            name = f"sample{locked.pk}.png"
            locked.registered = store(outcome.registered, name=name, content_type=PNG, by=None)
        locked.problems = list(outcome.problems)
        locked.outcome = _outcome_text(outcome)
        locked.verdicts = {}
        locked.stamp = stamp
        locked.read_at = timezone.now()
        locked.save()


def _outcome_text(outcome: PageOutcome) -> str:
    fields = [] if outcome.reading is None else outcome.reading.fields
    data = [
        {
            "name": one.name,
            "text": one.text,
            "confidence": round(one.confidence, 4),
            "blank": one.blank,
            "reasons": [reason.value for reason in one.reasons],
        }
        for one in fields
    ]
    return json.dumps({"fields": data}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class TestField:
    """One field of one sample, as the officer marks it."""

    name: str
    title: str
    kind: str
    text: str
    confidence: float
    reasons: tuple[str, ...]
    verdict: str


def fields_of(sample: ReadTestSample) -> list[TestField]:
    """What was read on a sample, in the order of the form; empty while it is unread or refused."""
    if not sample.outcome:
        return []
    form = content(sample.version)
    known = {one.name: one for one in form.fields}
    return [
        TestField(
            name=one["name"],
            title=known[one["name"]].title,
            kind=known[one["name"]].kind.value,
            text=one["text"],
            confidence=one["confidence"],
            reasons=tuple(one["reasons"]),
            verdict=sample.verdicts.get(one["name"], ""),
        )
        for one in json.loads(sample.outcome)["fields"]
        if one["name"] in known
    ]


def mark(sample: ReadTestSample, verdicts: Mapping[str, str], *, by: Any) -> None:
    """Keep right or wrong for fields of one sample, and work out the test's result."""
    with transaction.atomic():
        version = FormVersion.objects.select_for_update().get(pk=sample.version_id)
        if version.state != VersionState.DRAFT:
            raise FormError("使用を始めた版の試験は、変えられません。")
        locked = ReadTestSample.objects.select_for_update().get(pk=sample.pk)
        names = {one.name for one in fields_of(locked)}
        good = {name: said for name, said in verdicts.items() if name in names and said in (RIGHT, WRONG)}
        locked.verdicts = {**locked.verdicts, **good}
        locked.save(update_fields=["verdicts"])
        version.read_test = _result(version, by)
        version.save(update_fields=["read_test"])
        _note("ocr.test.mark", version, by, sample=locked.number, marked=len(good))


def _result(version: FormVersion, by: Any) -> dict[str, Any] | None:
    """The test's outcome once every field of every sample that was read is marked; else ``None``."""
    stamp = stamp_of(version)
    samples = list(version.samples.all())
    if any(sample.stamp != stamp for sample in samples):
        return None
    fields = [field for sample in samples for field in fields_of(sample)]
    if not fields or any(field.verdict not in (RIGHT, WRONG) for field in fields):
        return None
    right = sum(field.verdict == RIGHT for field in fields)
    return {
        "stamp": stamp,
        "samples": sum(bool(fields_of(sample)) for sample in samples),
        "refused": sum(not fields_of(sample) for sample in samples),
        "right": right,
        "wrong": len(fields) - right,
        "by": by.pk if by is not None else None,
        "at": timezone.now().isoformat(),
    }


def _note(action: str, version: FormVersion, by: Any, **detail: int) -> None:
    record(action, actor=by or "system:jobs", target=f"ocr.version:{version.pk}", detail=detail)
