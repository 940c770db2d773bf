"""A form on the command line: whatever the YAML holds, one message a fault and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from yakuba.ocr import form_yaml
from yakuba.ocr.cli_read import load_form, read
from yakuba.ocr.domain.form import FieldPolicy
from yakuba.ocr.domain.form_reading import BadForm

GOOD = """format: yakuba.ocr.form/1
name: 申込書
version: "1"
page: {width_mm: 210, height_mm: 297}
blank: blank.png
fields:
  - {name: fee, kind: amount, box: [20, 40, 60, 8]}
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (changed('"1"', "2026-13-45"), "引用符で囲んで"),
        (changed("60, 8]", f"{'9' * 5000}, 8]"), "長すぎる数"),
        (changed("60, 8]", f"{'9' * 400}, 8]"), "ミリメートル"),
        (changed("210", "9" * 400), "1200 以下の数"),
        (changed("210", ".nan"), "1200 以下の数"),
        (GOOD + "keywords: " + "[" * 3000 + "]" * 3000, "入れ子が深すぎます"),
        (changed("box:", 'pattern: "a{99999999999999999999}", box:'), "正しい正規表現"),
        (changed("box:", "policy: always_staff, policy: auto_if_certified, box:"), "7行目の『policy』が2つ"),
        (GOOD + "fields: []\n", "8行目の『fields』が2つ"),
        (changed("name: 申込書", "name: [申込書"), "YAML の書き方に誤り"),
    ],
)
def test_a_definition_that_can_not_be_read_is_one_message_and_no_crash(
    tmp_path: Path, text: str, expected: str
) -> None:
    form, out = tmp_path / "form.yaml", tmp_path / "out.jsonl"
    form.write_text(text, encoding="utf-8")
    answer = CliRunner().invoke(read, ["--form", str(form), "scan.png", "-o", str(out)])
    assert answer.exit_code == 2
    assert expected in answer.output
    assert "form.yaml" in answer.output
    assert not out.exists()


def test_anchors_are_taken_and_a_field_of_staff_stays_one(tmp_path: Path) -> None:
    form = tmp_path / "form.yaml"
    more = (
        "  - &one {name: a, kind: amount, box: [20, 60, 60, 8], policy: always_staff}\n"
        "  - {<<: *one, name: b}\n"
    )
    form.write_text(GOOD + more, encoding="utf-8")
    assert [one.policy for one in load_form(form).fields[1:]] == [FieldPolicy.ALWAYS_STAFF] * 2


def test_the_line_of_a_fault_is_named() -> None:
    with pytest.raises(BadForm, match=r"a\.yaml：2行目の『x』が2つ"):
        form_yaml.load("x: 1\nx: 2\n", "a.yaml")
