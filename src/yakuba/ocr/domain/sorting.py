"""Which form a scan is (仕分け): by its layout, then by printed keywords; doubtful pages stay unsorted.

1. A few hundred features choose the handful of blanks that could be it (200 blanks: some tenths of a second).
2. Those are laid under the scan; blanks whose print is not found again are out.
3. When several remain (versions that differ in a year or one box) the regions in which their blanks
   differ decide, then the keywords; else nobody does: the page goes to the unsortable tray.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Floats, Mask, PxBox, gray_of, u8
from yakuba.ocr.domain.registration import (
    WORK_DPI,
    NotThisForm,
    Prepared,
    Registered,
    Template,
    coarsely,
    dark_of,
    exactly,
    matched,
    prepared,
    register,
)

FEW = 400  # features of the scan for the first choice
SHORT_LIST = 6
NEAR_BEST = 0.5  # share of the best blank's matches that keeps another blank in the running
MIN_MARGIN = 0.08
MIN_DIFFERENCE_PX = 25  # ink at 200 dpi in which two blanks must differ to be told apart
DECISIVE = 0.3

TextOf = Callable[[npt.NDArray[np.uint8]], str]


class Unsorted(StrEnum):
    """Why a page lies in the unsortable tray."""

    EMPTY = "empty"
    NO_FORM = "no_form"
    NEAR_IDENTICAL = "near_identical"


SENTENCES = {
    Unsorted.EMPTY: "何も印刷されていないように見えます。裏面か白紙ではないか確かめてください。",
    Unsorted.NO_FORM: "登録されたどの帳票とも一致しません。帳票の種類を選ぶか、用紙を登録してください。",
    Unsorted.NEAR_IDENTICAL: "よく似た帳票が2つ以上あり、見分けられません。帳票の種類を選んでください。",
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """``index`` into the templates, ``None`` for the unsortable tray."""

    index: int | None
    scores: tuple[float, ...]  # a template, 0 (not this form) to 1
    margin: float  # by how much the best beats the second, 0 to 1
    because: Unsorted | None = None
    refusal: NotThisForm | None = None  # the nearest template's, when no one fitted
    registered: Registered | None = None  # on the chosen template's grid: no need to register again

    @property
    def reason(self) -> str:
        """Why the page is unsortable, for staff; empty when it is sorted."""
        return "" if self.because is None else SENTENCES[self.because]


def sort_page(
    image: npt.NDArray[np.uint8],
    templates: Sequence[Template],
    text_of: TextOf | None = None,
    *,
    keywords: Sequence[Sequence[str]] = (),
    fields: Sequence[tuple[PxBox, ...]] = (),
) -> Sorted:
    """Find the form of a scan. ``text_of`` reads an image's printed text (used only for ties).

    ``keywords``: a template each, printed words of which all must be found. ``fields``: a template each,
    boxes on its grid around which the print must fit; without them the print of the whole sheet must.
    """
    if not templates:
        return Sorted(None, (), 0.0, Unsorted.NO_FORM)
    ready = prepared(image, max(templates[0].width_mm, templates[0].height_mm))
    scores = np.zeros(len(templates))
    if ready.empty:
        return Sorted(None, tuple(scores), 0.0, Unsorted.EMPTY)
    fits: dict[int, Registered] = {}
    refused: NotThisForm | None = None
    for index, (coarse, inliers) in _near(ready, templates).items():
        found = exactly(ready, templates[index], fields[index] if fields else (), coarse, inliers)
        if isinstance(found, Registered):
            fits[index] = found
            scores[index] = max(0.0, found.correlation)
        elif refused is None or found.correlation > refused.correlation:
            refused = found
    if not fits:
        return Sorted(None, tuple(scores), 0.0, Unsorted.NO_FORM, refused)
    chosen, margin = _decided(fits, templates, text_of, keywords)
    if chosen is None:
        return Sorted(None, tuple(scores), margin, Unsorted.NEAR_IDENTICAL)
    return Sorted(chosen, tuple(scores), margin, registered=fits[chosen])


def _short_list(ready: Prepared, templates: Sequence[Template]) -> list[int]:
    """The templates that share most features with the scan."""
    step = max(1, len(ready.descriptors) // FEW)
    few = ready.descriptors[::step]
    counts = np.array([len(matched(few, template.descriptors[::2])) for template in templates])
    best = int(counts.max())
    order = [int(index) for index in np.argsort(-counts, kind="stable")]
    return [index for index in order if counts[index] >= NEAR_BEST * best][:SHORT_LIST]


def _near(ready: Prepared, templates: Sequence[Template]) -> dict[int, tuple[Floats | None, int]]:
    """The short list's templates onto which about as many features agree as onto the best one."""
    laid = {index: coarsely(ready, templates[index]) for index in _short_list(ready, templates)}
    most = max((inliers for _, inliers in laid.values()), default=0)
    return {index: found for index, found in laid.items() if found[1] >= NEAR_BEST * most}


def _decided(
    fits: dict[int, Registered],
    templates: Sequence[Template],
    text_of: TextOf | None,
    keywords: Sequence[Sequence[str]],
) -> tuple[int | None, float]:
    """The only, or the clearly best template; and the margin."""
    order = sorted(fits, key=lambda index: -fits[index].correlation)
    best = order[0]
    if len(order) == 1:
        return best, fits[best].correlation
    margins = []
    for other in order[1:]:
        lead = _lead(fits[best], templates[best], templates[other])
        if lead < 0 and -lead >= DECISIVE:
            return _decided(
                {index: fit for index, fit in fits.items() if index != best}, templates, text_of, keywords
            )
        margins.append(lead)
    if min(margins) >= DECISIVE:
        return best, float(min(margins))
    named = _by_keywords(order, fits, text_of, keywords)
    if named is not None:
        return named, MIN_MARGIN
    return None, float(max(0.0, min(margins)))


def _lead(laid: Registered, own: Template, other: Template) -> float:
    """By how much the ink that only ``own`` prints is found rather than the ink that only ``other`` prints.

    -1 to 1; 0 when the two blanks can not be told apart.
    """
    pair = differences(own, other)
    if pair is None:
        return 0.0
    only_own, only_other = pair
    size = (own.work.shape[1], own.work.shape[0])
    gray = cv2.resize(gray_of(laid.image), size, interpolation=cv2.INTER_AREA)
    dark = cv2.dilate(u8(dark_of(u8(gray))), np.ones((3, 3), np.uint8)) > 0
    return _share(dark, only_own, 1.0) - _share(dark, only_other, 0.0)


def _share(dark: Mask, where: Mask, otherwise: float) -> float:
    """The share of a region that is dark; ``otherwise`` for a region too small to tell."""
    if int(where.sum()) < MIN_DIFFERENCE_PX:
        return otherwise
    return float(dark[where].mean())


def differences(one: Template, other: Template) -> tuple[Mask, Mask] | None:
    """Ink that only the one, and that only the other blank prints, on the one's grid at 200 dpi.

    ``None`` when the blanks are too different to be laid on each other, or the same.
    """
    laid = register(other.colour, one.on_grid(WORK_DPI), fields=((-9999, -9999, 1, 1),))
    if isinstance(laid, NotThisForm):
        return None
    theirs = gray_of(laid.image)
    grow = np.ones((5, 5), np.uint8)
    own_dark, other_dark = one.work < 140, theirs < 140
    only_own = own_dark & ~(cv2.dilate(u8(theirs < 190), grow) > 0)
    only_other = other_dark & ~(cv2.dilate(u8(one.work < 190), grow) > 0)
    if int(only_own.sum()) + int(only_other.sum()) < MIN_DIFFERENCE_PX:
        return None
    return only_own, only_other


def _by_keywords(
    order: Sequence[int],
    fits: dict[int, Registered],
    text_of: TextOf | None,
    keywords: Sequence[Sequence[str]],
) -> int | None:
    """The only template all of whose keywords are read, when the others' are not."""
    if text_of is None or not keywords:
        return None
    named = []
    for index in order:
        words = keywords[index]
        text = "".join(text_of(fits[index].image).split()) if words else ""
        if words and all("".join(word.split()) in text for word in words):
            named.append(index)
    return named[0] if len(named) == 1 else None
