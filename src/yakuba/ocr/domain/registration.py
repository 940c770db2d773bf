"""Laying a scan onto the blank form (位置合わせ): coarse by features, exact by patches.

1. ORB features of scan and blank, matched, and a homography by a robust vote: right to some 8 px.
2. Patches with corners and crossings are found again near where they should be; their exact places
   give the homography anew, twice: right to some 0.2 px. (Maximising the correlation of whole pages,
   ECC, is as exact and six times slower.)
3. What then does not fit decides about refusal: the residual of the patches, the correlation with the
   blank, and printed lines of the blank that are missing in the scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import (
    MM_PER_INCH,
    Colour,
    Floats,
    Gray,
    Mask,
    PxBox,
    colour_of,
    flattened,
    gray_of,
    u8,
)

WORK_DPI = 200.0
FEATURES = 3000
MIN_INLIERS = 25
MIN_CORRELATION = 0.45
MAX_RESIDUAL_PX = 1.0
PATCH = 48
SEARCH = (14, 6)  # px around the expected place, first and second round
MIN_PATCH_SCORE = 0.5
TILE_MM = 6.0
MIN_TILE_FIT = 0.55
MAX_EMPTIED_MM = 25.0  # correction fluid covers less


class Refusal(StrEnum):
    """Why a scan was not laid onto a blank."""

    EMPTY = "empty"  # nothing is printed on the sheet
    OTHER_FORM = "other_form"  # the layouts have nothing in common
    POOR_FIT = "poor_fit"  # the same form, but curved, creased or too poorly scanned
    MOVED = "moved"  # parts of the form lie elsewhere: probably another version


SENTENCES = {
    Refusal.EMPTY: "印刷された線や文字がほとんど見つかりません。裏面か白紙ではないか確かめてください。",
    Refusal.OTHER_FORM: "この帳票の用紙と一致しません。別の帳票ではないか確かめてください。",
    Refusal.POOR_FIT: (
        "用紙の位置を正確に合わせられません。平らに置いて、200dpi以上で読み取り直してください。"
    ),
    Refusal.MOVED: "用紙の一部がこの版と一致しません。別の版の用紙ではないか確かめてください。",
}


@dataclass(frozen=True, slots=True)
class NotThisForm:
    """The scan was refused. ``reason`` is a sentence for staff."""

    refusal: Refusal
    correlation: float = 0.0
    residual_px: float = float("inf")
    inliers: int = 0
    places: tuple[PxBox, ...] = ()  # tiles on the template's grid that do not fit

    @property
    def reason(self) -> str:
        """What is wrong and what to do."""
        return SENTENCES[self.refusal]


@dataclass(frozen=True, slots=True)
class Registered:
    """The scan on the template's grid."""

    image: Colour
    correlation: float  # with the blank where it is printed, -1 to 1
    residual_px: float  # 90th percentile of what patches are off, px at 200 dpi
    inliers: int  # feature matches that agree
    homography: Floats  # 3 x 3, template grid to scan pixels
    scan_dpi: float  # how finely the sheet was scanned, from its size in the scan
    turned: float  # degrees the sheet was turned in the scan, -180 to 180
    misfits: tuple[PxBox, ...] = ()  # tiles away from every field that do not fit


class Template:
    """A blank form with everything that is computed once.

    ``blank``: gray or blue-green-red. ``dpi``: of the grid that scans are laid on; a scan that is finer
    than 200 dpi may be laid on a finer grid (``on_grid``) to keep small print readable.
    """

    def __init__(
        self, blank: npt.NDArray[np.uint8], width_mm: float, height_mm: float, dpi: float = WORK_DPI
    ) -> None:
        self.width_mm, self.height_mm = width_mm, height_mm
        self._source = colour_of(blank)
        self._set_grid(dpi)
        self.work = flattened(gray_of(_resized(self._source, _size(width_mm, height_mm, WORK_DPI))))
        self.points, self.descriptors = _features(self.work)
        self.patches = _patch_places(self.work)
        self.tiles = _tiles(self.work)

    def _set_grid(self, dpi: float) -> None:
        self.dpi = dpi
        self.size = _size(self.width_mm, self.height_mm, dpi)  # width, height in px
        self.colour = _resized(self._source, self.size)
        self.gray = flattened(gray_of(self.colour))

    @property
    def px_per_mm(self) -> float:
        """Grid pixels in a millimetre."""
        return self.dpi / MM_PER_INCH

    def on_grid(self, dpi: float) -> Template:
        """The same blank with another grid; the features are shared."""
        if dpi == self.dpi:
            return self
        other = object.__new__(Template)
        other.__dict__.update(self.__dict__)
        other._set_grid(dpi)
        return other

    def px(self, x: float, y: float, width: float, height: float) -> PxBox:
        """Millimetres as whole grid pixels."""
        scale = self.px_per_mm
        left, top = round(x * scale), round(y * scale)
        right, bottom = round((x + width) * scale), round((y + height) * scale)
        return left, top, max(1, right - left), max(1, bottom - top)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scan with everything that does not depend on which form it is."""

    image: npt.NDArray[np.uint8]
    gray: Gray  # even paper, about 200 dpi
    shrink: float  # its size relative to the image
    points: npt.NDArray[np.float32]
    descriptors: npt.NDArray[np.uint8]

    @property
    def empty(self) -> bool:
        """Nothing is printed or written on it."""
        return float(np.mean(self.gray < 128)) < 2e-4


def prepared(image: npt.NDArray[np.uint8], long_side_mm: float) -> Prepared:
    """The scan of a sheet of that length, ready to be compared with blanks."""
    gray, shrink = _work_scan(image, long_side_mm * WORK_DPI / MM_PER_INCH)
    return Prepared(image, gray, shrink, *_features(gray))


def register(
    image: npt.NDArray[np.uint8] | Prepared, template: Template, fields: tuple[PxBox, ...] = ()
) -> Registered | NotThisForm:
    """The scan laid on the template's grid, or why not.

    ``fields`` (on the template's grid): around each of them what is printed must be found again;
    without them a misfit anywhere refuses the page.
    """
    ready = (
        image if isinstance(image, Prepared) else prepared(image, max(template.width_mm, template.height_mm))
    )
    if ready.empty:
        return NotThisForm(Refusal.EMPTY)
    coarse, inliers = coarsely(ready, template)
    return exactly(ready, template, fields, coarse, inliers)


def exactly(
    ready: Prepared, template: Template, fields: tuple[PxBox, ...], coarse: Floats | None, inliers: int
) -> Registered | NotThisForm:
    """The second half of ``register``: from the coarse homography (``coarsely``) to the result."""
    scan = ready.gray
    if coarse is None or not _plausible(coarse, template):
        return NotThisForm(Refusal.OTHER_FORM, inliers=inliers)
    exact, residual = _refined(scan, template, coarse)
    if exact is None:
        return NotThisForm(Refusal.OTHER_FORM, inliers=inliers)
    height, width = template.work.shape
    laid = u8(_laid(scan, exact, (width, height)))
    correlation = _correlation(laid, template.work)
    if correlation < MIN_CORRELATION:
        return NotThisForm(Refusal.OTHER_FORM, correlation, residual, inliers)
    if residual > MAX_RESIDUAL_PX:
        return NotThisForm(Refusal.POOR_FIT, correlation, residual, inliers)
    scale = template.dpi / WORK_DPI
    replaced, emptied = (
        tuple(_scaled(place, scale) for place in found) for found in _misfits(laid, template)
    )
    places = replaced + emptied
    wrong = any(_matters(place, fields, template) for place in replaced)
    if wrong or _large(emptied, fields, template):
        return NotThisForm(Refusal.MOVED, correlation, residual, inliers, places)
    to_scan = _zoomed(1 / ready.shrink) @ exact @ _zoomed(1 / scale)
    zoom, turned = _zoom_and_turn(to_scan, template)
    return Registered(
        image=u8(_laid(colour_of(ready.image), to_scan, template.size)),
        correlation=correlation,
        residual_px=residual,
        inliers=inliers,
        homography=to_scan / to_scan[2, 2],
        scan_dpi=zoom * template.dpi,
        turned=turned,
        misfits=places,
    )


def _zoomed(factor: float) -> Floats:
    """Enlarging by a factor; the middle of pixel 0 lies half a pixel from the edge, before and after."""
    half = (factor - 1) / 2
    return np.array([[factor, 0, half], [0, factor, half], [0, 0, 1.0]])


def _size(width_mm: float, height_mm: float, dpi: float) -> tuple[int, int]:
    return round(width_mm * dpi / MM_PER_INCH), round(height_mm * dpi / MM_PER_INCH)


def _resized(image: npt.NDArray[np.uint8], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    if (image.shape[1], image.shape[0]) == size:
        return image
    shrinks = size[0] < image.shape[1]
    return u8(cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC))


def _laid(image: npt.NDArray[np.uint8], to_scan: Floats, size: tuple[int, int]) -> npt.NDArray[Any]:
    return np.asarray(
        cv2.warpPerspective(
            image,
            to_scan,
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(255, 255, 255),
        )
    )


def _work_scan(image: npt.NDArray[np.uint8], long_side: float) -> tuple[Gray, float]:
    """The scan in gray with even paper, no larger than the sheet at some 200 dpi; and the factor."""
    gray = gray_of(image)
    factor = min(1.0, 1.06 * long_side / max(gray.shape))
    if factor < 1.0:
        gray = _resized(gray, (round(gray.shape[1] * factor), round(gray.shape[0] * factor)))
    return flattened(gray), factor


def _features(gray: Gray) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    soft = cv2.GaussianBlur(gray, (0, 0), 1.0)
    everywhere = np.full(gray.shape, 255, np.uint8)
    points, descriptors = cv2.ORB.create(nfeatures=FEATURES).detectAndCompute(soft, everywhere)
    if not points:
        return np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8)
    return np.array([point.pt for point in points], np.float32), u8(descriptors)


def matched(
    descriptors: npt.NDArray[np.uint8], others: npt.NDArray[np.uint8], ratio: float = 0.85
) -> npt.NDArray[np.int64]:
    """Pairs (index, index of other) whose best match is clearly better than the second."""
    if len(descriptors) < 2 or len(others) < 2:
        return np.zeros((0, 2), np.int64)
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(descriptors, others, k=2)
    kept = [
        (first.queryIdx, first.trainIdx)
        for first, second in (pair for pair in pairs if len(pair) == 2)
        if first.distance < ratio * second.distance
    ]
    return np.array(kept, np.int64).reshape(-1, 2)


def coarsely(ready: Prepared, template: Template) -> tuple[Floats | None, int]:
    """Homography from the template (200 dpi) to the prepared scan, and how many features agree."""
    points = ready.points
    pairs = matched(template.descriptors, ready.descriptors)
    if len(pairs) < MIN_INLIERS:
        return None, len(pairs)
    cv2.setRNGSeed(20261123)  # the same scan always gives the same result
    found, inside = cv2.findHomography(
        template.points[pairs[:, 0]], points[pairs[:, 1]], cv2.RANSAC, 4.0, maxIters=4000, confidence=0.999
    )
    inliers = int(np.sum(inside)) if inside is not None else 0
    if found is None or inliers < MIN_INLIERS:
        return None, inliers
    return np.asarray(found, np.float64), inliers


def _zoom_and_turn(to_scan: Floats, template: Template) -> tuple[float, float]:
    """Magnification and rotation in degrees at the page's centre."""
    width, height = template.size
    centre = np.array(
        [[[width / 2, height / 2]], [[width / 2 + 1, height / 2]], [[width / 2, height / 2 + 1]]]
    )
    middle, right, down = cv2.perspectiveTransform(centre, to_scan).reshape(3, 2)
    across, along = right - middle, down - middle
    area = across[0] * along[1] - across[1] * along[0]
    return float(np.sqrt(abs(area))), float(np.degrees(np.arctan2(across[1], across[0])))


def _plausible(to_scan: Floats, template: Template) -> bool:
    """A sheet of paper stays convex, is not mirrored and not squeezed to a strip."""
    height, width = template.work.shape
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    seen = cv2.perspectiveTransform(corners, to_scan).reshape(4, 2)
    sides = np.roll(seen, -1, axis=0) - seen
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    if not np.all(turns > 0):
        return False
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    ratios = lengths / np.array([width, height, width, height])
    return bool(ratios.max() < 1.8 * ratios.min() and ratios.min() > 0.2)


def _patch_places(gray: Gray) -> npt.NDArray[np.int64]:
    """Centres of patches that can be found again in both directions, spread over the sheet."""
    height, width = gray.shape
    edge = PATCH // 2 + SEARCH[0] + 1
    soft = u8(cv2.GaussianBlur(gray, (0, 0), 1.0))
    strength = cv2.cornerMinEigenVal(soft, PATCH // 3, ksize=3)
    strength = cv2.boxFilter(strength, -1, (PATCH // 2, PATCH // 2))
    floor = 0.02 * float(strength.max())
    places: list[tuple[int, int]] = []
    step = 100  # px: some 23 x 16 squares on A4, one patch in each that has any
    for top in range(edge, height - edge, step):
        for left in range(edge, width - edge, step):
            square = strength[top : min(top + step, height - edge), left : min(left + step, width - edge)]
            y, x = np.unravel_index(int(np.argmax(square)), square.shape)
            place = left + int(x), top + int(y)
            if square[y, x] > floor and _unique(soft, place):
                places.append(place)
    return np.array(places, np.int64).reshape(-1, 2)


def _unique(gray: Gray, place: tuple[int, int]) -> bool:
    """Whether nothing near the patch looks like it (the boxes of a row of digits do, and long lines)."""
    (x, y), half, search = place, PATCH // 2, SEARCH[0]
    patch = gray[y - half : y + half, x - half : x + half]
    around = gray[y - half - search : y + half + search, x - half - search : x + half + search]
    scores = cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED)
    scores[search - 4 : search + 5, search - 4 : search + 5] = -1.0
    return float(scores.max()) < 0.75


def _refined(scan: Gray, template: Template, coarse: Floats) -> tuple[Floats | None, float]:
    """The homography from patches, and the 90th percentile of what they are off afterwards (px)."""
    current = coarse
    height, width = template.work.shape
    for search in SEARCH:
        laid = u8(_laid(scan, current, (width, height)))
        at, off = _patch_shifts(laid, template, search)
        if len(at) < 8:
            return None, float("inf")
        there = cv2.perspectiveTransform((at + off).reshape(-1, 1, 2), current)
        found, _ = cv2.findHomography(at.reshape(-1, 1, 2), there, cv2.RANSAC, 1.5, maxIters=2000)
        if found is None:
            return None, float("inf")
        current = np.asarray(found, np.float64)
    back = cv2.perspectiveTransform(there, np.linalg.inv(current)).reshape(-1, 2)
    misses = np.hypot(*(back - at).T)
    return current, float(np.percentile(misses, 90))


def _patch_shifts(laid: Gray, template: Template, search: int) -> tuple[Floats, Floats]:
    """Patches found again: their centres (px) and how far they are from there (px, to a fraction)."""
    at: list[tuple[float, float]] = []
    off: list[tuple[float, float]] = []
    half = PATCH // 2
    soft_blank = cv2.GaussianBlur(template.work, (0, 0), 0.8)
    soft = cv2.GaussianBlur(laid, (0, 0), 0.8)
    for x, y in template.patches:
        patch = soft_blank[y - half : y + half, x - half : x + half]
        around = soft[y - half - search : y + half + search, x - half - search : x + half + search]
        scores = cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED)
        _, best, _, (column, row) = cv2.minMaxLoc(scores)
        if best < MIN_PATCH_SCORE or not (0 < column < 2 * search and 0 < row < 2 * search):
            continue
        at.append((float(x), float(y)))
        off.append(
            (
                column + _peak(scores[row, column - 1 : column + 2]) - search,
                row + _peak(scores[row - 1 : row + 2, column]) - search,
            )
        )
    return np.array(at, np.float64).reshape(-1, 2), np.array(off, np.float64).reshape(-1, 2)


def _peak(three: npt.NDArray[Any]) -> float:
    """Where the parabola through three neighbours has its top, -0.5 to 0.5 around the middle one."""
    before, here, after = (float(value) for value in three)
    bend = before - 2 * here + after
    return 0.0 if bend >= -1e-9 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


def _correlation(laid: Gray, blank: Gray) -> float:
    """Correlation of scan and blank within 2 mm of what is printed (writing elsewhere does not count)."""
    near = cv2.dilate(u8(blank < 160), np.ones((13, 13), np.uint8)) > 0
    one = cv2.GaussianBlur(laid, (0, 0), 1.5)[near].astype(np.float64)
    two = cv2.GaussianBlur(blank, (0, 0), 1.5)[near].astype(np.float64)
    if len(one) < 100 or one.std() < 1e-6 or two.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(one, two)[0, 1])


def _tiles(gray: Gray) -> list[PxBox]:
    """Tiles of the sheet that hold enough print to be missed."""
    side = round(TILE_MM * WORK_DPI / MM_PER_INCH)
    height, width = gray.shape
    found: list[PxBox] = []
    dark = gray < 140
    for top in range(0, height, side // 2):
        for left in range(0, width, side // 2):
            tile = dark[top : top + side, left : left + side]
            if int(tile.sum()) >= 60:
                found.append((left, top, tile.shape[1], tile.shape[0]))
    return found


def dark_of(laid: Gray) -> Mask:
    """What is darker than its surroundings (faint print counts, shadows do not)."""
    paper = cv2.GaussianBlur(laid, (0, 0), 8.0).astype(np.int16)
    return np.asarray((laid.astype(np.int16) < paper - 18) | (laid < 110), np.bool_)


def _misfits(laid: Gray, template: Template) -> tuple[list[PxBox], list[PxBox]]:
    """Tiles (200 dpi) whose print is not found within 2 px: with other ink there, and emptied ones."""
    printed = template.work < 140
    dark = dark_of(laid)
    near = cv2.dilate(u8(dark), np.ones((5, 5), np.uint8)) > 0
    total, kept, ink = (cv2.integral(u8(mask) // 255) for mask in (printed, printed & near, dark))

    def inside(sums: npt.NDArray[Any], box: PxBox) -> int:
        x, y, w, h = box
        return int(sums[y + h, x + w] - sums[y, x + w] - sums[y + h, x] + sums[y, x])

    bad = [tile for tile in template.tiles if inside(kept, tile) < MIN_TILE_FIT * inside(total, tile)]
    # White-out takes print away and leaves little; a moved line or another word is still ink.
    replaced = [tile for tile in bad if inside(ink, tile) > 0.35 * inside(total, tile)]
    gone = set(bad) - set(replaced)
    return replaced, [tile for tile in bad if tile in gone]


def _scaled(box: PxBox, scale: float) -> PxBox:
    x, y, width, height = box
    return round(x * scale), round(y * scale), round(width * scale), round(height * scale)


def _matters(place: PxBox, fields: tuple[PxBox, ...], template: Template) -> bool:
    """Whether a misfit lies within 5 mm of a field (anywhere when there are no fields)."""
    if not fields:
        return True
    margin = 5.0 * template.px_per_mm
    x, y, width, height = place
    return any(
        left - margin < x + width
        and x < left + wide + margin
        and top - margin < y + height
        and y < top + high + margin
        for left, top, wide, high in fields
    )


def _large(emptied: tuple[PxBox, ...], fields: tuple[PxBox, ...], template: Template) -> bool:
    """Whether so much print near fields is gone that no correction fluid explains it."""
    near = [place for place in emptied if _matters(place, fields, template)]
    if not near:
        return False
    gone = np.zeros((template.size[1], template.size[0]), np.uint8)
    for x, y, width, height in near:
        gone[y : y + height, x : x + width] = 255
    _, _, stats, _ = cv2.connectedComponentsWithStats(gone, connectivity=8)
    spans = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max()
    return bool(spans > MAX_EMPTIED_MM * template.px_per_mm or len(stats) > 9)
