"""A batch with generated pages and readings, as the reading job leaves one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from yakuba.core.files.services import store
from yakuba.ocr.domain.form_reading import parse_form
from yakuba.ocr.models import Batch, BatchState, FieldValue, Form, FormVersion, Page, PageState, VersionState

NUMBER = "123456789018"  # its check digit is right
SCALE = 8  # pixels a millimetre, about 200 dpi
DEFINITION: dict[str, Any] = {
    "format": "yakuba.ocr.form/1",
    "name": "給与支払報告書",
    "version": "2",
    "page": {"width_mm": 120, "height_mm": 90},
    "blank": "blank.png",
    "fields": [
        {"name": "number", "kind": "my_number", "box": [10, 8, 72, 8], "cells": 12, "label": "個人番号"},
        {"name": "name", "kind": "person_name", "box": [10, 20, 60, 8], "label": "氏名"},
        {"name": "paid", "kind": "amount", "box": [10, 32, 50, 8], "label": "支払金額"},
        {"name": "tax_a", "kind": "amount", "box": [10, 44, 40, 8], "label": "内訳1"},
        {"name": "tax_b", "kind": "amount", "box": [60, 44, 40, 8], "label": "内訳2"},
        {"name": "tax_total", "kind": "amount", "box": [10, 56, 40, 8], "label": "合計"},
        {"name": "born", "kind": "date", "box": [60, 56, 40, 8], "label": "生年月日"},
        {
            "name": "way",
            "kind": "circle",
            "label": "徴収の方法",
            "options": [
                {"value": "特別徴収", "box": [10, 70, 20, 6]},
                {"value": "普通徴収", "box": [34, 70, 20, 6]},
            ],
        },
    ],
    "rules": [{"sum": ["tax_a", "tax_b"], "equals": "tax_total"}],
}
TEXTS = {
    "number": NUMBER,
    "name": "髙橋 凪",
    "paid": "4817200",
    "tax_a": "1000",
    "tax_b": "234",
    "tax_total": "1234",
    "born": "1985-05-01",
    "way": "特別徴収",
}


def picture(texts: Mapping[str, str], definition: dict[str, Any] = DEFINITION) -> bytes:
    """A page with boxes and the ASCII part of every text written into them."""
    form = parse_form(definition)
    size = (round(form.height_mm * SCALE), round(form.width_mm * SCALE), 3)
    page = np.full(size, 250, np.uint8)
    for field in form.fields:
        for box in field.boxes:
            left, top = round(box.x * SCALE), round(box.y * SCALE)
            right, bottom = round(box.right * SCALE), round(box.bottom * SCALE)
            cv2.rectangle(page, (left, top), (right, bottom), (140, 140, 200), 1)
            text = texts.get(field.name, "").encode("ascii", "replace").decode()
            cv2.putText(page, text, (left + 8, bottom - 14), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (60, 30, 20), 3)
    return bytes(cv2.imencode(".png", page)[1])


def make_version(definition: dict[str, Any] = DEFINITION, name: str = "給与支払報告書") -> FormVersion:
    """An active version of the form."""
    blank = store(picture({}, definition), name="blank.png", content_type="image/png", by=None)
    form, _ = Form.objects.get_or_create(name=name)
    return FormVersion.objects.create(
        form=form, version="2", definition=definition, blank=blank, state=VersionState.ACTIVE
    )


def make_batch(
    pages: int = 3,
    *,
    version: FormVersion | None = None,
    fields: Sequence[str] | None = None,
    state: str = BatchState.CHECKING,
    **options: Any,
) -> Batch:
    """A batch whose fields all wait; amounts differ from page to page."""
    version = version or FormVersion.objects.first() or make_version()
    batch = Batch.objects.create(title="令和9年1月の束", version=version, state=state, **options)
    form = parse_form(version.definition)
    for number in range(1, pages + 1):
        texts = {**TEXTS, "paid": str(1_000_000 + 37_153 * number)}
        stored = store(picture(texts, version.definition), name="page.png", content_type="image/png", by=None)
        page = Page.objects.create(
            batch=batch, number=number, source=stored, registered=stored, version=version,
            state=PageState.READ, engine="a" * 16,
        )  # fmt: skip
        for order, field in enumerate(form.fields, 1):
            if fields is not None and field.name not in fields:
                continue
            make_value(page, order, field.name, field.kind.value, texts.get(field.name, ""))
    return batch


def make_value(page: Page, order: int, name: str, kind: str, text: str, **more: Any) -> FieldValue:
    """One waiting field; a personal number is sealed."""
    rows = [{"text": text, "raw": text, "confidence": 0.9, "source": "v6"}]
    if kind == "my_number":
        sealed = json.dumps({"text": text, "raw": text, "candidates": rows}, ensure_ascii=False)
        return FieldValue.objects.create(
            page=page, name=name, order=order, kind=kind, confidence=0.9, sealed=sealed, **more
        )
    return FieldValue.objects.create(
        page=page, name=name, order=order, kind=kind, raw=text, text=text, candidates=rows, confidence=0.9,
        decided_because="認定がないため、すべて職員が確認します。", **more,
    )  # fmt: skip


def doubt(value: FieldValue, other: str, reason: str = "engines_disagree") -> FieldValue:
    """A second engine read something else."""
    value.candidates = [*value.candidates, {"text": other, "raw": other, "confidence": 0.66, "source": "v5"}]
    value.reasons = [reason]
    value.save()
    return value
