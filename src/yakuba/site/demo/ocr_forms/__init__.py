"""Invented forms (帳票) of 汐見区 for trying AI-OCR: definitions, empty sheets and what draws them.

Every sheet says 「見本」; no town hall uses them. The files are made by
``python -m yakuba.site.demo.ocr_forms.draw``.
"""

from __future__ import annotations

from importlib.resources import files

import yaml

from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.form_reading import parse_form

NAMES = ("kyuyo", "noen", "noen_kaisei", "anketo")
"""給与支払報告書, 申込書, the 申込書 after a revision that moved some boxes, アンケート."""


def definition(name: str) -> FormDefinition:
    """The form called so; ``FileNotFoundError`` when there is none."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text("utf-8")
    return parse_form(yaml.safe_load(text), where=f"{name}.yaml")


def blank(name: str) -> bytes:
    """The empty sheet as PNG: A4 at 200 dpi."""
    return files(__package__).joinpath(f"{name}.png").read_bytes()
