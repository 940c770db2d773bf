"""Whether a scan is good enough to be read, and what to do when it is not (画質の確認)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.cleaning import SMALL_GLYPH_PX
from yakuba.ocr.domain.pixels import MM_PER_INCH, Gray, flattened, gray_of, u8

MIN_DPI = 180.0  # 200 asked for; sheets are measured with some error
MAX_SKEW = 10.0  # degrees; registration follows, but the corners are lost
MIN_SHARPNESS = 0.38
DARK_PAPER = 90  # gray of the paper
LITTLE_INK = 4e-4  # inked share of a sheet on which nothing is printed or written
MUCH_INK = 0.55


class Problem(StrEnum):
    """What is wrong with a page."""

    LOW_DPI = "low_dpi"
    SMALL_GLYPHS = "small_glyphs"
    BLURRED = "blurred"
    SKEWED = "skewed"
    UPSIDE_DOWN = "upside_down"
    SIDEWAYS = "sideways"
    TOO_DARK = "too_dark"
    BLANK = "blank"
    CUT_OFF = "cut_off"  # told by domain.cut, from the form; its sentence names the side


RESCAN = frozenset(
    {
        Problem.LOW_DPI,
        Problem.SMALL_GLYPHS,
        Problem.BLURRED,
        Problem.TOO_DARK,
        Problem.BLANK,
        Problem.CUT_OFF,
    }
)  # what no program can mend


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on a page. ``None``: could not be measured."""

    dpi: float | None
    glyph_height_px: float | None  # median height of what looks like characters
    sharpness: float | None  # steepness of strokes' edges, 0 (soft) to 1
    skew: float | None  # degrees, positive: turned clockwise
    paper: float  # gray of the paper, 0 to 255
    ink: float  # inked share of the page
    problems: tuple[Problem, ...]
    cut: str = ""  # what is missing of the sheet, in words

    @property
    def must_rescan(self) -> bool:
        """Whether reading this page makes no sense."""
        return bool(RESCAN.intersection(self.problems))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to do, one sentence a problem."""
        return tuple(self._sentence(problem) for problem in self.problems)

    def with_cut(self, sentence: str) -> Quality:
        """The same when the sheet turns out to be cut: the resolution was worked out from a whole one."""
        rest = tuple(one for one in self.problems if one is not Problem.LOW_DPI)
        return replace(self, dpi=None, problems=(Problem.CUT_OFF, *rest), cut=sentence)

    def _sentence(self, problem: Problem) -> str:
        match problem:
            case Problem.CUT_OFF:
                return self.cut
            case Problem.LOW_DPI:
                return f"解像度が約{round(self.dpi or 0)}dpiです。200dpi以上で読み取り直してください。"
            case Problem.SMALL_GLYPHS:
                return (
                    f"文字の高さが約{round(self.glyph_height_px or 0)}画素しかありません。"
                    "300dpi以上で読み取り直してください。"
                )
            case Problem.BLURRED:
                return "画像がぼやけています。用紙を平らに置き、ピントを合わせて読み取り直してください。"
            case Problem.SKEWED:
                return (
                    f"用紙が約{abs(self.skew or 0):.0f}度傾いています。"
                    "まっすぐに置いて読み取り直してください。"
                )
            case Problem.UPSIDE_DOWN:
                return "用紙が上下逆です。向きを直して読み取ります。"
            case Problem.SIDEWAYS:
                return "用紙が横向きです。向きを直して読み取ります。"
            case Problem.TOO_DARK:
                return "画像が暗すぎます。読み取りの濃度を「薄く」するか、明るい所で撮り直してください。"
            case _:
                return "何も書かれていないように見えます。裏面か白紙ではないか確かめてください。"


def measure(
    image: npt.NDArray[np.uint8],
    dpi: float | None = None,
    sheet_mm: tuple[float, float] | None = None,
    turned: float | None = None,
) -> Quality:
    """The quality of a page (height x width, or x 3).

    ``dpi``: from the file. ``sheet_mm``: width and height of the form's paper; with it, and without
    ``dpi``, the resolution is estimated from the image's own size. ``turned``: degrees that registration
    found (``Registered.turned``); it tells upside down, which lines alone can not.
    """
    gray = gray_of(image)
    if dpi is None and sheet_mm is not None:
        dpi = estimated_dpi(gray.shape, sheet_mm)
    paper = float(np.percentile(gray[:: max(1, gray.shape[0] // 500), :: max(1, gray.shape[1] // 500)], 75))
    flat = flattened(gray)
    dark = flat < 150
    ink = float(dark.mean())
    skew = _skew(dark) if turned is None else float((turned + 45) % 90 - 45)
    heights = _glyph_heights(dark)
    found = Quality(
        dpi=dpi,
        glyph_height_px=float(np.median(heights)) if len(heights) >= 8 else None,
        sharpness=_sharpness(flat, dark),
        skew=skew,
        paper=paper,
        ink=ink,
        problems=(),
    )
    return Quality(
        found.dpi, found.glyph_height_px, found.sharpness, found.skew, found.paper, found.ink,
        _problems(found, heights, turned),
    )  # fmt: skip


def estimated_dpi(shape: tuple[int, ...], sheet_mm: tuple[float, float]) -> float:
    """Dots per inch if the sheet fills the image (a photo with a border is coarser still)."""
    long_px, short_px = max(shape[:2]), min(shape[:2])
    long_mm, short_mm = max(sheet_mm), min(sheet_mm)
    return min(long_px / long_mm, short_px / short_mm) * MM_PER_INCH


def _problems(found: Quality, heights: npt.NDArray[np.float64], turned: float | None) -> tuple[Problem, ...]:
    if found.paper < DARK_PAPER or found.ink > MUCH_INK:
        return (Problem.TOO_DARK,)
    if found.ink < LITTLE_INK:
        return (Problem.BLANK,)
    tests = (
        (found.dpi is not None and found.dpi < MIN_DPI, Problem.LOW_DPI),
        (len(heights) >= 8 and float(np.percentile(heights, 90)) < SMALL_GLYPH_PX, Problem.SMALL_GLYPHS),
        (found.sharpness is not None and found.sharpness < MIN_SHARPNESS, Problem.BLURRED),
        (found.skew is not None and abs(found.skew) > MAX_SKEW, Problem.SKEWED),
        (turned is not None and abs(turned) > 135, Problem.UPSIDE_DOWN),
        (turned is not None and 45 <= abs(turned) <= 135, Problem.SIDEWAYS),
    )
    return tuple(problem for holds, problem in tests if holds)


def _glyph_heights(dark: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Heights of the parts that look like characters: not lines, not dust, not pictures."""
    # Strokes of one character are joined, neighbouring characters are not.
    joined = cv2.morphologyEx(u8(dark), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    if count <= 1:
        return np.zeros(0)
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    area = stats[1:, cv2.CC_STAT_AREA]
    largest = 0.03 * max(dark.shape)
    like = (np.maximum(width, height) < largest) & (height >= 5) & (area >= 8)
    like &= (width < 2.2 * height) & (height < 3.5 * width) & (area < 0.9 * width * height)
    return np.asarray(height[like], np.float64)


def _sharpness(flat: Gray, dark: npt.NDArray[np.bool_]) -> float | None:
    """How steep the edges of strokes are: the upper quartile of the change over two pixels, 0 to 1."""
    edges = cv2.dilate(u8(dark), np.ones((3, 3), np.uint8)) > 0
    if int(edges.sum()) < 200:
        return None
    across = cv2.Sobel(flat, cv2.CV_32F, 1, 0, ksize=1)
    down = cv2.Sobel(flat, cv2.CV_32F, 0, 1, ksize=1)
    change = np.maximum(np.abs(across), np.abs(down))[edges]
    contrast = 255.0 - float(np.percentile(flat[dark], 25))
    return float(np.percentile(change, 75) / max(contrast, 1.0))


def _skew(dark: npt.NDArray[np.bool_]) -> float | None:
    """Degrees by which long printed lines are off level or plumb; ``None`` without such lines."""
    factor = min(1.0, 700 / max(dark.shape))
    small = cv2.resize(u8(dark), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    mask = u8(small > 60)
    least = 0.12 * max(mask.shape)
    cv2.setRNGSeed(20261123)
    found = cv2.HoughLinesP(mask, 1, np.pi / 720, 80, minLineLength=least, maxLineGap=6)
    if found is None:
        return None
    lines = np.asarray(found.reshape(-1, 4), np.float64)
    lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    angles = np.degrees(np.arctan2(lines[:, 3] - lines[:, 1], lines[:, 2] - lines[:, 0]))
    angles = (angles + 45) % 90 - 45
    order = np.argsort(angles)
    middle = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
    return float(angles[order][min(int(middle), len(angles) - 1)])
