"""A sheet being laid out: shapes for Typst and the fields that a form definition lists, in one go."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from io import BytesIO
from typing import Any

import typst
from noto_cjk_sans_jp_regular import FONT_PATH
from PIL import Image

INK = "#20282e"
SOFT = "#7b8a94"
TINT = "#e9eff2"
DPI = 200
_GREYS = 16
_LINE, _CELL_LINE, _FRAME = 0.18, 0.13, 0.45  # mm
_INSET = 0.5  # a written field lies inside its cell by so many mm


@dataclass(slots=True)
class Sheet:
    """Shapes and fields; every length in mm from the top left corner, font sizes in points."""

    boxes: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        line: float = _LINE,
        fill: str = "",
        ink: str = INK,
        radius: float = 0,
    ) -> None:
        """A rectangle; ``line`` 0 draws no outline."""
        self.boxes.append({"at": [x, y, w, h], "line": line, "fill": fill, "ink": ink, "radius": radius})

    def frame(self, x: float, y: float, w: float, h: float) -> None:
        """The heavy outline around a table."""
        self.box(x, y, w, h, line=_FRAME)

    def rule(self, x: float, y: float, x2: float, y2: float, *, dashed: bool = False) -> None:
        """A thin line."""
        self.lines.append(
            {"at": [x, y, x2, y2], "width": _CELL_LINE, "ink": SOFT if dashed else INK, "dashed": dashed}
        )

    def text(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        text: str,
        *,
        size: float = 8,
        align: str = "left",
        ink: str = INK,
        heavy: bool = False,
        tracking: float = 0.0,
    ) -> None:
        """Words inside of a rectangle, in the middle of its height."""
        self.words.append(
            {
                "at": [x, y, w, h],
                "text": text,
                "size": size,
                "align": align,
                "ink": ink,
                "heavy": heavy,
                "tracking": tracking,
            }
        )

    def label(self, x: float, y: float, w: float, h: float, text: str, *, size: float = 7.5) -> None:
        """A tinted cell with the name of what stands beside it."""
        self.box(x, y, w, h, fill=TINT)
        self.text(x, y, w, h, text, size=size, align="centre")

    def written(self, name: str, kind: str, x: float, y: float, w: float, h: float, **more: Any) -> None:
        """A cell to write in and its field."""
        self.box(x, y, w, h)
        inside = [x + _INSET, y + _INSET, w - 2 * _INSET, h - 2 * _INSET]
        self.fields.append({"name": name, "kind": kind, "box": _rounded(inside), **more})

    def celled(
        self, name: str, kind: str, x: float, y: float, w: float, h: float, cells: int, **more: Any
    ) -> None:
        """A row of printed boxes, one character each, and its field."""
        self.box(x, y, w, h)
        for number in range(1, cells):
            across = x + w * number / cells
            self.rule(across, y, across, y + h)
        self.fields.append(
            {"name": name, "kind": kind, "box": _rounded([x, y, w, h]), "cells": cells, **more}
        )

    def tick(self, name: str, x: float, y: float, text: str, *, w: float = 50, **more: Any) -> None:
        """A checkbox of 4.4 mm with its words to the right."""
        side = 4.4
        self.box(x, y, side, side, line=0.25)
        self.text(x + side + 1.6, y - 0.6, w, side + 1.2, text, size=8.5)
        self.fields.append(
            {"name": name, "kind": "checkbox", "box": _rounded([x, y, side, side]), "label": text, **more}
        )

    def choice(
        self, name: str, x: float, y: float, w: float, h: float, values: tuple[str, ...], **more: Any
    ) -> None:
        """Printed words, one of which gets a ○; each word's box is what the ○ may cover."""
        step = w / len(values)
        options = []
        for number, value in enumerate(values):
            left = x + number * step
            self.text(left, y, step, h, value, size=8.5, align="centre")
            if number:
                self.text(left - 2, y, 4, h, "・", size=8.5, align="centre", ink=SOFT)
            options.append({"value": value, "box": _rounded([left + 2, y + 0.4, step - 4, h - 0.8])})
        self.fields.append({"name": name, "kind": "circle", "options": options, **more})

    def specimen(self, code: str) -> None:
        """Corner marks, 見本, and the line that says that the town is invented."""
        for x, y in ((8, 8), (198, 8), (8, 285), (198, 285)):
            self.box(x, y, 4, 4, line=0, fill=INK)
        self.box(172, 12, 20, 8.4, line=0.4, ink="#8a3b46", radius=1)
        self.text(172, 12, 20, 8.4, "見本", size=12, align="centre", ink="#8a3b46", heavy=True, tracking=0.2)
        note = "見本　汐見区は架空の区です。この用紙で届出や申込みはできません。"
        self.text(18, 284.6, 130, 5, note, size=7, ink=SOFT)
        self.text(150, 284.6, 42, 5, code, size=7, ink=SOFT, align="right")

    def png(self, dpi: int = DPI) -> bytes:
        """The sheet as a PNG of 16 colours, A4."""
        shapes = {"boxes": self.boxes, "lines": self.lines, "words": self.words}
        page = typst.compile(
            files(__package__).joinpath("sheet.typ").read_bytes(),
            format="png",
            ppi=dpi,
            font_paths=[FONT_PATH.parent],
            ignore_system_fonts=True,
            sys_inputs={"sheet": json.dumps(shapes, ensure_ascii=False)},
        )
        if not isinstance(page, bytes):
            raise TypeError("one sheet gave several pages")
        few = Image.open(BytesIO(page)).convert("RGB").quantize(_GREYS, dither=Image.Dither.NONE)
        out = BytesIO()
        few.save(out, "PNG", optimize=True, dpi=(dpi, dpi))
        return out.getvalue()


def _rounded(box: list[float]) -> list[float]:
    return [round(value, 2) for value in box]
