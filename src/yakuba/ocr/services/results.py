"""Write what a page gave: its state, its field values, who decides each, one AI-log line.

Everything of one page is one transaction of the caller; a page that is no longer waiting is left alone, so
that a page is neither lost nor doubled whatever dies in between.
"""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.ai_log.services import Use, log
from yakuba.core.border.domain.policy import Decision, Policy
from yakuba.core.border.services import Item, Routed, Task, declare, route_all
from yakuba.core.files.services import store
from yakuba.ocr.domain.form import Field, FieldPolicy, FormDefinition, Kind
from yakuba.ocr.domain.reading import FieldReading
from yakuba.ocr.models import Batch, FieldValue, Page, PageState, ValueState
from yakuba.ocr.services.border_names import SYSTEM, document_of, ref_of, sealed_text, task_for
from yakuba.ocr.services.forms import content
from yakuba.ocr.services.page_reading import PageOutcome
from yakuba.ocr.services.scans import PNG

BLIND = "認定のため、読みを見せずに職員が入力します。"


def keep_outcome(page: Page, outcome: PageOutcome, *, rng: random.Random) -> bool:
    """Write the outcome of a page that is still waiting; ``False`` when somebody else has done it.

    The page is locked first; a page whose file was replaced meanwhile keeps waiting for its new file.
    """
    with transaction.atomic():
        locked = Page.objects.select_for_update().select_related("batch").filter(pk=page.pk).first()
        if locked is None or locked.state != PageState.WAITING:
            return False
        if (locked.source_id, locked.source_page, locked.version_id) != (
            page.source_id,
            page.source_page,
            page.version_id,
        ):
            return False
        _write_page(locked, outcome)
        if outcome.reading is not None and outcome.version is not None:
            form = content(outcome.version)
            _write_values(locked, locked.batch, form, outcome, rng)
            _log(locked, outcome)
    return True


def _write_page(page: Page, outcome: PageOutcome) -> None:
    page.state = outcome.state
    page.problems = list(outcome.problems)
    page.version = outcome.version
    page.measures = outcome.measures
    page.engine = outcome.model[:64]
    page.read_at = timezone.now()
    if outcome.registered is not None:
        name = f"batch{page.batch_id}-page{page.number}.png"
        page.registered = store(outcome.registered, name=name, content_type=PNG, by=None)
    page.save()


def _write_values(
    page: Page, batch: Batch, form: FormDefinition, outcome: PageOutcome, rng: random.Random
) -> None:
    assert outcome.reading is not None  # noqa: S101 - the caller asked
    readings = {one.name: one for one in outcome.reading.fields}
    pairs = [(field, readings[field.name]) for field in form.fields if field.name in readings]
    values = FieldValue.objects.bulk_create(
        _value(page, order, field, reading) for order, (field, reading) in enumerate(pairs, 1)
    )
    if batch.blind:
        return
    asked: dict[Task, list[Item]] = {}
    for value, (field, reading) in zip(values, pairs, strict=True):
        task = task_for(form, field, model=outcome.model, scanner=batch.scanner)
        if field.policy is FieldPolicy.ALWAYS_STAFF:
            declare(task, Policy.ALWAYS_STAFF)
        asked.setdefault(task, []).append(_item(value, field, reading))
    answers = {ref: one for part in route_all(asked, rng=rng).values() for ref, one in part.items()}
    for value, (_, reading) in zip(values, pairs, strict=True):
        _decide(value, reading, answers[ref_of(value)])
    FieldValue.objects.bulk_update(values, ["decision", "decided_because", "state", "final", "final_at"])


def _item(value: FieldValue, field: Field, reading: FieldReading) -> Item:
    return Item(
        ref=ref_of(value),
        document=document_of(value.page),
        score=reading.confidence,
        blank=reading.blank,
        must_be_checked=reading.must_be_checked or field.policy is FieldPolicy.ALWAYS_STAFF,
    )


def _value(page: Page, order: int, field: Field, reading: FieldReading) -> FieldValue:
    value = FieldValue(
        page=page,
        name=field.name,
        order=order,
        kind=field.kind.value,
        confidence=reading.confidence,
        blank=reading.blank,
        reasons=[one.value for one in reading.reasons],
        decision=Decision.STAFF.value,
        decided_because=BLIND,
        state=ValueState.WAITING,
    )
    if field.kind is Kind.MY_NUMBER:
        value.sealed = sealed_text(reading)
    else:
        value.raw, value.text = reading.raw, reading.text
        value.candidates = [asdict(one) for one in reading.candidates]
    return value


def _decide(value: FieldValue, reading: FieldReading, routed: Routed) -> None:
    """What the border said; an audited value waits for a person and leaves nothing before."""
    value.decision = routed.decision.value
    value.decided_because = routed.because[:200]
    if routed.decision is Decision.STAFF or routed.audited:
        return
    value.state, value.final_at = ValueState.AUTO, timezone.now()
    if value.kind != Kind.MY_NUMBER:
        value.final = reading.text


def _log(page: Page, outcome: PageOutcome) -> None:
    assert outcome.reading is not None  # noqa: S101 - the caller asked
    least = min((one.confidence for one in outcome.reading.fields), default=0.0)
    log(
        Use(
            system=SYSTEM,
            purpose="帳票の読取り",
            model="yakuba.ocr.reader",
            model_hash=outcome.model[:64],
            input_ref=document_of(page),
            output_ref=document_of(page),
            confidence=min(max(least, 0.0), 1.0),
        ),
        user=page.batch.created_by,
    )


def waiting_pages(batch: Batch) -> Any:
    """Pages that were not read yet, in order."""
    return batch.pages.filter(state=PageState.WAITING).order_by("number")
