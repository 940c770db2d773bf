"""The definition behind a page or value, parsed once."""

from __future__ import annotations

import json
from functools import lru_cache

from yakuba.ocr.domain.form import Field, FormDefinition, Kind
from yakuba.ocr.domain.form_reading import parse_form
from yakuba.ocr.models import FieldValue, FormVersion


@lru_cache(maxsize=64)
def _parsed(text: str) -> FormDefinition:
    return parse_form(json.loads(text))


def definition_of(version: FormVersion) -> FormDefinition:
    """The definition; ``BadForm`` while a draft has faults."""
    return _parsed(json.dumps(version.definition, sort_keys=True))


def field_of(value: FieldValue) -> Field:
    """The field that a value belongs to; a plain line when the form no longer has it."""
    if value.page.version is not None:
        for field in definition_of(value.page.version).fields:
            if field.name == value.name:
                return field
    return Field(value.name, Kind(value.kind))
