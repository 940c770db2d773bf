"""Files become pages, or are refused with a sentence that says what to do."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pi_heif
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from yakuba.ocr import intake
from yakuba.ocr.intake import BadScan, open_scan, pages_of


def picture(width: int = 414, height: int = 585) -> Image.Image:
    """A sheet whose upper left quarter is red and the rest white."""
    made = Image.new("RGB", (width, height), "white")
    made.paste((220, 30, 30), (0, 0, width // 2, height // 2))
    return made


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def is_red(pixel: np.ndarray) -> bool:
    blue, green, red = (int(value) for value in pixel)
    return red > 180 and blue < 90 and green < 90


def refusal(data: bytes, name: str = "受付.bin") -> str:
    with pytest.raises(BadScan) as caught:
        list(pages_of(data, name))
    return str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_picture_is_one_page_in_blue_green_red_with_its_resolution(kind: str) -> None:
    (page,) = pages_of(saved(picture(), kind, dpi=(50.0 * 2, 100.0)), "a")
    assert page.image.shape == (585, 414, 3)
    assert page.image.dtype == np.uint8
    assert is_red(page.image[50, 50])
    assert not is_red(page.image[400, 300])
    assert page.dpi == pytest.approx(100, abs=0.5)
    assert page.number == 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_camera_says(orientation: int) -> None:
    upright = picture()
    undo: dict[int, Callable[[Image.Image], Image.Image]] = {
        1: lambda im: im,
        2: lambda im: im.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda im: im.transpose(Image.Transpose.ROTATE_180),
        4: lambda im: im.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda im: im.transpose(Image.Transpose.TRANSPOSE),
        6: lambda im: im.transpose(Image.Transpose.ROTATE_90),
        7: lambda im: im.transpose(Image.Transpose.TRANSVERSE),
        8: lambda im: im.transpose(Image.Transpose.ROTATE_270),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    (page,) = pages_of(saved(undo[orientation](upright), "JPEG", exif=exif, quality=95), "photo.jpg")
    assert page.image.shape == (585, 414, 3)
    assert is_red(page.image[50, 50])
    assert not is_red(page.image[50, 350])


def test_a_fax_in_one_bit_has_every_page_and_its_pages_come_in_any_order() -> None:
    sheets = [Image.new("1", (1169, 827), 1) for _ in range(3)]
    for number, sheet in enumerate(sheets):
        sheet.paste(0, (100 * number, 0, 100 * number + 50, 50))
    data = saved(
        sheets[0], "TIFF", compression="group4", dpi=(100, 100), save_all=True, append_images=sheets[1:]
    )
    scan = open_scan(data, "fax.tif")
    assert scan.count == 3
    third, first = scan.page(3), scan.page(1)
    assert third.number == 3
    assert third.image[10, 225].max() == 0
    assert third.image[10, 25].min() == 255
    assert first.image[10, 25].max() == 0
    assert third.dpi == pytest.approx(100)


def test_a_fax_with_oblong_pixels_is_made_square() -> None:
    (page,) = pages_of(saved(Image.new("L", (1728, 1145), 255), "TIFF", dpi=(204.0, 98.0)), "fax.tif")
    assert page.image.shape[0] == pytest.approx(1145 * 204 / 98, abs=1)
    assert page.image.shape[1] == 1728
    assert page.dpi == pytest.approx(204, abs=0.5)


@pytest.mark.parametrize(("dpi", "size"), [(72, (3024, 4032)), (1, (414, 585)), (2000, (414, 585))])
def test_a_resolution_that_makes_no_sheet_of_paper_is_not_believed(dpi: int, size: tuple[int, int]) -> None:
    (page,) = pages_of(saved(Image.new("L", size, 255), "PNG", dpi=(dpi, dpi)), "a.png")
    assert page.dpi is None


def test_a_picture_without_a_resolution_has_none() -> None:
    (page,) = pages_of(saved(picture(), "PNG"), "a.png")
    assert page.dpi is None


def test_clear_parts_of_a_png_are_paper() -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    (page,) = pages_of(saved(clear, "PNG"), "a.png")
    assert page.image.min() == 255


def test_sixteen_bits_become_eight() -> None:
    deep = Image.fromarray(np.full((100, 100), 257 * 130, np.uint16))
    (page,) = pages_of(saved(deep, "PNG"), "a.png")
    assert set(np.unique(page.image)) == {130}


def test_a_palette_and_a_cmyk_picture_keep_their_colours() -> None:
    for data in (
        saved(picture().convert("P"), "PNG"),
        saved(picture().convert("CMYK"), "JPEG", quality=95),
    ):
        (page,) = pages_of(data, "a")
        assert is_red(page.image[50, 50])


def test_a_heic_photo_becomes_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    # The installed library can not write HEIC: its own file object stands in for the decoded file.
    monkeypatch.setattr(pi_heif, "open_heif", lambda data, **options: pi_heif.from_pillow(picture()))
    (page,) = pages_of(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.heic")
    assert page.image.shape == (585, 414, 3)
    assert is_red(page.image[50, 50])
    assert page.number == 1
    assert page.dpi is None


def test_a_heic_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Enormous:
        size = (30_000, 30_000)

    monkeypatch.setattr(pi_heif, "open_heif", lambda data, **options: Enormous())
    assert "画像が大きすぎます（30,000×30,000画素）" in refusal(b"\0\0\0\x18ftypheic", "a.heic")


def test_a_broken_heic_is_refused() -> None:
    assert "壊れている" in refusal(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 60, "a.heic")


@pytest.mark.parametrize("resolution", [150, 200, 300])
def test_a_scanned_pdf_keeps_the_scan_s_own_pixels(resolution: int) -> None:
    sheet = picture(round(8.27 * resolution), round(11.69 * resolution))
    (page,) = pages_of(saved(sheet, "PDF", resolution=resolution), "scan.pdf")
    assert page.dpi == pytest.approx(resolution, abs=0.5)
    assert page.image.shape[0] == pytest.approx(sheet.height, abs=2)
    assert is_red(page.image[50, 50])


def test_an_enormous_embedded_scan_is_rendered_no_finer_than_the_limit() -> None:
    sheet = Image.new("L", (4961, 7016), 255)  # A4 at 600 dpi
    (page,) = pages_of(saved(sheet, "PDF", resolution=600), "scan.pdf")
    assert page.dpi == intake.MAX_DPI


def drawn_pdf(width: float = 595, height: float = 842, count: int = 1) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(width, height)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def test_a_drawn_pdf_page_is_rendered_at_300_dpi() -> None:
    (page,) = pages_of(drawn_pdf(), "form.pdf")
    assert page.dpi == 300
    assert page.image.shape[:2] == (3509, 2480)


def test_pages_are_decoded_only_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    whole = intake._PdfScan.page

    def counted(self: intake._PdfScan, number: int) -> intake.ScannedPage:
        decoded.append(number)
        return whole(self, number)

    monkeypatch.setattr(intake._PdfScan, "page", counted)
    pages = pages_of(drawn_pdf(count=1000), "stack.pdf")
    assert decoded == []
    assert next(pages).number == 1
    assert next(pages).number == 2
    assert decoded == [1, 2]


def test_more_pages_than_the_limit_are_refused_before_any_is_rendered() -> None:
    assert "2,001ページ" in refusal(drawn_pdf(100, 100, count=2001), "stack.pdf")


def test_a_pdf_page_of_an_enormous_size_is_refused_without_rendering_it() -> None:
    said = refusal(drawn_pdf(14400, 14400), "wall.pdf")
    assert "wall.pdfの1ページ: 画像が大きすぎます（60,000×60,000画素）" in said


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("side", [9_200, 20_000, 60_000])
def test_a_picture_that_unpacks_to_gigabytes_is_refused_from_its_header(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b"")
    )
    assert "画像が大きすぎます" in refusal(bomb, "bomb.png")


def test_a_moving_picture_is_refused() -> None:
    frames = [picture(), picture().transpose(Image.Transpose.ROTATE_180)]
    said = refusal(saved(frames[0], "PNG", save_all=True, append_images=frames[1:]), "anime.png")
    assert said == "anime.png: 動くPNG画像（2コマ）です。帳票を静止画で読み取り直してください。"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "ファイルが空（0バイト）"),
        (b"GIF89a" + b"\0" * 20, "GIF画像は取り込めません"),
        (b"PK\x03\x04" + b"\0" * 20, "ExcelやWordなどの文書"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 20, "古い形式のExcelやWord"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP画像は取り込めません"),
        (b"  <html></html>", "HTMLかXMLの文書は取り込めません"),
        (b"BM" + b"\0" * 50, "BMP画像は取り込めません"),
        (b"just text", "知らない形式は取り込めません"),
        (b"%PDF-1.7 nothing more", "壊れているため開けません"),
        (b"\xff\xd8\xff\xe0 no jpeg", "壊れているため開けません"),
        (b"II*\0\xff\xff\xff\xff", "壊れているため開けません"),
    ],
)
def test_other_files_are_refused_by_their_content_with_what_to_do(data: bytes, expected: str) -> None:
    said = refusal(data, "受付.bin")
    assert said.startswith("受付.bin: ")
    assert expected in said
    assert said.endswith("ください。")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_picture_that_was_cut_off_is_broken(kind: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    data = saved(Image.fromarray(noise), kind)
    assert "壊れているため開けません" in refusal(data[: len(data) // 2], "cut")


def test_a_picture_too_small_for_any_form_is_refused() -> None:
    assert "小さすぎます（40×400画素）" in refusal(saved(Image.new("L", (40, 400)), "PNG"), "a.png")


def test_a_pdf_with_a_password_says_so() -> None:
    assert "パスワードの付いたPDFです" in refusal(locked_pdf(), "locked.pdf")


def locked_pdf() -> bytes:
    """A PDF that asks for a password: its encryption dictionary fits no empty password."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
        b"<</Filter/Standard/V 1/R 2/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">/P -44>>",
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj" % number + text + b"endobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + table + tail


def test_one_broken_page_leaves_the_others_readable() -> None:
    sheets = [Image.fromarray(np.full((200, 200), 40 * number, np.uint8)) for number in range(1, 4)]
    data = bytearray(
        saved(sheets[0], "TIFF", save_all=True, append_images=sheets[1:], compression="tiff_lzw")
    )
    scan = open_scan(bytes(data), "stack.tif")
    picture_file = scan._picture  # type: ignore[attr-defined]
    picture_file.seek(1)
    (offset,) = picture_file.tag_v2[273][:1]
    data[offset : offset + 30] = b"\xff" * 30
    scan = open_scan(bytes(data), "stack.tif")
    with pytest.raises(BadScan, match=r"stack\.tifの2ページ: 壊れている"):
        scan.page(2)
    assert scan.page(3).image.max() == 120
    assert scan.page(1).image.max() == 40


def pages_or_refusal(data: bytes) -> list[intake.ScannedPage] | str:
    try:
        return list(pages_of(data, "x"))
    except BadScan as refused:
        return str(refused)


HEADS = (b"", b"%PDF-1.4\n", b"II*\0", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x18ftypheic")


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow grumbles about damaged tags
@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(HEADS))
def test_no_bytes_raise_anything_but_a_refusal(tail: bytes, head: bytes) -> None:
    found = pages_or_refusal(head + tail)
    assert not isinstance(found, str) or (found.startswith("x") and found.endswith("ください。"))


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5000), st.integers(0, 255), st.sampled_from(["JPEG", "PNG", "TIFF", "PDF"]))
def test_a_damaged_file_gives_a_page_or_a_refusal(place: int, value: int, kind: str) -> None:
    data = bytearray(saved(picture(120, 160), kind))
    data[place % len(data)] = value
    found = pages_or_refusal(bytes(data))
    if isinstance(found, str):
        assert found.endswith("ください。")
    else:
        assert all(page.image.shape[2] == 3 for page in found)
