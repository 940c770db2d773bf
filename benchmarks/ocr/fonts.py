"""Fonts for made scans: which ones, what they may be used for, and how to collect them.

    python -m benchmarks.ocr.fonts FOLDER      # downloads with apt-get and npm, unpacks into FOLDER

Fonts are never committed. ``FOLDER`` (or the environment's ``YAKUBA_OCR_FONTS``) then holds ``deb/`` with the
unpacked Debian packages and ``npm/node_modules/@fontsource/``. All of them are under the SIL OFL or the IPA
licence. The groups are binding: ``light`` and ``heavy`` and ``print`` only measure; ``tuning`` and ``small``
(small print) may choose thresholds; what trains the cell models is listed in ``training/ocr``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask = NDArray[np.uint8]
DEB = "deb/usr/share/fonts"
NPM = "npm/node_modules/@fontsource"
DEBIAN = ("fonts-ipaexfont-gothic", "fonts-ipaexfont-mincho", "fonts-klee", "fonts-seto",
          "fonts-yusei-magic", "fonts-yozvox-yozfont-edu", "fonts-horai-umefont")  # fmt: skip
NODE = ("biz-udgothic", "noto-sans-jp", "noto-serif-jp", "yomogi", "zen-kurenaido", "kiwi-maru",
        "kosugi-maru", "sawarabi-gothic", "shippori-mincho")  # fmt: skip

PLACES = {
    "noto-sans": f"{NPM}/noto-sans-jp:400",
    "noto-serif": f"{NPM}/noto-serif-jp:400",
    "ipaex-gothic": f"{DEB}/opentype/ipaexfont-gothic/ipaexg.ttf",
    "ipaex-mincho": f"{DEB}/opentype/ipaexfont-mincho/ipaexm.ttf",
    "biz-udgothic": f"{NPM}/biz-udgothic:400",
    "yomogi": f"{NPM}/yomogi:400",
    "zen-kurenaido": f"{NPM}/zen-kurenaido:400",
    "yusei-magic": f"{DEB}/truetype/yusei-magic/YuseiMagic-Regular.ttf",
    "seto": f"{DEB}/truetype/seto/setofont.ttf",
    "klee": f"{DEB}/truetype/klee/KleeOne-Regular.ttf",
    "kiwi-maru": f"{NPM}/kiwi-maru:400",
    "kosugi-maru": f"{NPM}/kosugi-maru:400",
    "yozfont": f"{DEB}/truetype/yozvox-yozfont/YOzRE_.ttf",
    "ume-mincho": f"{DEB}/truetype/horai-umefont/ume-tmo3.ttf",
    "ume-gothic": f"{DEB}/truetype/horai-umefont/ume-hgo4.ttf",
    "sawarabi-gothic": f"{NPM}/sawarabi-gothic:400",
    "shippori-mincho": f"{NPM}/shippori-mincho:400",
}
GROUPS = {
    "print": ("noto-sans", "noto-serif", "ipaex-gothic", "ipaex-mincho", "biz-udgothic"),
    "light": ("yomogi", "zen-kurenaido"),
    "heavy": ("yusei-magic", "seto"),
    "tuning": ("klee", "kiwi-maru", "yozfont", "kosugi-maru"),
    "small": ("ume-mincho", "ume-gothic", "sawarabi-gothic", "shippori-mincho"),
}
HAND = frozenset(GROUPS["light"] + GROUPS["heavy"] + ("klee", "yozfont"))


class NoFonts(RuntimeError):
    """A font is not where it should be; the message says how to get it."""


@dataclass
class Face:
    """One font: a file, or a folder of files split by Unicode range (``…:weight``)."""

    name: str
    folder: Path
    _files: dict[tuple[str, int], ImageFont.FreeTypeFont] = field(default_factory=dict)
    _glyphs: dict[tuple[str, int], tuple[Mask, float] | None] = field(default_factory=dict)

    def glyph(self, character: str, px: int) -> tuple[Mask, float] | None:
        """Ink (0 to 255) in a box of 1.6 × 1.6 em around the middle of the em square; the advance in em.

        ``None`` when the font has no such character.
        """
        key = (character, px)
        if key not in self._glyphs:
            self._glyphs[key] = self._drawn(character, px)
        return self._glyphs[key]

    def covers(self, text: str) -> bool:
        """Whether the font has every character."""
        return all(character in " 　" or self.glyph(character, 24) is not None for character in text)

    def _drawn(self, character: str, px: int) -> tuple[Mask, float] | None:
        font = self._font(character, px)
        if font is None:
            return None
        side = round(1.6 * px)
        page = Image.new("L", (side, side), 0)
        advance = font.getlength(character)
        left, middle = (side - advance) / 2, side / 2 + 0.38 * px  # the baseline of Japanese fonts
        ImageDraw.Draw(page).text((left, middle), character, fill=255, font=font, anchor="ls")
        ink = np.asarray(page)
        missing = Image.new("L", (side, side), 0)
        nothing = font.getlength("\U0010fffe")
        ImageDraw.Draw(missing).text(
            ((side - nothing) / 2, middle), "\U0010fffe", fill=255, font=font, anchor="ls"
        )
        if not ink.any() or np.array_equal(ink, np.asarray(missing)):
            return None
        return ink, advance / px

    def _font(self, character: str, px: int) -> ImageFont.FreeTypeFont | None:
        path = self._path(character)
        if path is None:
            return None
        if (path, px) not in self._files:
            self._files[path, px] = ImageFont.truetype(path, px)
        return self._files[path, px]

    def _path(self, character: str) -> str | None:
        place, _, weight = PLACES[self.name].partition(":")
        where = self.folder / place
        if not weight:
            if not where.is_file():
                raise NoFonts(_advice(where))
            return str(where)
        part = _parts(where).get(ord(character))
        return None if part is None else str(where / "files" / f"{where.name}-{part}-{weight}-normal.woff2")


@lru_cache(maxsize=16)
def _parts(where: Path) -> dict[int, str]:
    """Which file of a split font holds a code point."""
    if not (where / "unicode.json").is_file():
        raise NoFonts(_advice(where))
    found: dict[int, str] = {}
    for part, ranges in json.loads((where / "unicode.json").read_text()).items():
        for each in ranges.split(","):
            first, _, last = each.removeprefix("U+").partition("-")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                found.setdefault(code, part.strip("[]"))
    return found


def _advice(where: Path) -> str:
    return (
        f"{where}: no such font. Run «python -m benchmarks.ocr.fonts FOLDER» once and name the folder in "
        "YAKUBA_OCR_FONTS or with --fonts."
    )


@lru_cache(maxsize=64)
def face(name: str, folder: Path) -> Face:
    """The font called so, kept with its drawn glyphs."""
    return Face(name, folder)


def folder_of(argument: str | None) -> Path:
    """Where the fonts lie; ``NoFonts`` when nothing says where."""
    named = argument or os.environ.get("YAKUBA_OCR_FONTS")
    if not named:
        raise NoFonts(_advice(Path("fonts")))
    return Path(named)


def collect(folder: Path) -> None:
    """Download and unpack every package; needs ``apt-get``, ``dpkg-deb`` and ``npm``."""
    packages = folder / "deb"
    packages.mkdir(parents=True, exist_ok=True)
    (folder / "npm").mkdir(exist_ok=True)
    subprocess.run(["apt-get", "download", *DEBIAN], cwd=packages, check=True)
    for package in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(packages)], check=True)
    names = [f"@fontsource/{name}" for name in NODE]
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", *names], cwd=folder / "npm", check=True)


def main() -> None:
    """Collect, then say what is there."""
    parser = argparse.ArgumentParser(description="collect the fonts for made scans")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    collect(folder)
    for name in PLACES:
        print(name, "ok" if face(name, folder).covers("汐見区アイウ12") else "incomplete")


if __name__ == "__main__":
    main()
