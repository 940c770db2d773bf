"""A form made here, filled in, scanned, read from end to end with the shipped models."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from PIL import Image

from tests.ocr import made_pages as pages
from yakuba.cli import main
from yakuba.core.weights import MissingModel, find
from yakuba.ocr import cli_read
from yakuba.ocr.domain.form import Box, Field, FieldPolicy, FormDefinition, Kind, SumRule, Writing
from yakuba.ocr.domain.form_reading import render_form
from yakuba.ocr.domain.reading import FieldReading, PageReading, Reason
from yakuba.ocr.domain.registration import Template
from yakuba.ocr.reader import READING_MODULES, FormReader, PageRefused, engine_version
from yakuba.ocr.simulated import decision, measured_with, shipped


def installed() -> bool:
    try:
        find("ppocrv6-rec-small")
        find("ppocrv5-rec-mobile")
    except MissingModel:
        return False
    return True


pytestmark = pytest.mark.skipif(not installed(), reason="the line models are not installed (make setup)")


def row(name: str, kind: Kind, index: int, **more: bool) -> Field:
    return Field(name, kind, Box(*pages.row_box(index)), required=more.get("required", False))


FIELDS = (
    row("name", Kind.PERSON_NAME, 0),
    row("kana", Kind.FURIGANA, 1),
    row("birth", Kind.DATE, 2),
    row("zip", Kind.POSTAL_CODE, 3),
    row("phone", Kind.PHONE, 5),
    row("paid", Kind.AMOUNT, 8),
    row("less", Kind.AMOUNT, 9),
    row("total", Kind.AMOUNT, 10),
    row("remark", Kind.LINE, 11, required=True),
    Field("number", Kind.MY_NUMBER, Box(*pages.cells_box()), cells=12, policy=FieldPolicy.ALWAYS_STAFF),
)
FORM = FormDefinition(
    "試験の帳票",
    "1",
    pages.WIDTH_MM,
    pages.HEIGHT_MM,
    "blank.png",
    FIELDS,
    (SumRule(("paid", "less"), "total"),),
)
WRITTEN = {
    "name": ("佐藤　太郎", "佐藤太郎"),
    "kana": ("サトウ　タロウ", "サトウタロウ"),
    "birth": ("昭和58年7月21日", "1983-07-21"),
    "zip": ("〒105-0011", "1050011"),
    "phone": ("03-1234-5678", "0312345678"),
    "paid": ("1,234,500", "1234500"),
    "less": ("△34,500", "-34500"),
    "total": ("¥1,200,000", "1200000"),
}
NUMBER = "123456789018"


def scan(texts: dict[str, str], number: str = NUMBER) -> pages.Array:
    page = pages.blank()
    for field in FIELDS[:-1]:
        if field.box is not None and texts.get(field.name):
            page = pages.write(page, texts[field.name], field.box.x + 3, field.box.y + 1.5, 5.0)
    x, y, _, _ = pages.cells_box()
    for cell, digit in enumerate(number):
        page = pages.write(page, digit, x + 7 * cell + 2, y + 1, 5.5)
    page = pages.scanned(page, pages.placement(200, 200, degrees=0.6, shift_mm=(1.0, -1.5)), 200)
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR) if page.ndim == 2 else page, np.uint8)


@pytest.fixture(scope="module")
def reader() -> FormReader:
    return FormReader()


@pytest.fixture(scope="module")
def template() -> Template:
    return Template(pages.blank(), pages.WIDTH_MM, pages.HEIGHT_MM)


@pytest.fixture(scope="module")
def reading(reader: FormReader, template: Template) -> PageReading:
    return reader.read_page(FORM, template, scan({name: text for name, (text, _) in WRITTEN.items()}))


def of(reading: PageReading, name: str) -> FieldReading:
    return next(one for one in reading.fields if one.name == name)


def test_every_field_comes_back_normalised_in_the_form_s_order(reading: PageReading) -> None:
    assert [one.name for one in reading.fields] == [field.name for field in FIELDS]
    expected = {name: text for name, (_, text) in WRITTEN.items()}
    assert {name: of(reading, name).text for name in WRITTEN} == expected
    assert of(reading, "number").text == NUMBER


def test_the_era_stays_in_the_raw_reading(reading: PageReading) -> None:
    assert of(reading, "birth").raw == "昭和58年7月21日"


def test_clear_print_is_surer_than_half(reading: PageReading) -> None:
    assert all(of(reading, name).confidence > 0.5 for name in WRITTEN)
    assert all(0 <= one.confidence <= 1 for one in reading.fields)
    assert all(not of(reading, name).must_be_checked for name in ("paid", "less", "total", "birth"))


def test_an_empty_field_is_blank_and_a_required_one_is_named(reading: PageReading) -> None:
    remark = of(reading, "remark")
    assert (remark.text, remark.blank) == ("", True)
    assert Reason.REQUIRED_BLANK in remark.reasons


def test_a_field_that_staff_always_decide_says_so(reading: PageReading) -> None:
    number = of(reading, "number")
    assert Reason.ALWAYS_STAFF in number.reasons
    assert decision(FIELDS[-1], number, shipped()).value == "staff"


def test_the_shipped_certificates_were_measured_with_the_shipped_engine() -> None:
    """After a change of weights or reading code: ``python -m benchmarks.ocr.remake_certificates``."""
    assert measured_with() == engine_version()


def test_certificates_of_another_engine_are_named(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(cli_read, "measured_with", lambda: "another")
    assert cli_read._assumed() == shipped()
    assert "別の版の読取り" in capsys.readouterr().err


def test_a_wrong_sum_and_a_wrong_check_digit_must_be_checked(reader: FormReader, template: Template) -> None:
    texts = {"paid": "1,000", "less": "2,000", "total": "4,000", "remark": "備考"}
    found = reader.read_page(FORM, template, scan(texts, "123456789012"))
    assert all(Reason.SUM_MISMATCH in of(found, name).reasons for name in ("paid", "less", "total"))
    assert Reason.CHECK_DIGIT in of(found, "number").reasons or not of(found, "number").text.endswith("12")
    assert of(found, "number").must_be_checked


def test_text_that_can_not_be_a_date_is_never_sure(reader: FormReader, template: Template) -> None:
    found = reader.read_page(FORM, template, scan({"birth": "昭和64年1月8日", "remark": "x"}))
    birth = of(found, "birth")
    assert birth.must_be_checked or birth.confidence < 0.5


def test_faint_writing_is_not_blank(reader: FormReader, template: Template) -> None:
    page = pages.blank()
    box = FIELDS[4].box
    assert box is not None
    page = pages.write(page, "03-1234-5678", box.x + 3, box.y + 1.5, 5.0, ink=205)
    page = pages.scanned(page, pages.placement(200, 200), 200, noise=2.0)
    found = reader.read_page(FORM, template, np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), np.uint8))
    assert not of(found, "phone").blank


def test_another_form_is_refused(reader: FormReader, template: Template) -> None:
    other = np.full((2339, 1654, 3), 255, np.uint8)
    with pytest.raises(PageRefused, match="確かめてください"):
        reader.read_page(FORM, template, other)


def test_the_model_s_hash_is_stable() -> None:
    assert engine_version() == engine_version()
    assert len(engine_version()) == 64


def test_the_command_writes_the_contract_s_lines(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), pages.blank())
    short = replace(FORM, fields=tuple(replace(one, writing=Writing.HAND) for one in FIELDS[7:9]), rules=())
    (tmp_path / "form.yaml").write_text(yaml.safe_dump(render_form(short), allow_unicode=True), "utf-8")
    cv2.imwrite(str(tmp_path / "a.png"), scan({"total": "¥1,200,000"}))
    cv2.imwrite(str(tmp_path / "white.png"), np.full((2339, 1654, 3), 255, np.uint8))
    out = tmp_path / "out.jsonl"
    arguments = ["ocr", "read", "--form", str(tmp_path / "form.yaml"), str(tmp_path / "a.png"),
                 str(tmp_path / "white.png"), "-o", str(out)]  # fmt: skip
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line.get("field") for line in lines] == ["total", "remark", None]
    assert lines[0]["text"] == "1200000"
    assert {line["decision"] for line in lines[:2]} == {"staff"}
    assert set(lines[0]) == {
        "image", "field", "text", "raw", "confidence", "decision", "reasons", "candidates",
    }  # fmt: skip
    assert set(lines[2]) == {"image", "error"}
    again = tmp_path / "again.jsonl"
    CliRunner().invoke(main, [*arguments[:-1], str(again)])
    assert again.read_bytes() == out.read_bytes()


def test_a_pattern_that_may_never_end_is_named_and_a_file_is_read_all_the_same(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), pages.blank())
    short = replace(FORM, fields=(replace(FIELDS[8], pattern="(a+)+"),), rules=())
    (tmp_path / "form.yaml").write_text(yaml.safe_dump(render_form(short), allow_unicode=True), "utf-8")
    cv2.imwrite(str(tmp_path / "white.png"), np.full((2339, 1654, 3), 255, np.uint8))
    arguments = ["--form", str(tmp_path / "form.yaml"), str(tmp_path / "white.png")]
    result = CliRunner().invoke(main, ["ocr", "read", *arguments, "-o", str(tmp_path / "out.jsonl")])
    assert result.exit_code == 0
    assert "『remark』『pattern』：確かめが終わらないことがあります" in result.stderr


def test_a_cut_sheet_names_the_missing_side(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), pages.blank())
    (tmp_path / "form.yaml").write_text(yaml.safe_dump(render_form(FORM), allow_unicode=True), "utf-8")
    whole = scan({"total": "¥1,200,000"})
    cv2.imwrite(str(tmp_path / "no-dpi.png"), whole[: round(len(whole) * 0.6)])
    Image.fromarray(whole[: round(len(whole) * 0.6)]).save(tmp_path / "dpi.png", dpi=(200, 200))
    files = [str(tmp_path / name) for name in ("no-dpi.png", "dpi.png")]
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        main, ["ocr", "read", "--form", str(tmp_path / "form.yaml"), *files, "-o", str(out)]
    )
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [set(line) for line in lines] == [{"image", "error"}] * 2
    assert all(line["error"].startswith("用紙の下側が画像に入っていません。") for line in lines)


def test_a_page_under_the_quality_gate_is_read_but_nothing_of_it_passes(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), pages.blank())
    (tmp_path / "form.yaml").write_text(yaml.safe_dump(render_form(FORM), allow_unicode=True), "utf-8")
    good = scan({name: text for name, (text, _) in WRITTEN.items()} | {"remark": "備考"})
    size = (round(good.shape[1] * 0.75), round(good.shape[0] * 0.75))
    cv2.imwrite(str(tmp_path / "good.png"), good)
    cv2.imwrite(str(tmp_path / "poor.png"), cv2.resize(good, size, interpolation=cv2.INTER_AREA))
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        main,
        ["ocr", "read", "--form", str(tmp_path / "form.yaml"), str(tmp_path / "good.png"),
         str(tmp_path / "poor.png"), "--assume-certified", "-o", str(out)],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    clear, poor = ([one for one in lines if one["image"].endswith(name)] for name in ("good.png", "poor.png"))
    assert "auto" in {line["decision"] for line in clear}
    assert all("quality" not in line for line in clear)
    assert {line["decision"] for line in poor} == {"staff"}
    assert [line["field"] for line in poor] == [field.name for field in FIELDS]
    assert any(line["text"] == WRITTEN["total"][1] for line in poor), "the readings stay as proposals"
    assert {tuple(line["quality"]) for line in poor} == {("low_dpi",)}
    assert all("約150dpi" in line["rescan"][0] for line in poor)
    assert "poor.png：画質が基準に届かない" in result.stderr
    assert "200dpi以上で読み取り直してください" in result.stderr
    assert "good.png：" not in result.stderr


@pytest.mark.parametrize("fault", ["form", "yaml", "blank", "image", "missing"])
def test_bad_input_is_named_and_nothing_is_written(tmp_path: Path, fault: str) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((300, 200, 3), 255, np.uint8))
    data = render_form(replace(FORM, blank="none.png" if fault == "blank" else "blank.png"))
    if fault == "form":
        data["fields"] = []
    text = "a: [" if fault == "yaml" else yaml.safe_dump(data, allow_unicode=True)
    (tmp_path / "form.yaml").write_text(text, "utf-8")
    image = tmp_path / "a.png"
    if fault != "missing":
        image.write_bytes(b"no picture" if fault == "image" else (tmp_path / "blank.png").read_bytes())
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        main, ["ocr", "read", "--form", str(tmp_path / "form.yaml"), str(image), "-o", str(out)]
    )
    assert result.exit_code == 2
    assert result.output.strip().endswith("。")
    assert not out.exists()


def test_a_free_page_gives_its_lines_from_top_to_bottom(tmp_path: Path) -> None:
    page = np.full((1200, 1600, 3), 255, np.uint8)
    texts = ("汐見区からのお知らせ", "図書館は毎週月曜日が休みです。", "電話 03-1234-5678")
    for number, text in enumerate(texts):
        page = pages.write(page, text, 20, 20 + 20 * number, 6.0)
    cv2.imwrite(str(tmp_path / "page.png"), page)
    out = tmp_path / "page.json"
    result = CliRunner().invoke(main, ["ocr", "page", str(tmp_path / "page.png"), "-o", str(out)])
    assert result.exit_code == 0, result.output
    document = json.loads(out.read_text("utf-8"))
    texts = [line["text"] for line in document["lines"]]
    assert texts[0] == "汐見区からのお知らせ"
    assert "月曜日" in texts[1]
    left, top, right, bottom = document["lines"][0]["box"]
    assert left < 170 < right
    assert top < 180 < bottom


def test_a_certificate_hangs_on_every_module_that_a_reading_goes_through() -> None:
    code = "import sys, yakuba.ocr.reader; print(*(n for n in sys.modules if n.startswith('yakuba.ocr.')))"
    names = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    files = {name.removeprefix("yakuba.ocr.").replace(".", "/") + ".py" for name in names.split()}
    by_folder = {one for one in files if one.startswith(("engines", "domain/decoding"))}
    assert files - by_folder - set(READING_MODULES) == {
        "domain.py",
        "domain/form_reading.py",  # what a form may say, not how it is read
        "domain/pattern_signs.py",
        "domain/patterns.py",
    }
