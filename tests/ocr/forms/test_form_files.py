"""Definitions as files: what is written is read back, and what is wrong is named."""

from __future__ import annotations

import io
import zipfile

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.ocr.forms.conftest import blank_file, design
from yakuba.ocr.domain.form_faults import faults_of, usable_draft
from yakuba.ocr.domain.form_reading import BadForm, parse_form, render_form
from yakuba.ocr.services.form_files import dump_yaml, load_yaml, read_package, write_package


def definition(**more: object) -> dict[str, object]:
    return {
        "format": "yakuba.ocr.form/1",
        "name": "給与支払報告書",
        "blank": "blank.png",
        **design(),
        **more,
    }


def packed(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return stream.getvalue()


def problem(data: bytes, name: str = "form.yaml") -> str:
    with pytest.raises(BadForm) as caught:
        read_package(data, name)
    return str(caught.value)


def test_a_package_comes_back_as_it_was() -> None:
    form = parse_form(definition())
    package = read_package(write_package(form, blank_file()), "form.zip")
    assert package.definition == form
    assert package.blank == blank_file()
    assert write_package(form, b"x") == write_package(form, b"x")


def test_a_pattern_that_may_never_end_is_refused_when_a_form_is_kept_and_kept_forms_still_read() -> None:
    data = definition()
    data["fields"][0].update(pattern="(a+)+$")  # type: ignore[index]
    (fault,) = faults_of(data)
    assert (fault.part, fault.index, fault.key) == ("fields", 0, "pattern")
    assert "「(a+)+$」は、長い文字列では確かめが終わらないおそれがあります" in fault.text
    assert "[0-9]{1,4}" in fault.text
    form = parse_form(data)
    assert "『pattern』" in problem(dump_yaml(render_form(form)))
    assert "『pattern』" in problem(write_package(form, blank_file()), "form.zip")


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)


@given(words, words, st.lists(words, max_size=3))
def test_any_words_survive_the_yaml(name: str, label: str, keywords: list[str]) -> None:
    data = definition(name=name, keywords=keywords)
    data["fields"][0]["label"] = label  # type: ignore[index]
    form = parse_form(data)
    assert parse_form(load_yaml(dump_yaml(render_form(form)))) == form


def test_words_that_yaml_would_turn_stay_words() -> None:
    assert load_yaml(b"a: yes\nb: 2026-11-23\nc: true\nd: 1.5\n") == {
        "a": "yes",
        "b": "2026-11-23",
        "c": True,
        "d": 1.5,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x\n", "参照"),
        ("a: !!python/object 1\n", "型の指定"),
        ("a: 1\n---\nb: 2\n", "2つ目の文書"),
        ("a: [" + "[" * 20, "入れ子は12段まで"),
        ("a: 1\na: 2\n", "同じ項目が2つ"),
        ("a: b: c\n", "1行"),
        ("a: \x07\n", "使えない文字"),
    ],
)
def test_clever_yaml_is_refused(text: str, expected: str) -> None:
    assert expected in problem(text.encode())


def test_bytes_that_are_no_text_name_the_place() -> None:
    assert "1バイト目" in problem("aあ".encode("cp932"))


def test_a_huge_yaml_is_refused_before_it_is_parsed() -> None:
    assert "524,288バイトまで" in problem(b"a: " + b"x" * 600_000)


def test_a_zip_without_its_parts_says_which() -> None:
    body = yaml.safe_dump(definition(), allow_unicode=True).encode()
    assert "form.yaml が0個" in problem(packed(other_yaml=body), "a.zip")
    assert "「blank.png」がありません" in problem(packed(form_yaml=body), "a.zip")
    assert "zipとして開けません" in problem(b"PK\x03\x04 broken", "a.zip")
    assert read_package(packed(folder__form_yaml=body, folder__blank_png=b"p"), "a.zip").blank == b"p"


def test_a_zip_bomb_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("form.yaml", b"0" * (41 * 1024 * 1024))
    assert "多すぎます" in problem(stream.getvalue(), "a.zip")


def test_yaml_alone_has_no_blank() -> None:
    package = read_package(yaml.safe_dump(definition(), allow_unicode=True).encode(), "form.yaml")
    assert package.blank is None


def test_faults_know_their_field_and_key() -> None:
    data = definition()
    data["fields"][1]["box"] = [0, 0, 0, 5]  # type: ignore[index]
    data["fields"][2]["name"] = "name"  # type: ignore[index]
    data["rules"] = [{"sum": ["paid", "gone"], "equals": "paid"}]
    found = {(one.part, one.index, one.key) for one in faults_of(data)}
    assert found == {("fields", 1, "box"), ("fields", 2, "name"), ("rules", 0, "")}
    assert all("fields の" not in one.text for one in faults_of(data))
    assert faults_of(definition()) == ()
    assert faults_of(definition(fields=[]))[0].key == "fields"
    assert faults_of(None)[0].part == ""


def test_only_shapes_that_the_designer_can_show_are_drafts() -> None:
    assert usable_draft(definition(fields=[]))
    for bad in (None, [], {"page": {}}, definition(fields=[1]), definition(rules=[1]), definition(page=1)):
        assert not usable_draft(bad)
    assert not usable_draft(definition(fields=[{"options": [1]}]))
