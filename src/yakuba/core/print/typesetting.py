"""Typst templates filled from data. Texts reach them as JSON and are never put into Typst source, so that no
sign in a name can be read as a command. Fonts come from the package alone; nothing is fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any, Literal

import typst
from noto_cjk_sans_jp_regular import FONT_PATH

from yakuba.core.print.glyphs import Glyphs

Missing = Literal["refuse", "mark"]
_SELECTED = re.compile(".[\ufe00-\ufe0f\U000e0100-\U000e01ef]", re.DOTALL)


class MissingGlyphs(ValueError):
    """The font cannot print these characters; ``characters`` lists them, variation selectors included."""

    def __init__(self, characters: Sequence[str]) -> None:
        shown = "、".join(
            f"{each}（{' '.join(f'U+{ord(part):04X}' for part in each)}）" for each in characters
        )
        super().__init__(
            f"印刷用フォントに字形がない文字があります：{shown}。別の字にするか、〓で印刷して手書きしてください。"
        )
        self.characters = tuple(characters)


def missing_glyphs(*texts: str) -> list[str]:
    """Characters that the print font does not have, each once."""
    return list(dict.fromkeys(found for text in texts for found in _glyphs().missing(text)))


def check_glyphs(data: Any) -> list[str]:
    """Characters anywhere in the data of a sheet that the print font does not have."""
    whole = "\n".join(_texts(data))
    chosen = dict.fromkeys(_SELECTED.findall(whole))  # 葛󠄀: a character in one of its forms
    plain = dict.fromkeys(_SELECTED.sub("", whole))
    return _glyphs().missing("\n".join([*plain, *chosen]))


def compile_pdf(package: str, template: str, data: Mapping[str, Any], missing: Missing) -> bytes:
    """A template of the package's folder ``print/`` with its data as PDF.

    ``missing``: ``refuse`` raises ``MissingGlyphs`` before anything is set, ``mark`` prints 〓.
    """
    lost = check_glyphs(data)
    if lost and missing == "refuse":
        raise MissingGlyphs(lost)
    whole = _marked(data) if lost else data
    with as_file(files(package).joinpath("print")) as folder:
        compiler = typst.Compiler(
            input=folder / f"{template}.typ",
            root=folder,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(whole, ensure_ascii=False)},
        )
        pdf = compiler.compile(format="pdf")
    if not isinstance(pdf, bytes):  # several pages of an image format only
        raise TypeError(f"{template}.typ: {type(pdf)}")
    return pdf


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    )
    return [text for item in items for text in _texts(item)]


def _marked(value: Any) -> Any:
    if isinstance(value, str):
        return _glyphs().marked(value)
    if isinstance(value, Mapping):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, (list, tuple)) else value


@lru_cache(maxsize=1)
def _glyphs() -> Glyphs:
    return Glyphs.of(FONT_PATH.read_bytes())


@lru_cache(maxsize=1)
def _fonts() -> Any:
    with as_file(FONT_PATH) as font:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font.parent])
