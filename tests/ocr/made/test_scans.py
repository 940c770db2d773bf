"""Made scans: the same seed gives the same picture, and the truth is what was drawn."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from benchmarks.ocr.drawing import MM, Style, fill, paper
from benchmarks.ocr.fonts import GROUPS, PLACES, Face, NoFonts, folder_of
from benchmarks.ocr.scans import Scanner, make_scan, scan
from benchmarks.ocr.values import answers, corporate_number, my_number, places, same
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.amounts import parse_amount
from yakuba.ocr.domain.check_digits import corporate_number_holds, personal_number_holds
from yakuba.ocr.domain.dates import parse_date
from yakuba.ocr.domain.form import Kind, SumRule
from yakuba.ocr.domain.normalise import normalise
from yakuba.site.demo.ocr_forms import definition

NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
LAYOUTS = ("kyuyo", "noen", "anketo")


def everything(_: str) -> bool:
    return True


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where «ipaex-gothic» is the font of this machine."""
    if not os.path.exists(NOTO):
        pytest.skip("no Noto CJK on this machine")
    folder = tmp_path_factory.mktemp("fonts")
    place = folder / PLACES["ipaex-gothic"]
    place.parent.mkdir(parents=True)
    place.symlink_to(NOTO)
    return folder


@given(st.integers(0, 10**9))
def test_numbers_have_valid_check_digits(seed: int) -> None:
    assert personal_number_holds(my_number(Random(seed)))
    assert corporate_number_holds(corporate_number(Random(seed)))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(12))
def test_what_is_written_means_the_truth(layout: str, seed: int) -> None:
    form = definition(layout)
    found = answers(form, Random(seed), everything)
    for field in form.fields:
        answer = found[field.name]
        if field.kind is Kind.AMOUNT:
            assert parse_amount(answer.written) == answer.text
        elif field.kind is Kind.DATE and answer.text:
            day = parse_date(answer.written) if not field.cells else None
            written = answer.written if day is None else day.isoformat()
            assert written.replace("-", "") == answer.text.replace("-", "")
        elif field.kind not in (Kind.CHECKBOX, Kind.CIRCLE):
            assert same(field.kind, answer.text, normalise(field, answer.written) or "")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_rules_of_the_form_hold_in_what_is_written(layout: str) -> None:
    form = definition(layout)
    towns = dict(places())
    for seed in range(10):
        found = answers(form, Random(seed), everything)
        for rule in form.rules:
            if isinstance(rule, SumRule):
                assert sum(int(found[part].text) for part in rule.parts) == int(found[rule.total].text)
            elif hasattr(rule, "address"):
                assert found[rule.address].text.startswith(towns[found[rule.postal_code].text])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(fonts: Path) -> None:
    style = Style("ipaex-gothic", 10.5)
    first, again, other = (make_scan("noen", style, seed, fonts) for seed in (1, 1, 2))
    assert first.data == again.data
    assert first.truth == again.truth
    assert first.data != other.data


def test_every_filled_field_has_ink_in_its_box_and_every_empty_one_none(fonts: Path) -> None:
    form = definition("noen")
    face = Face("ipaex-gothic", fonts)
    given_answers = answers(form, Random(5), face.covers)
    sheet = fill("noen", given_answers, face, Style("ipaex-gothic", 10.5), Random(5))
    for field in form.fields:
        if field.box is None:
            continue
        box = field.box
        part = sheet.ink[
            round(box.y * MM) : round(box.bottom * MM), round(box.x * MM) : round(box.right * MM)
        ]
        assert bool((part > 0.5).any()) == bool(given_answers[field.name].written)


def test_a_scan_has_the_scanners_resolution(fonts: Path) -> None:
    made = make_scan("anketo", Style("ipaex-gothic", 7.0), 3, fonts, dpi=150)
    assert made.image.shape[:2] == (1754, 1240)


def _difference(change: Callable[[Scanner], Scanner]) -> float:
    plain = Scanner()
    page = paper("anketo")
    straight, _ = scan(page, plain, Random(1))
    moved, _ = scan(page, change(plain), Random(1))
    return float(np.mean(cv2.absdiff(straight, moved)))


@pytest.mark.parametrize(
    "change",
    [{"turn": 1.0}, {"shift_x": 3.0}, {"noise": 9.0}, {"holes": True}, {"upside_down": True},
     {"inverted": True}, {"one_bit": True}, {"photo": 0.5}, {"black": 150}, {"texture": 3.0}],
)  # fmt: skip
def test_every_scanner_fault_changes_the_picture(change: dict[str, float]) -> None:
    assert _difference(lambda plain: replace(plain, **change)) > 0.1


def test_no_evaluation_font_is_a_tuning_font() -> None:
    measured = set(GROUPS["light"]) | set(GROUPS["heavy"]) | set(GROUPS["print"])
    assert not measured & set(GROUPS["tuning"])


def test_without_fonts_the_message_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YAKUBA_OCR_FONTS", raising=False)
    with pytest.raises(NoFonts, match=r"benchmarks\.ocr\.fonts"):
        folder_of(None)


def test_spaces_do_not_count_but_variants_of_characters_do() -> None:
    assert same(Kind.PERSON_NAME, "高橋 新", "高橋新")
    assert not same(Kind.PERSON_NAME, "髙橋 新", "高橋 新")
    assert not same(Kind.AMOUNT, "1200", "1,200")
