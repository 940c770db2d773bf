"""The shipped reader, as the batch job uses it."""

from __future__ import annotations

from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.reading import PageReading
from yakuba.ocr.domain.registration import Template
from yakuba.ocr.reader import FormReader
from yakuba.ocr.services.scans import Image


class ShippedEngine:
    """``FormReader`` with its models, loaded once."""

    def __init__(self) -> None:
        self._reader = FormReader()
        self.model: str = self._reader.model

    def read_page(self, form: FormDefinition, template: Template, page: Image) -> PageReading:
        """The readings of one registered page."""
        return self._reader.read_page(form, template, page)
