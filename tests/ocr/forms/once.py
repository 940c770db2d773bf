"""Each made scan is laid on each made blank once a session; how that is done has tests of its own.

What is kept was worked out by the real functions, which depend on nothing but their arguments. The pictures
are kept read-only, so that a page which wrote into one would fail and not spoil the next.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from yakuba.ocr.domain.registration import NotThisForm, Registered, Template, register
from yakuba.ocr.services import page_reading

_pictures: dict[str, Any] = {}


def keep_what_was_laid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages of this test be registered from what an earlier test has worked out."""
    monkeypatch.setattr(page_reading, "Template", _template)
    monkeypatch.setattr(page_reading, "register", _register)


def _template(blank: Any, width_mm: float, height_mm: float) -> Template:
    return _by_name(_template_named, blank, width_mm, height_mm)


def _register(image: Any, template: Template, fields: tuple[Any, ...]) -> Registered | NotThisForm:
    return _by_name(_registered_named, image, template, fields)


def _by_name(made: Any, picture: Any, *more: Any) -> Any:
    name = hashlib.sha256(np.ascontiguousarray(picture)).hexdigest() + str(picture.shape)
    _pictures[name] = picture
    try:
        return made(name, *more)
    finally:
        del _pictures[name]


@lru_cache(maxsize=8)
def _template_named(name: str, width_mm: float, height_mm: float) -> Template:
    return Template(_pictures[name], width_mm, height_mm)


@lru_cache(maxsize=24)
def _registered_named(name: str, template: Template, fields: tuple[Any, ...]) -> Registered | NotThisForm:
    found = register(_pictures[name], template, fields)
    if isinstance(found, Registered):
        found.image.setflags(write=False)
    return found
