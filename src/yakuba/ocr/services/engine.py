"""The shipped reader, as the batch job uses it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yakuba.ocr import memory
from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.reading import PageReading
from yakuba.ocr.domain.registration import Registered, Template
from yakuba.ocr.free_page import read_free_page
from yakuba.ocr.reader import FormReader


class ShippedEngine:
    """``FormReader`` with its models, loaded once."""

    def __init__(self) -> None:
        memory.keep_small()
        self._reader = FormReader()

    @property
    def model(self) -> str:
        """The hash of weights and reading code."""
        return self._reader.model

    def read_page(self, form: FormDefinition, template: Template, page: Registered) -> PageReading:
        """The readings of one registered page."""
        try:
            return self._reader.read_page(form, template, page)
        finally:
            memory.give_back()

    def text_of(self, image: npt.NDArray[np.uint8]) -> str:
        """Printed text of a page or a part of it, to tell near-identical forms apart."""
        colour = np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image
        return "".join(line.text for line in read_free_page(colour))
