"""Pictures for the browser: nothing of them stays in a cache."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
from django.http import HttpResponse

from yakuba.ocr.domain.form import Box, FormDefinition, Kind
from yakuba.ocr.services.scans import Image, encoded

COVER = (128, 128, 128)  # plain grey over personal numbers; never a blur


def png(image: Image) -> HttpResponse:
    """A picture that is kept nowhere."""
    return png_bytes(encoded(image))


def png_bytes(data: bytes) -> HttpResponse:
    """A PNG that is kept nowhere."""
    return HttpResponse(
        data,
        content_type="image/png",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )


def pixels_of(
    box: Box, form: FormDefinition, image: Image, margin_mm: float = 0.0
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a box in a registered picture, cut at its edges."""
    height, width = image.shape[:2]
    x, y = width / form.width_mm, height / form.height_mm
    return (
        max(0, int((box.x - margin_mm) * x)),
        max(0, int((box.y - margin_mm) * y)),
        min(width, round((box.right + margin_mm) * x)),
        min(height, round((box.bottom + margin_mm) * y)),
    )


def covered(image: Image, form: FormDefinition) -> Image:
    """The registered picture with every personal number covered."""
    shown = image.copy()
    for field in form.fields:
        if field.kind is Kind.MY_NUMBER:
            for box in field.boxes:
                left, top, right, bottom = pixels_of(box, form, image, 1.0)
                cv2.rectangle(shown, (left, top), (right, bottom), COVER, -1)
    return shown


def cropped(image: Image, form: FormDefinition, boxes: Iterable[Box], margin_mm: float = 1.5) -> Image:
    """The part of a registered picture that holds all the boxes."""
    places = [pixels_of(box, form, image, margin_mm) for box in boxes]
    left, top = min(one[0] for one in places), min(one[1] for one in places)
    right, bottom = max(one[2] for one in places), max(one[3] for one in places)
    return image[top : max(bottom, top + 1), left : max(right, left + 1)]
