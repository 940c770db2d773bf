"""PDF and Word files of letters, read back."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pypdfium2
import pytest
import yaml

from tests.nursery.letters.facts import ISSUE, NAMES, home, placed_child, waiting_child, wording, written
from yakuba.core.print import qr
from yakuba.nursery.domain.letters import LetterText
from yakuba.nursery.letters import docx, typeset
from yakuba.nursery.letters.typeset import DRAFT, Sheet
from yakuba.nursery.printing import MissingGlyphs
from yakuba.nursery.services.letters import Choices, kept_settings, read_settings

ADDRESS = "https://www.city.example/nursery/"
SHEET = Sheet("通知", wording().window, ADDRESS)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def pages_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [re.sub(r"[\r\n]", "", page.get_textpage().get_text_range()) for page in document]


def word_text(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        root = ElementTree.fromstring(package.read("word/document.xml"))  # noqa: S314  # our own file
    return "\n".join("".join(t.text or "" for t in p.iter(f"{W}t")) for p in root.iter(f"{W}p"))


def three() -> list[LetterText]:
    family = home(placed_child(name=NAMES), waiting_child())
    return [
        written("placed", family, 1),
        written("waiting", family, 2),
        written("placed", home(placed_child("7009", "千鳥 渚"), family="h2"), 3),
    ]


CODES = ["AAAA-AAAA-AAAA-AAAA", "AAAA-AAAA-AAAA-AAAA", "BBBB-BBBB-BBBB-BBBB"]


def test_one_pdf_holds_all_letters_with_their_pages_counted_alone() -> None:
    printed = typeset.typeset(three(), CODES, SHEET)
    pages = pages_of(printed.pdf)
    assert (printed.first_pages, printed.pages, len(pages)) == ((1, 2, 4), 4, 4)
    assert [re.search(r"(\d+ / \d+)$", page.strip()).group(1) for page in pages] == [  # type: ignore[union-attr]
        "1 / 1",
        "1 / 2",
        "2 / 2",
        "1 / 1",
    ]
    assert NAMES in pages[0]
    assert "AAAA-AAAA-AAAA-AAAA" in pages[0]
    assert "AAAA-AAAA-AAAA-AAAA" in pages[1] + pages[2]
    assert "BBBB" in pages[3]
    assert "A" * 4 not in pages[3]


def test_every_letter_starts_on_an_odd_page_where_that_was_chosen() -> None:
    printed = typeset.typeset(three(), CODES, replace(SHEET, odd=True))
    pages = pages_of(printed.pdf)
    assert printed.first_pages == (1, 3, 5)
    assert pages[1].strip() == ""
    assert pages[0].strip().endswith("1 / 1")


@pytest.mark.parametrize("odd", [False, True])
def test_portions_join_without_a_seam(monkeypatch: pytest.MonkeyPatch, odd: bool) -> None:
    sheet = replace(SHEET, odd=odd)
    at_once = typeset.typeset(three(), CODES, sheet)
    monkeypatch.setattr(typeset, "PORTION", 1)
    told: list[float] = []
    apart = typeset.typeset(three(), CODES, sheet, progress=told.append)
    assert apart.first_pages == at_once.first_pages
    assert pages_of(apart.pdf) == pages_of(at_once.pdf)
    assert told == [1 / 3, 2 / 3, 1.0]


def test_one_letter_can_be_cut_out() -> None:
    printed = typeset.typeset(three(), CODES, SHEET)
    assert pages_of(typeset.pages(printed.pdf, 2, 3)) == pages_of(printed.pdf)[1:3]


def test_a_draft_says_so_on_every_page() -> None:
    printed = typeset.typeset(three(), ["", "", ""], replace(SHEET, mark=DRAFT))
    for page in pages_of(printed.pdf):
        assert "案" in page
        assert "コード" not in page
    assert pages_of(printed.pdf)[0].count("案（承認前）") == 1


def test_a_sign_without_a_glyph_stops_the_printing_and_is_listed() -> None:
    letters = [*three(), written("placed", home(placed_child(name="🍎実"), family="h3"), 4)]
    with pytest.raises(MissingGlyphs) as found:
        typeset.typeset(letters, [*CODES, ""], SHEET)
    assert found.value.characters == ("🍎",)
    assert typeset.missing_in(letters) == [("h3", ["🍎"])]
    marked = typeset.typeset(letters, [*CODES, ""], replace(SHEET, missing="mark"))
    assert "〓実" in pages_of(marked.pdf)[-1]


def test_the_address_stands_in_the_window() -> None:
    printed = typeset.typeset(three()[:1], [""], SHEET)
    window = SHEET.window
    with pypdfium2.PdfDocument(printed.pdf) as document:
        page = document[0]
        left, top = window.left * 72 / 25.4, page.get_height() - window.top * 72 / 25.4
        inside = page.get_textpage().get_text_bounded(
            left, top - window.height * 72 / 25.4, left + window.width * 72 / 25.4, top
        )
    lines = [line for line in inside.splitlines() if line]
    assert lines == ["〒999-0012", "汐見区葛\U000e0100飾三丁目4番5号", "𠮷田 﨑子\u3000様"]


def test_word_holds_the_same_words_as_the_pdf() -> None:
    letters = three()
    text = word_text(docx.to_docx(letters, CODES, SHEET))
    for one in letters:
        for line in (*one.addressee, one.number, one.title, *one.lead, *one.page, *one.contact):
            assert line in text
        for row in one.rows:
            assert all(cell in text for cell in row)
        for part in one.sections:
            assert part.heading in text
            assert all(line in text for line in part.paragraphs)
            assert all(reason.sentence in text for reason in part.reasons)
    assert NAMES in text
    assert text.count("コード　") == 3


def test_word_has_a_section_a_letter_and_the_same_bytes_each_time() -> None:
    body = docx.to_docx(three(), CODES, replace(SHEET, odd=True, mark=DRAFT))
    assert body == docx.to_docx(three(), CODES, replace(SHEET, odd=True, mark=DRAFT))
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        root = ElementTree.fromstring(package.read("word/document.xml"))  # noqa: S314  # our own file
        header = package.read("word/header1.xml").decode()
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(package.read(name))  # noqa: S314  # our own file
    kinds = [one.get(f"{W}val") for one in root.iter(f"{W}type")]
    assert kinds == ["oddPage"] * 3
    assert [one.get(f"{W}start") for one in root.iter(f"{W}pgNumType")] == ["1"] * 3
    assert "案（この紙は通知ではありません）" in header


def test_markup_in_a_name_stays_a_name() -> None:
    name = '<w:t>&"x#panic() $1$'
    letters = [written("placed", home(placed_child(name=name)))]
    assert name in word_text(docx.to_docx(letters, [""], SHEET))
    assert name in pages_of(typeset.typeset(letters, [""], SHEET).pdf)[0]


def test_word_leaves_out_signs_that_xml_forbids() -> None:
    letters = [written("placed", home(placed_child(name="網\x00代\x0b")))]
    assert "網代" in word_text(docx.to_docx(letters, [""], SHEET))


def test_the_picture_holds_the_address_as_dark_squares() -> None:
    rows = qr.matrix(ADDRESS)
    assert len(rows) == len(rows[0]) >= 29
    assert not any(rows[0])
    assert all(rows[4][4:11])  # the upper edge of a finder
    assert qr.png(ADDRESS).startswith(b"\x89PNG")
    assert qr.matrix(ADDRESS) != qr.matrix(ADDRESS + "x")


def test_words_survive_being_kept_with_a_batch() -> None:
    choices = Choices(ISSUE, "https://www.city.example/", "postal", True, "mark")
    kept = kept_settings(wording(), choices, draft=True)
    assert yaml.safe_load(yaml.safe_dump(kept))["issue"]["decline_by"] == "2027-01-29"
    assert read_settings(kept) == (wording(), choices, True)
