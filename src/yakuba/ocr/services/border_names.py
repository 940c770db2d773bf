"""How the border names fields, and how a personal number is sealed: one place for every part."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from yakuba.core.border.services import Task
from yakuba.ocr.domain.form import Field, FormDefinition
from yakuba.ocr.domain.reading import FieldReading
from yakuba.ocr.models import FieldValue, Page

SYSTEM = "ocr"
MOST_KIND = 200  # characters of a task's kind


def task_for(form: FormDefinition, field: Field, *, model: str, scanner: str) -> Task:
    """What one field's policy and certificate are for; fields under one heading are certified apart."""
    title = field.title
    others = {one.title for one in form.fields if one.name != field.name}
    while title in others:
        title += f"（{field.name}）"
    if len(f"{form.name}/{title}") > MOST_KIND:  # never cut: the name at the end tells fields apart
        title = f"…（{field.name}）"
    return Task(SYSTEM, f"{form.name}/{title}", form.version, model, scanner)


def task_of(value: FieldValue, form: FormDefinition) -> Task:
    """The task of a value that was read; ``form`` is its page's definition."""
    page = value.page
    return task_for(form, form.field_named(value.name), model=page.engine, scanner=page.batch.scanner)


def ref_of(value: FieldValue) -> str:
    """How the border names one reading of one field for ever; a page that is read again gets new ones."""
    return f"ocr.value:{value.pk}"


def document_of(page: Page) -> str:
    """How the border names the sheet that fields stand on."""
    return f"ocr.page:{page.pk}"


def sealed_text(reading: FieldReading) -> str:
    """What is kept of a personal number, as JSON to be sealed: ``text``, ``raw``, ``candidates``."""
    data = {
        "text": reading.text,
        "raw": reading.raw,
        "candidates": [asdict(one) for one in reading.candidates],
    }
    return json.dumps(data, ensure_ascii=False)


def unsealed(value: FieldValue) -> dict[str, Any]:
    """What ``sealed_text`` kept; empty texts for a value that is not sealed."""
    if not value.sealed:
        return {"text": "", "raw": "", "candidates": []}
    found: dict[str, Any] = json.loads(value.sealed)
    return found
