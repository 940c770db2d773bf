"""Pictures for the check screen: the crop of a field, its neighbourhood, the sheet.

A personal number is covered in every picture but the crop of its own field.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.core.files.services import read as read_file
from yakuba.ocr.domain.form import Box, Field, FormDefinition, Kind
from yakuba.ocr.models import FieldValue, Page
from yakuba.ocr.services.definitions import definition_of, field_of
from yakuba.ocr.services.sealed import is_secret

Image = npt.NDArray[np.uint8]
MARGIN_MM = 1.2  # writing leaves its box a little
AROUND_MM = 14.0  # above and below, for the neighbouring fields
MOST_CROPS = 3000
MOST_BYTES = 48 * 1024 * 1024
COVER = 112
_FRAME = (0, 62, 172)  # BGR of the colour that means «a person decides»

_kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
_lock = Lock()


class NoPicture(ValueError):
    """There is no picture: the page was not registered, or it was deleted after its time."""


def page_image(page: Page) -> Image:
    """The registered page, BGR. ``NoPicture`` when there is none."""
    if page.registered is None:
        raise NoPicture("この用紙の画像はありません（読み取れなかったか、保存期間が過ぎました）。")
    found = cv2.imdecode(np.frombuffer(read_file(page.registered), np.uint8), cv2.IMREAD_COLOR)
    if found is None:
        raise NoPicture("この用紙の画像は壊れています。")
    return found.astype(np.uint8, copy=False)


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle around all of them."""
    every = list(boxes)
    x, y = min(one.x for one in every), min(one.y for one in every)
    return Box(x, y, max(one.right for one in every) - x, max(one.bottom for one in every) - y)


def crop(value: FieldValue) -> bytes:
    """PNG of the field with a small margin. ``NoPicture``."""
    page = value.page
    if page.registered is None or page.version is None:
        raise NoPicture("この用紙の画像はありません（読み取れなかったか、保存期間が過ぎました）。")
    key = (page.registered.sha256, value.pk)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    form = definition_of(page.version)
    image = page_image(page)
    wanted = [one for one in page.values.all() if not is_secret(one)]
    for one in wanted:  # the whole page is in hand: keep its other crops as well
        if one.pk != value.pk:
            _keep((page.registered.sha256, one.pk), _own_crop(image, form, form_field(form, one)))
    found = _own_crop(image, form, field_of(value))
    if not is_secret(value):
        _keep(key, found)
    return found


def form_field(form: FormDefinition, value: FieldValue) -> Field:
    """The field of that name on this form, or a plain one without a place."""
    found = [one for one in form.fields if one.name == value.name]
    return found[0] if found else Field(value.name, Kind(value.kind))


def _keep(key: tuple[str, int], png: bytes) -> None:
    if not png:
        return
    with _lock:
        _kept[key] = png
        _kept.move_to_end(key)
        while len(_kept) > MOST_CROPS or sum(map(len, _kept.values())) > MOST_BYTES:
            _kept.popitem(last=False)


def _own_crop(image: Image, form: FormDefinition, field: Field) -> bytes:
    if not field.boxes:
        return b""
    if field.kind is not Kind.MY_NUMBER:
        image = covered(image, form, but=field.name)
    return _png(_cut(image, form, hull(field.boxes), MARGIN_MM, MARGIN_MM))


def around(value: FieldValue) -> bytes:
    """PNG of the whole width of the sheet around the field, the field framed, numbers covered."""
    if value.page.version is None:
        raise NoPicture("この用紙の画像はありません。")
    form = definition_of(value.page.version)
    box = hull(field_of(value).boxes)
    image = _framed(covered(page_image(value.page), form), form, box)
    strip = Box(0, box.y, form.width_mm, box.height)
    return _png(_cut(image, form, strip, 0, AROUND_MM))


def sheet(value: FieldValue) -> bytes:
    """PNG of the whole sheet, the field framed, numbers covered."""
    if value.page.version is None:
        raise NoPicture("この用紙の画像はありません。")
    form = definition_of(value.page.version)
    return _png(_framed(covered(page_image(value.page), form), form, hull(field_of(value).boxes)))


def covered(image: Image, form: FormDefinition, *, but: str = "") -> Image:
    """The page with every personal number covered (a copy when there is one)."""
    secret = [one for one in form.fields if one.kind is Kind.MY_NUMBER and one.name != but]
    if not secret:
        return image
    image = image.copy()
    for one in secret:
        for box in one.boxes:
            left, top, right, bottom = _pixels(image, form, box, MARGIN_MM, MARGIN_MM)
            image[top:bottom, left:right] = COVER
    return image


def _framed(image: Image, form: FormDefinition, box: Box) -> Image:
    image = image.copy()
    left, top, right, bottom = _pixels(image, form, box, 0.6, 0.6)
    cv2.rectangle(image, (left, top), (right, bottom), _FRAME, max(2, round(image.shape[1] / 500)))
    return image


def _pixels(
    image: Image, form: FormDefinition, box: Box, beside: float, above: float
) -> tuple[int, int, int, int]:
    height, width = image.shape[:2]
    across, down = width / form.width_mm, height / form.height_mm
    left = max(0, round((box.x - beside) * across))
    top = max(0, round((box.y - above) * down))
    right = min(width, round((box.right + beside) * across))
    bottom = min(height, round((box.bottom + above) * down))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _cut(image: Image, form: FormDefinition, box: Box, beside: float, above: float) -> Image:
    left, top, right, bottom = _pixels(image, form, box, beside, above)
    return image[top:bottom, left:right]


def _png(image: Image) -> bytes:
    good, data = cv2.imencode(".png", image)
    if not good:
        raise NoPicture("画像を作れませんでした。")
    return bytes(data)


def forget() -> None:
    """Drop every kept crop (after deleting pages)."""
    with _lock:
        _kept.clear()
