"""AI-OCR (帳票読取): scanned forms to fields, with a border between what passes and what staff check.

Importing this package never imports Django, a reading engine or a weight file.
"""

from __future__ import annotations

from yakuba.ocr.domain.form import Box, Field, FormDefinition, Kind, Option, Writing
from yakuba.ocr.domain.form_reading import BadForm, parse_form
from yakuba.ocr.domain.reading import Candidate, FieldReading, PageReading, Reason

__all__ = [
    "BadForm",
    "Box",
    "Candidate",
    "Field",
    "FieldReading",
    "FormDefinition",
    "Kind",
    "Option",
    "PageReading",
    "Reason",
    "Writing",
    "parse_form",
]
