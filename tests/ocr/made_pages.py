"""Invented blank forms, handwriting-like strokes and scans of known geometry, for the image tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Array = npt.NDArray[np.uint8]

SANS = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
WIDTH_MM, HEIGHT_MM = 210.0, 297.0

ROWS = (
    "氏名", "ふりがな", "生年月日", "郵便番号", "住所", "電話番号", "勤務先の名称", "勤務先の所在地",
    "支払金額", "給与所得控除後の金額", "所得控除の額の合計額", "源泉徴収税額",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """What differs between invented forms."""

    title: str = "給与支払報告書（個人別明細書）"
    rows: tuple[str, ...] = ROWS
    top_mm: float = 40.0
    step_mm: float = 13.0
    label_mm: float = 50.0
    moved_row: int | None = None  # this row's box lies 3 mm lower
    year: str = "令和8年分"
    cells: int = 12


@lru_cache(maxsize=32)
def font(points_px: int, path: str = SANS) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, points_px)


@lru_cache(maxsize=16)
def blank(layout: Layout = Layout(), dpi: int = 200) -> Array:
    """A blank A4 form, gray, drawn at 600 dpi and averaged down."""
    scale = 600 / 25.4

    def px(mm: float) -> int:
        return round(mm * scale)

    sheet = Image.new("L", (px(WIDTH_MM), px(HEIGHT_MM)), 255)
    draw = ImageDraw.Draw(sheet)
    line = max(2, px(0.25))
    draw.text((px(20), px(15)), layout.title, font=font(px(6), SERIF), fill=0)
    draw.text((px(150), px(28)), layout.year, font=font(px(4)), fill=0)
    draw.text((px(20), px(28)), "汐見区長　あて", font=font(px(4)), fill=0)
    for index, label in enumerate(layout.rows):
        top = layout.top_mm + index * layout.step_mm + (3 if index == layout.moved_row else 0)
        draw.rectangle((px(20), px(top), px(190), px(top + 9)), outline=0, width=line)
        draw.line((px(20 + layout.label_mm), px(top), px(20 + layout.label_mm), px(top + 9)), 0, line)
        draw.text((px(22), px(top + 2.5)), label, font=font(px(3.7)), fill=0)
    bottom = layout.top_mm + len(layout.rows) * layout.step_mm + 4
    for cell in range(layout.cells):
        left = 70 + cell * 7
        draw.rectangle((px(left), px(bottom), px(left + 7), px(bottom + 9)), outline=0, width=line)
    draw.text((px(22), px(bottom + 2.5)), "個人番号", font=font(px(3.7)), fill=0)
    for index, word in enumerate(("特別徴収", "普通徴収", "併用")):
        draw.text((px(30 + index * 40), px(bottom + 17)), word, font=font(px(4)), fill=0)
        draw.rectangle(
            (px(23 + index * 40), px(bottom + 17), px(27 + index * 40), px(bottom + 21)),
            outline=0,
            width=line,
        )
    draw.text(
        (px(20), px(bottom + 30)),
        "記入上の注意　黒のボールペンで枠の中に書いてください。",
        font=font(px(3.2)),
        fill=0,
    )
    drawn = np.asarray(sheet, dtype=np.uint8)
    size = (round(WIDTH_MM * dpi / 25.4), round(HEIGHT_MM * dpi / 25.4))
    return np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def row_box(index: int, layout: Layout = Layout()) -> tuple[float, float, float, float]:
    """The writing box of a row: x, y, width, height in mm."""
    top = layout.top_mm + index * layout.step_mm
    return 20 + layout.label_mm, top, 170 - layout.label_mm, 9.0


def cells_box(layout: Layout = Layout()) -> tuple[float, float, float, float]:
    """The row of printed boxes, in mm."""
    return 70.0, layout.top_mm + len(layout.rows) * layout.step_mm + 4, 7.0 * layout.cells, 9.0


def to_px(box: tuple[float, float, float, float], dpi: int = 200) -> tuple[int, int, int, int]:
    x, y, width, height = (value * dpi / 25.4 for value in box)
    return round(x), round(y), round(x + width) - round(x), round(y + height) - round(y)


def write(
    image: Array, text: str, x_mm: float, y_mm: float, size_mm: float, dpi: int = 200, ink: int = 30
) -> Array:
    """The page with text whose top left corner is at x, y."""
    sheet = Image.fromarray(image)
    fill: int | tuple[int, int, int] = ink if image.ndim == 2 else (ink, ink, ink)
    scale = dpi / 25.4
    ImageDraw.Draw(sheet).text(
        (x_mm * scale, y_mm * scale), text, font=font(round(size_mm * scale)), fill=fill
    )
    return np.array(sheet, dtype=np.uint8)


def filled(layout: Layout = Layout(), dpi: int = 200) -> Array:
    """The form with every row and every cell filled in."""
    page = blank(layout, dpi)
    texts = (
        "汐見　太郎",
        "しおみ　たろう",
        "昭和58年7月21日",
        "123-4567",
        "汐見区港町三丁目4番5号",
        "03-1234-5678",
    )
    for index in range(len(layout.rows)):
        x, y, _, _ = row_box(index, layout)
        shift = 3 if index == layout.moved_row else 0
        text = texts[index] if index < len(texts) else f"{3_456_789 * (index + 1):,}"
        page = write(page, text, x + 3, y + 1.5 + shift, 5.0, dpi)
    x, y, _, _ = cells_box(layout)
    for cell in range(layout.cells):
        page = write(page, str((cell * 7 + 3) % 10), x + 7 * cell + 2, y + 1, 5.5, dpi)
    return page


def placement(
    dpi_from: int,
    dpi_to: float,
    *,
    degrees: float = 0.0,
    shift_mm: tuple[float, float] = (0.0, 0.0),
    scale: float = 1.0,
    perspective: tuple[float, float] = (0.0, 0.0),
) -> npt.NDArray[np.float64]:
    """Homography from template pixels to scan pixels. ``perspective``: relative shrink over the page."""
    width, height = WIDTH_MM * dpi_from / 25.4, HEIGHT_MM * dpi_from / 25.4
    centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    angle = np.deg2rad(degrees)
    zoom = scale * dpi_to / dpi_from
    turn = np.array(
        [
            [zoom * np.cos(angle), -zoom * np.sin(angle), 0],
            [zoom * np.sin(angle), zoom * np.cos(angle), 0],
            [0, 0, 1.0],
        ]
    )
    tilt = np.array([[1, 0, 0], [0, 1, 0], [perspective[0] / width, perspective[1] / height, 1.0]])
    quarter = abs(np.cos(angle)) < 0.5
    out_w, out_h = (HEIGHT_MM, WIDTH_MM) if quarter else (WIDTH_MM, HEIGHT_MM)
    back = np.array(
        [
            [1, 0, (out_w / 2 + shift_mm[0]) * dpi_to / 25.4],
            [0, 1, (out_h / 2 + shift_mm[1]) * dpi_to / 25.4],
            [0, 0, 1.0],
        ]
    )
    return np.asarray(back @ tilt @ turn @ centre, dtype=np.float64)


def scanned(
    page: Array,
    homography: npt.NDArray[np.float64],
    dpi_to: float,
    *,
    quarter: bool = False,
    noise: float = 4.0,
    blur: float = 0.6,
    one_bit: bool = False,
    dirt: int = 0,
    seed: int = 1,
) -> Array:
    """The page as a scanner would give it, with noise, blur, dust or only two levels."""
    chance = np.random.default_rng(seed)
    size_mm = (HEIGHT_MM, WIDTH_MM) if quarter else (WIDTH_MM, HEIGHT_MM)
    size = (round(size_mm[0] * dpi_to / 25.4), round(size_mm[1] * dpi_to / 25.4))
    shrink = float(np.sqrt(abs(np.linalg.det(homography[:2, :2]))))
    source = cv2.GaussianBlur(page, (0, 0), 0.5 / shrink) if shrink < 0.9 else page
    warped = cv2.warpPerspective(
        source,
        homography,
        size,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(250,) * 3,
    )
    values = cv2.GaussianBlur(warped, (0, 0), blur).astype(np.float64) if blur else warped.astype(np.float64)
    values = values * 0.94 + 8 + chance.normal(0, noise, values.shape)
    for _ in range(dirt):
        x, y = chance.integers(0, size[0]), chance.integers(0, size[1])
        cv2.circle(values, (int(x), int(y)), int(chance.integers(1, 4)), float(chance.integers(30, 160)), -1)
    if one_bit:
        values = np.where(values > 150, 255.0, 0.0)
    return np.clip(values, 0, 255).astype(np.uint8)
