"""Which fonts the letters are learnt from, and which are held out.

Only fonts under OFL-1.1, IPA-1, the M+ licence, Apache-2.0 or MIT are named. ``VALIDATE`` chooses between
trainings; fonts that the product is measured on (Yomogi, Zen Kurenaido, Yusei Magic, Seto, Patrick Hand,
Reenie Beanie) are in neither list and must never be added.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

# Debian packages, unpacked: folder under usr/share/fonts/*/ -> files to use (regular expression).
DEBIAN = {
    "ipaexfont-gothic": r"ipaexg\.ttf",
    "ipaexfont-mincho": r"ipaexm\.ttf",
    "mplus": r"Mplus(1-Regular|2-Light)\.otf",
    "motoya-l-cedar": r".*\.ttf",
    "motoya-l-maruberi": r".*\.ttf",
    "konatu": r"Konatu\.ttf",
    "vlgothic": r"VL-Gothic-Regular\.ttf",
    "klee": r"KleeOne-Regular\.ttf",
    "yozvox-yozfont": r"YOz(BEF|BEFi|REF|REX)\.ttf",
}
# @fontsource packages -> weights to use.
JAPANESE = {
    "zen-maru-gothic": (400,),
    "kiwi-maru": (300,),
    "kosugi-maru": (400,),
    "kaisei-opti": (400,),
    "noto-sans-jp": (300,),
    "noto-serif-jp": (400,),
    "shippori-mincho": (400,),
    "mochiy-pop-one": (400,),
    "m-plus-rounded-1c": (400,),
    "yuji-syuku": (400,),
    "yuji-mai": (400,),
    "yuji-boku": (400,),
    "hachi-maru-pop": (400,),
    "potta-one": (400,),
    "new-tegomin": (400,),
}
LATIN = dict.fromkeys(
    (
        "architects-daughter", "caveat", "covered-by-your-grace", "gaegu", "gloria-hallelujah", "gochi-hand",
        "handlee", "homemade-apple", "indie-flower", "kalam", "nanum-pen-script", "neucha",
        "permanent-marker", "rock-salt", "schoolbell", "shadows-into-light",
    ),
    (400,),
)  # fmt: skip
# Kept out of training to choose by.
VALIDATE = ("new-tegomin", "kiwi-maru", "kalam", "schoolbell")
FORBIDDEN = ("yomogi", "zen-kurenaido", "yusei", "seto", "patrick-hand", "reenie-beanie", "kiloji")


@dataclass(frozen=True, slots=True)
class Face:
    """One font face: ``name`` is package/file, ``parts`` its files (a web font comes in pieces)."""

    name: str
    parts: tuple[Path, ...]

    @property
    def held_out(self) -> bool:
        return self.name.startswith(VALIDATE)

    def font_for(self, character: str, size: int) -> ImageFont.FreeTypeFont | None:
        for part in self.parts:
            if ord(character) in _covered(part):
                return ImageFont.truetype(io.BytesIO(_sfnt(part)), size)
        return None


@cache
def _sfnt(part: Path) -> bytes:
    if part.suffix not in (".woff", ".woff2"):
        return part.read_bytes()
    font = TTFont(part)
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


@cache
def _covered(part: Path) -> frozenset[int]:
    return frozenset(TTFont(part, lazy=True).getBestCmap())


def faces(roots: list[Path], *, latin: bool) -> Iterator[Face]:
    """The faces found under ``roots`` (folders of unpacked Debian packages or of node_modules)."""
    for root in roots:
        for folder, pattern in DEBIAN.items():
            for place in sorted(root.glob(f"usr/share/fonts/*/{folder}")):
                for file in sorted(place.iterdir()):
                    if re.fullmatch(pattern, file.name):
                        yield _allowed(Face(f"{folder}/{file.stem}", (file,)))
        for package, weights in (JAPANESE | LATIN if latin else JAPANESE).items():
            for weight in weights:
                found = sorted((root / "@fontsource" / package / "files").glob(f"*-{weight}-normal.woff2"))
                if found:
                    yield _allowed(Face(f"{package}/{weight}", tuple(found)))


def _allowed(face: Face) -> Face:
    if any(word in face.name.lower() for word in FORBIDDEN):
        raise ValueError(f"{face.name}: kept for measuring only")
    return face
