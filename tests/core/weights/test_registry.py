"""models.toml: what it says is read exactly, and every fault is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.weights import BadRegistry, Measured, Model, parse_registry, render_registry
from yakuba.core.weights.store import shipped

GOOD = """format = "yakuba.models/1"
[[model]]
name = "seal-1"
file = "seal-1.onnx"
sha256 = "{hash}"
size = 12
licence = "Apache-2.0"
source = "training/ocr"
trained_on = "合成した様式"
measured = {{ tier = "A", figure = "0.993（n=1,258）", date = 2026-11-22 }}
""".format(hash="a" * 64)

MODEL = Model(
    "seal-1",
    "seal-1.onnx",
    "a" * 64,
    12,
    "Apache-2.0",
    "training/ocr",
    "合成した様式",
    Measured("A", "0.993（n=1,258）", date(2026, 11, 22)),
)


def test_a_registry_is_read_exactly() -> None:
    assert parse_registry(GOOD) == (MODEL,)
    without = "\n".join(line for line in GOOD.splitlines() if not line.startswith("measured"))
    assert parse_registry(without)[0].measured is None


def test_the_shipped_registry_is_sound() -> None:
    assert isinstance(shipped(), tuple)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "seal-1"', 'name = "Seal 1"', ("『name』", "「Seal 1」", "英小文字")),
        ('name = "seal-1"\n', "", ("『name』", "ありません")),
        ('file = "seal-1.onnx"', 'file = "../seal"', ("『file』", "「../seal」")),
        ('file = "seal-1.onnx"', 'file = "models.toml"', ("『file』", "models.toml 以外")),
        ('"' + "a" * 64 + '"', '"' + "A" * 64 + '"', ("『sha256』", "64桁")),
        ("size = 12", "size = 0", ("『size』", "「0」", "1以上")),
        ("size = 12", "size = true", ("『size』", "「True」")),
        ("size = 12", "size = 1.5", ("『size』", "「1.5」")),
        ('licence = "Apache-2.0"', 'licence = " "', ("『licence』",)),
        ('source = "training/ocr"', 'source = "a\\nb"', ("『source』",)),
        ("trained_on = ", "trained_in = ", ("『trained_on』", "『trained_in』", "知らない項目")),
        ("date = 2026-11-22", "date = 2026-11-22T00:00:00", ("measured 『date』", "2026-11-22")),
        ('tier = "A", ', "", ("measured 『tier』", "ありません")),
        ("measured = {", "measured = 1 #", ("『measured』", "「1」")),
        ('format = "yakuba.models/1"', 'format = "x"', ("『format』", "「x」")),
        ('format = "yakuba.models/1"', "format = ", ("TOML",)),
        ("[[model]]", "[model]", ("『format』",)),
    ],
)
def test_a_fault_names_the_entry_the_field_and_what_is_expected(
    old: str, new: str, words: tuple[str, ...]
) -> None:
    assert old in GOOD
    with pytest.raises(BadRegistry) as caught:
        parse_registry(GOOD.replace(old, new), "somewhere.toml")
    for word in ("somewhere.toml", *words):
        assert word in str(caught.value)


def test_every_fault_of_every_entry_is_told_at_once() -> None:
    bad = GOOD.replace("size = 12", "size = -1").replace("Apache-2.0", "")
    again = bad + bad.split("\n", 1)[1]
    with pytest.raises(BadRegistry) as caught:
        parse_registry(again)
    assert len(caught.value.problems) == 4
    assert sum("2番目の model" in problem for problem in caught.value.problems) == 2


def test_a_name_twice_and_one_file_with_two_hashes_are_faults() -> None:
    entry = GOOD.split("\n", 1)[1]
    with pytest.raises(BadRegistry, match="2つ目"):
        parse_registry(GOOD + entry)
    other = entry.replace('"seal-1"', '"seal-2"')
    assert len(parse_registry(GOOD + other)) == 2
    with pytest.raises(BadRegistry, match="2つの sha256"):
        parse_registry(GOOD + other.replace("a" * 64, "b" * 64))


def test_an_entry_that_is_no_table_is_a_fault() -> None:
    with pytest.raises(BadRegistry, match="1番目の model"):
        parse_registry('format = "yakuba.models/1"\nmodel = [3]')


line = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(str.strip)


@given(line, line, line, st.none() | st.builds(Measured, line, line, st.dates()))
def test_what_is_written_is_read_back(
    licence: str, source: str, trained_on: str, measured: Measured | None
) -> None:
    model = Model("m", "m.bin", "0" * 64, 1, licence, source, trained_on, measured)
    assert parse_registry(render_registry([MODEL, model])) == (MODEL, model)
