"""Lexicons lean, never decide; variants are never folded; rules only add doubt."""

from __future__ import annotations

import pytest

from yakuba.ocr.domain.form import (
    Box,
    Field,
    FormDefinition,
    FuriganaRule,
    Kind,
    PostalAddressRule,
    SumRule,
)
from yakuba.ocr.domain.names import (
    VARIANTS,
    NameLexicon,
    are_variants,
    kana_neighbours,
    reading_fits,
    variants_of,
)
from yakuba.ocr.domain.postal import AddressBook, with_counters
from yakuba.ocr.domain.reading import FieldReading, Reason
from yakuba.ocr.domain.rules import apply_rules, sums_up

NAMES = NameLexicon(
    {"佐藤": frozenset({"さとう"}), "渡辺": frozenset({"わたなべ"}), "林": frozenset({"はやし"})},
    {"太郎": frozenset({"たろう"}), "葵": frozenset({"あおい", "まもる"})},
)
BOOK = AddressBook(
    {
        "1050011": (("東京都", "港区", "芝公園"),),
        "1050014": (("東京都", "港区", "芝"),),
        "1140000": (("東京都", "北区", ""),),
        "5300000": (("大阪府", "大阪市北区", ""),),
    }
)


def test_a_full_name_is_known_better_than_half_of_one() -> None:
    assert [NAMES.known(name) for name in ("佐藤 太郎", "佐藤一", "龍太郎", "謎謎")] == [2, 1, 1, 0]
    assert NAMES.parts("林葵") == [("林", "葵")]


def test_readings_are_those_of_surname_and_given_name() -> None:
    assert NAMES.readings("林葵") == {"はやしあおい", "はやしまもる"}
    assert reading_fits(NAMES, "ハヤシ アオイ", "林葵") is True
    assert reading_fits(NAMES, "ハヤシ ミドリ", "林葵") is False
    assert reading_fits(NAMES, "ナゾ", "謎") is None
    assert [NAMES.known_reading(kana) for kana in ("サトウタロウ", "サトウ某", "なぞ")] == [2, 1, 0]


def test_a_neighbour_differs_in_one_character_and_is_better_known() -> None:
    assert NAMES.neighbours("佐蕨太郎") == ["佐藤太郎"]
    assert NAMES.neighbours("佐藤太郎") == []
    assert "佐藤太郎" in NAMES.neighbours("佐藤大郎")


@pytest.mark.parametrize("name", ["渡邉太郎", "渡邊太郎"])
def test_a_variant_is_never_replaced_by_the_common_shape(name: str) -> None:
    assert NAMES.neighbours(name) == []


def test_variants_are_symmetric_and_distinct() -> None:
    assert are_variants("邉", "邊")
    assert are_variants("高", "髙")
    assert not are_variants("高", "高")
    assert not are_variants("高", "崎")
    for group in VARIANTS:
        assert len(set(group)) == len(group) > 1
        assert all(variants_of(char) == set(group) - {char} for char in group)


def test_kana_neighbours_change_the_size_of_one_kana() -> None:
    assert kana_neighbours("シヨッ") == ["ショッ", "シヨツ"]
    assert kana_neighbours("アイ") == ["ァイ", "アィ"]


def test_an_address_is_cut_into_its_known_parts() -> None:
    parsed = BOOK.parse("東京都港区芝公園4-2-8")
    assert (parsed.prefecture, parsed.city, parsed.town, parsed.rest) == ("東京都", "港区", "芝公園", "4-2-8")
    assert BOOK.parse("港区芝3").depth == 2  # without its prefecture
    assert BOOK.parse("どこか").depth == 0


def test_an_unknown_part_is_replaced_by_one_that_differs_in_one_character() -> None:
    assert "東京都港区芝公園1" in BOOK.neighbours("東京都巷区芝公園1")
    assert BOOK.neighbours("東京都港区芝公園1") == []
    assert BOOK.neighbours("東京部港区芝公園1")[0] == "東京都港区芝公園1"


@pytest.mark.parametrize(
    ("read", "repaired"),
    [("門外3J17番10号", "門外3丁目17番10号"), ("門外３JＨ17番", "門外3丁目17番"),
     ("東3丁17番", "東3丁目17番"), ("東3丁目17番", None),
     ("東3-17番", None), ("東33番", None), ("北3条西4番", None), ("東3番17番", None),
     ("東3丁目あ17", None), ("東3いろはに17番", None), ("東京ab17番", None)],
)  # fmt: skip
def test_signs_between_two_numbers_before_a_counter_may_be_chome(read: str, repaired: str | None) -> None:
    assert with_counters(read) == ([] if repaired is None else [repaired])


def test_a_code_belongs_to_its_town() -> None:
    assert BOOK.fits("1050011", "東京都港区芝公園4") is True
    assert BOOK.fits("1050011", "港区芝公園4") is True
    assert BOOK.fits("1140000", "東京都港区芝公園4") is False
    assert BOOK.fits("9999999", "東京都港区芝公園4") is None


FORM = FormDefinition(
    "f",
    "1",
    210,
    297,
    "b.png",
    tuple(
        Field(name, kind, Box(0, 0, 1, 1))
        for name, kind in (
            ("a", Kind.AMOUNT),
            ("b", Kind.AMOUNT),
            ("sum", Kind.AMOUNT),
            ("kana", Kind.FURIGANA),
            ("name", Kind.PERSON_NAME),
            ("zip", Kind.POSTAL_CODE),
            ("address", Kind.ADDRESS),
            ("rest", Kind.LINE),
        )
    ),
    (SumRule(("a", "b"), "sum"), FuriganaRule("kana", "name"), PostalAddressRule("zip", "address")),
)


def readings(**texts: str) -> dict[str, tuple[Reason, ...]]:
    given = [FieldReading(field.name, texts.get(field.name, ""), "", 0.9) for field in FORM.fields]
    done = apply_rules(FORM, given, lambda: NAMES, lambda: BOOK)
    return {one.name: one.reasons for one in done if one.reasons}


def test_fields_that_fit_raise_no_doubt() -> None:
    good = {"a": "1", "b": "2", "sum": "3", "kana": "サトウタロウ", "name": "佐藤太郎"}
    assert readings(**good, zip="1050011", address="港区芝公園1", rest="x") == {}
    assert readings() == {}


def test_every_field_of_a_broken_rule_is_doubted_and_no_other() -> None:
    assert readings(a="1", b="2", sum="4") == dict.fromkeys(("a", "b", "sum"), (Reason.SUM_MISMATCH,))
    doubt = (Reason.FURIGANA_NAME,)
    assert readings(kana="ハヤシ", name="佐藤太郎") == dict.fromkeys(("kana", "name"), doubt)
    assert readings(zip="1140000", address="港区芝1") == dict.fromkeys(
        ("zip", "address"), (Reason.POSTAL_ADDRESS,)
    )
    assert set(readings(zip="0000000", address="港区芝1")) == {"zip", "address"}


def test_a_name_that_the_lexicon_does_not_know_is_no_fault() -> None:
    assert readings(kana="ナゾ", name="謎") == {}


def test_empty_parts_count_nothing_and_text_is_no_sum() -> None:
    rule = SumRule(("a", "b"), "sum")
    assert sums_up(rule, {"a": "3", "b": "", "sum": "3"})
    assert sums_up(rule, {"a": "-3", "b": "5", "sum": "2"})
    assert not sums_up(rule, {"a": "3", "b": "", "sum": ""})
    assert not sums_up(rule, {"a": "x", "b": "", "sum": "3"})
