"""An office with documents, read by a stand-in that finds rows of ink."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.ocr.forms.conftest import approver, department, officer, person, signed_in, viewer, web
from yakuba.ocr.free_page import TextLine
from yakuba.ocr.models import Document
from yakuba.ocr.services import documents
from yakuba.ocr.services.intake import Incoming

__all__ = ["approver", "department", "officer", "person", "signed_in", "viewer", "web"]
WORDS = ("潮見区の会議を開いた", "ﾃｰﾌﾞﾙ 3", "鴎守 澪", "縦の行", "薄い字", "終わり")


def rows_of_ink(image: Any) -> list[TextLine]:
    """A line for each dark bar, in order from above; the text says which bar of the page it is."""
    dark = (image[:, :, 0] < 100).any(axis=1).astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark, [0]])))
    lines = []
    for number, (top, bottom) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
        columns = np.flatnonzero((image[top:bottom, :, 0] < 100).any(axis=0))
        box = (int(columns[0]), int(top), int(columns[-1]) + 1, int(bottom))
        sure = 0.5 if number == 4 else 0.97
        lines.append(TextLine(WORDS[number], sure, box, ((0.0, 0.0),) * 4, vertical=number == 3))
    return lines


@pytest.fixture(autouse=True)
def _stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    documents.use_reader(rows_of_ink)
    yield
    documents._reader.clear()


def sheet(bars: int) -> Image.Image:
    """A white page with so many dark bars."""
    page = np.full((800, 600), 250, np.uint8)
    for number in range(bars):
        page[60 + number * 90 : 100 + number * 90, 60 : 300 + number * 30] = 20
    return Image.fromarray(page)


def tiff(*bars: int, name: str = "議事録.tif") -> Incoming:
    """A TIFF with a page for each count of bars."""
    stream = io.BytesIO()
    first, *rest = [sheet(count) for count in bars]
    first.save(stream, "TIFF", save_all=True, append_images=rest, dpi=(200, 200))
    return Incoming(name, stream.getvalue(), "image/tiff")


def made(by: Any, *bars: int, title: str = "自治会長会議の議事録") -> Document:
    """A document that waits to be read."""
    return documents.take_in([tiff(*bars)], title, by=by)
