"""Files from a scanner, a phone or an upload, as pages: PDF, TIFF, JPEG, PNG and HEIC.

A page is decoded only when it is asked for; a thousand pages never lie in memory together.
Sizes are checked in the header, before anything is unpacked.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pi_heif
import pypdfium2  # type: ignore[import-untyped]  # publishes no types
from PIL import Image, ImageOps, UnidentifiedImageError

from yakuba.ocr.domain.pixels import MM_PER_INCH

MAX_BYTES = 1 << 30
MAX_PAGES = 2000
MAX_PIXELS = 80_000_000  # A3 at 600 dpi has 70 million
MIN_SIDE = 64
DEFAULT_DPI = 300.0  # for PDF pages that are drawn, not scanned
MAX_DPI = 400.0
PASSWORD_NEEDED = 4  # FPDF_ERR_PASSWORD
KINDS = "PDF、TIFF、JPEG、PNG、HEIC"

# What Pillow and libheif raise on damaged files, depending on which byte is wrong.
DAMAGED = (
    OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, RuntimeError, MemoryError,
    ArithmeticError, struct.error,
)  # fmt: skip

# First bytes of what people send by mistake, so that the sentence can name it.
_NAMED = (
    (b"PK\x03\x04", "ExcelやWordなどの文書（ZIP形式）"),
    (b"\xd0\xcf\x11\xe0", "古い形式のExcelやWordの文書"),
    (b"GIF8", "GIF画像"),
    (b"BM", "BMP画像"),
    (b"<", "HTMLかXMLの文書"),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})


class BadScan(ValueError):
    """The file can not be read; the text says which file, what was found and what to do."""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page. ``image``: height x width x 3 bytes, blue green red. ``dpi`` when the file says one."""

    image: npt.NDArray[np.uint8]
    dpi: float | None
    number: int  # from 1


class Scan(Protocol):
    """An opened file whose pages come one at a time, in any order."""

    @property
    def count(self) -> int:
        """Number of pages."""

    def page(self, number: int) -> ScannedPage:
        """The page of that number (from 1); raises ``BadScan`` when this page is broken."""


def pages_of(data: bytes, name: str) -> Iterator[ScannedPage]:
    """The pages of a file, decoded one by one. ``BadScan`` at once when the file is no good at all."""
    scan = open_scan(data, name)
    return (scan.page(number) for number in range(1, scan.count + 1))


def open_scan(data: bytes, name: str) -> Scan:
    """The file, ready to give single pages (a batch goes on after a broken page, or where it stopped).

    Raises ``BadScan``.
    """
    if not data:
        raise BadScan(f"{name}: ファイルが空（0バイト）です。もう一度読み取って保存してください。")
    if len(data) > MAX_BYTES:
        raise BadScan(
            f"{name}: ファイルが{len(data) / MAX_BYTES:.1f}GBあります。1GB以下になるよう、分けてください。"
        )
    if b"%PDF-" in data[:1024]:
        return _within_pages(_PdfScan(data, name), name)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return _HeifScan(data, name)
    return _within_pages(_PictureScan(data, name), name)


def _within_pages(scan: _PdfScan | _PictureScan, name: str) -> Scan:
    if scan.count == 0:
        raise BadScan(f"{name}: ページがありません。もう一度読み取って保存してください。")
    if scan.count > MAX_PAGES:
        raise BadScan(
            f"{name}: {scan.count:,}ページあります。1つのファイルは{MAX_PAGES:,}ページまでです。"
            "分けて取り込んでください。"
        )
    return scan


def _check_size(width: int, height: int, where: str) -> None:
    if width * height > MAX_PIXELS:
        raise BadScan(
            f"{where}: 画像が大きすぎます（{width:,}×{height:,}画素）。300dpi程度で読み取り直してください。"
        )
    if min(width, height) < MIN_SIDE:
        raise BadScan(
            f"{where}: 画像が小さすぎます（{width}×{height}画素）。帳票全体を読み取り直してください。"
        )


def _broken(where: str) -> BadScan:
    return BadScan(f"{where}: 壊れているため開けません。もう一度読み取って保存してください。")


class _PdfScan:
    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if error.err_code == PASSWORD_NEEDED:
                raise BadScan(
                    f"{name}: パスワードの付いたPDFです。パスワードを外して保存し直してください。"
                ) from error
            raise _broken(name) from error
        self.count = len(self._document)

    def page(self, number: int) -> ScannedPage:
        where = f"{self._name}の{number}ページ"
        try:
            page = self._document[number - 1]
            try:
                return self._rendered(page, where, number)
            finally:
                page.close()
        except pypdfium2.PdfiumError as error:
            raise _broken(where) from error

    def _rendered(self, page: pypdfium2.PdfPage, where: str, number: int) -> ScannedPage:
        width, height = page.get_size()  # points
        dpi = _dpi_of_pdf_page(page, where)
        _check_size(round(width / 72 * dpi), round(height / 72 * dpi), where)
        bitmap = page.render(scale=dpi / 72, rev_byteorder=False, fill_color=(255, 255, 255, 255))
        try:
            pixels = bitmap.to_numpy()
            image = np.repeat(pixels[:, :, :1], 3, axis=2) if pixels.shape[2] == 1 else pixels[:, :, :3]
            return ScannedPage(np.array(image, dtype=np.uint8, order="C"), dpi, number)
        finally:
            bitmap.close()


def _dpi_of_pdf_page(page: pypdfium2.PdfPage, where: str) -> float:
    """The embedded scan's own resolution where one image fills the page, else ``DEFAULT_DPI``."""
    width, height = page.get_size()
    found: list[float] = []
    images = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    for count, one in enumerate(images):
        if count >= 64:  # a page drawn from many pieces is no scan
            return DEFAULT_DPI
        columns, rows = one.get_px_size()
        if columns * rows > MAX_PIXELS:
            _check_size(columns, rows, where)
        left, bottom, right, top = one.get_bounds()
        area = max(0.0, right - left) * max(0.0, top - bottom)
        if area >= 0.85 * width * height:
            # The areas' ratio does not change when the page or the image is turned.
            found.append(72 * float(np.sqrt(columns * rows / area)))
    if len(found) != 1:
        return DEFAULT_DPI
    return min(found[0], MAX_DPI)


class _PictureScan:
    """TIFF (with several pages), JPEG and PNG through Pillow."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        try:
            self._picture = Image.open(io.BytesIO(data), formats=("TIFF", "JPEG", "PNG"))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadScan(f"{name}: 画像が大きすぎます。300dpi程度で読み取り直してください。") from error
        except UnidentifiedImageError as error:
            raise _unknown(data, name) from error
        except DAMAGED as error:
            raise _broken(name) from error
        self.count = self._pages()

    def _pages(self) -> int:
        picture = self._picture
        try:
            frames = int(getattr(picture, "n_frames", 1))
        except DAMAGED as error:
            raise _broken(self._name) from error
        if picture.format == "PNG" and frames > 1:
            raise BadScan(
                f"{self._name}: 動くPNG画像（{frames}コマ）です。帳票を静止画で読み取り直してください。"
            )
        return frames if picture.format == "TIFF" else 1  # a phone's MPO holds previews behind the photo

    def page(self, number: int) -> ScannedPage:
        where = f"{self._name}の{number}ページ" if self.count > 1 else self._name
        picture = self._picture
        try:
            if self.count > 1:
                picture.seek(number - 1)
            _check_size(*picture.size, where)
            dpi_x, dpi_y = _resolution(picture)
            pixels = _bgr(picture)
        except BadScan:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadScan(f"{where}: 画像が大きすぎます。300dpi程度で読み取り直してください。") from error
        except DAMAGED as error:
            raise _broken(where) from error
        return _page(pixels, dpi_x, dpi_y, number, where)


class _HeifScan:
    """A phone's photo; libheif turns it upright itself."""

    count = 1

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        try:
            self._file = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
        except DAMAGED as error:
            raise _broken(name) from error
        width, height = self._file.size
        _check_size(width, height, name)

    def page(self, number: int) -> ScannedPage:
        try:
            picture = self._file.to_pillow()
            dpi_x, dpi_y = _resolution(picture)
            pixels = _bgr(picture)
        except DAMAGED as error:
            raise _broken(self._name) from error
        return _page(pixels, dpi_x, dpi_y, number, self._name)


def _unknown(data: bytes, name: str) -> BadScan:
    if data[:4] in (b"II*\0", b"MM\0*") or data[:3] == b"\xff\xd8\xff" or data[:4] == b"\x89PNG":
        return _broken(name)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        what = "WebP画像"
    else:
        head = data[:64].lstrip()
        what = next((label for start, label in _NAMED if head.startswith(start)), "知らない形式")
    return BadScan(f"{name}: {what}は取り込めません。{KINDS}のいずれかで保存し直してください。")


def _resolution(picture: Image.Image) -> tuple[float, float]:
    """Dots per inch across and down, 0 when the file says none (turned as EXIF will turn the image)."""
    dpi = picture.info.get("dpi", (0.0, 0.0))
    try:
        across, down = float(dpi[0]), float(dpi[1])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return 0.0, 0.0
    if not (np.isfinite(across) and np.isfinite(down)):
        return 0.0, 0.0
    turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (down, across) if turned else (across, down)


def _bgr(picture: Image.Image) -> npt.NDArray[np.uint8]:
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I;16") or upright.mode == "I":
        deep = np.asarray(upright).astype(np.float64)
        gray = np.clip(deep / 257.0, 0, 255).astype(np.uint8)
        return np.repeat(gray[:, :, None], 3, axis=2)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        upright = Image.alpha_composite(paper, clear)
    return np.ascontiguousarray(np.asarray(upright.convert("RGB"), dtype=np.uint8)[:, :, ::-1])


def _page(pixels: npt.NDArray[np.uint8], dpi_x: float, dpi_y: float, number: int, where: str) -> ScannedPage:
    """Square pixels (a fax has 204 x 98 dpi) and a resolution only when the paper's size is plausible."""
    if dpi_x > 0 and dpi_y > 0 and not 0.97 < dpi_x / dpi_y < 1.03 and 0.2 < dpi_x / dpi_y < 5:
        finer = max(dpi_x, dpi_y)
        height, width = pixels.shape[:2]
        size = (round(width * finer / dpi_x), round(height * finer / dpi_y))
        _check_size(size[0], size[1], where)
        resized = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
        pixels = np.asarray(resized, dtype=np.uint8)
        dpi_x = finer
    return ScannedPage(pixels, _sane_dpi(dpi_x, max(pixels.shape[:2])), number)


def _sane_dpi(dpi: float, long_side_px: int) -> float | None:
    """The resolution, unless it makes the sheet smaller than a postcard or larger than A3 and a bit.

    Phones write 72 dpi on every photo.
    """
    if dpi < 50 or not 130 <= long_side_px / dpi * MM_PER_INCH <= 450:
        return None
    return dpi
