"""Printed sheets: nothing is lost, nothing is read as a command, nothing small is published."""

from __future__ import annotations

import random
import struct

import pypdfium2
import pytest
from noto_cjk_sans_jp_regular import FONT_PATH

from tests.nursery.explain_markets import deferred_acceptance, market_of
from yakuba.core.print.glyphs import Glyphs
from yakuba.nursery import printing
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.market import Labels
from yakuba.nursery.printing import ChildResult, ClassResult, Letterhead, MissingGlyphs

HEAD = Letterhead("汐見区", "令和9年4月入所 一次選考", "令和9年1月19日", "保育課 入所係")
NAMES = "𠮷田 髙橋 﨑山 葛󠄀城"


def _text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def _flat(pdf: bytes) -> str:
    return _text(pdf).replace("\r", "").replace("\n", "")


def _pages(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def _child(name: str = "網代 はる", wishes: int = 2, sentence: str = "理由です。") -> ChildResult:
    blocks = [
        explain.WishExplanation(
            wish=number,
            title=f"第{number}希望",
            place=f"千鳥浜保育園{number} 1歳",
            outcome="保留",
            chip="chip-wait",
            sentence=sentence,
            key_name="指数",
            cutoff="43",
            own="42",
            decided_by="指数の差（1）",
        )
        for number in range(1, wishes + 1)
    ]
    return ChildResult("0417", name, f"{name}さんは、今回は保留となりました。", blocks, "parent")


def test_a_childs_page_holds_the_result_and_every_reason() -> None:
    text = _flat(printing.print_child(_child(wishes=3), HEAD))
    for part in (
        "汐見区",
        "受付番号 0417",
        "網代 はる",
        "第3希望",
        "千鳥浜保育園3 1歳",
        "理由です。",
        "43",
        "指数の差（1）",
    ):
        assert part in text


def test_names_survive_in_the_text_layer() -> None:
    text = _text(printing.print_child(_child(NAMES), HEAD))
    for name in NAMES.split():
        assert name in text, [hex(ord(sign)) for sign in text if ord(sign) > 0x9FFF]


def test_a_variation_selector_changes_the_printed_glyph() -> None:
    def picture(name: str) -> bytes:
        pdf = printing.print_child(_child(name), HEAD)
        with pypdfium2.PdfDocument(pdf) as document:
            return bytes(document[0].render(scale=2).to_pil().tobytes())

    assert picture("葛󠄀城") != picture("葛󠄁城")


@pytest.mark.parametrize(
    "name", ["#panic()", "*強調* _下線_", "$x$", "\\", '"引用"', "#sys.inputs", "@label <l>", "= 見出し"]
)
def test_typst_signs_in_a_name_are_printed_and_not_obeyed(name: str) -> None:
    assert name in _text(printing.print_child(_child(name), HEAD)).replace("\r", "")


@pytest.mark.parametrize("character", ["🍎", "ꙮ", "葛\U000e01ef"])
def test_a_character_without_a_glyph_is_refused_by_name(character: str) -> None:
    with pytest.raises(MissingGlyphs, match=f"U\\+{ord(character[-1]):04X}") as caught:
        printing.print_child(_child(f"山{character}田"), HEAD)
    assert caught.value.characters == (character,)


def test_a_character_without_a_glyph_is_marked_on_request() -> None:
    text = _text(printing.print_child(_child("山🍎田"), HEAD, missing="mark"))
    assert "山〓田" in text


def test_no_glyph_is_missing_from_ordinary_names() -> None:
    assert printing.missing_glyphs(NAMES, "辻󠄀\n\t", "ABC xyz 123", "々〆ヶ") == []
    assert printing.missing_glyphs("a🍎", "🍎b\U0001f34f") == ["🍎", "\U0001f34f"]


@pytest.mark.parametrize("wishes", [1, 8, 20])
def test_one_child_is_one_page(wishes: int) -> None:
    long = "優先順位が上の方で席が埋まりました。人数はお示ししません。"
    pdf = printing.print_child(_child(wishes=wishes, sentence=long), HEAD)
    assert _pages(pdf) == 1
    assert f"第{wishes}希望" in _text(pdf)


def test_what_does_not_fit_on_the_page_is_counted() -> None:
    pdf = printing.print_child(_child(wishes=200), HEAD)
    text = _text(pdf)
    assert _pages(pdf) == 1
    assert "件は、この紙に載せていません" in text
    assert "第1希望" in text
    assert "第200希望" in text  # where the obtained wish stands


def test_neighbours_with_equal_reasons_share_a_row() -> None:
    one = _child(wishes=1).wishes[0]
    same = [
        explain.WishExplanation(**{**_fields(one), "wish": n, "title": f"第{n}希望"}) for n in range(1, 300)
    ]
    text = _text(printing.print_child(ChildResult("1", "名", "見出し", same, "officer"), HEAD))
    assert "第1希望から第299希望" in text.replace("\r\n", "").replace("\n", "")
    assert "職員用" in text


def _fields(block: explain.WishExplanation) -> dict[str, object]:
    return {name: getattr(block, name) for name in block.__dataclass_fields__}


def test_the_same_input_prints_the_same_bytes() -> None:
    assert printing.print_child(_child(), HEAD) == printing.print_child(_child(), HEAD)


def test_a_real_result_is_printed_for_both_readers() -> None:
    market = market_of(random.Random(3), families=60, classes=6, wishes=6, seats=6, siblings=0)
    claims = list(explain.claims(market, deferred_acceptance(market)))
    _, lines = max(explain.by_child(claims), key=lambda pair: len(pair[1]))
    for audience in ("officer", "parent"):
        blocks = explain.blocks(lines, audience, Labels())
        result = ChildResult("1", "名", explain.headline(lines, audience, Labels()), blocks, audience)
        text = _text(printing.print_child(result, HEAD))
        assert blocks[0].place in text
        assert ("職員用" in text) == (audience == "officer")


def _rows() -> list[ClassResult]:
    return [
        ClassResult("1-1", "はまかぜ 1歳", 12, 12, 0, 0, "41"),
        ClassResult("2-1", "ちどり 1歳", 2, 2, 0, 0, "77"),
        ClassResult("3-1", "まつかぜ 1歳", 20, 15, 0, 0, "66"),
        ClassResult("4-1", "なし 1歳", 0, 0, 0, 0, None),
    ]


def test_the_public_table_prints_what_it_is_given_and_says_why_cells_are_withheld() -> None:
    rows = [
        ["はまかぜ 1歳", "12", "30", "12", "18", "41"],
        ["ちどり 1歳", "2", "非公表", "非公表", "非公表", "非公表"],
    ]
    text = _text(printing.print_public(rows, HEAD, key_name="指数"))
    for part in ("41", "非公表", "個人が特定されない", "最低の指数"):
        assert part in text
    assert "職員用" not in text


def test_the_officers_table_holds_everything() -> None:
    text = _text(printing.print_classes(_rows(), HEAD, key_name="指数"))
    for part in ("77", "66", "2-1", "職員用"):
        assert part in text


def test_class_rows_come_from_the_claims_in_natural_order() -> None:
    lines = [
        {"kind": "key_names", "names": ["日"], "ascending": [True]},
        {
            "kind": "cutoff",
            "class": "10-1",
            "capacity": 3,
            "occupants": 3,
            "holders": 1,
            "transfers": 2,
            "last": "a",
            "keys": [-7],
        },
        {
            "kind": "cutoff",
            "class": "2-1",
            "capacity": 3,
            "occupants": 1,
            "holders": 1,
            "transfers": 1,
            "last": "b",
            "keys": [-9],
        },
        {"kind": "not_placed"},
    ]
    assert printing.class_results(lines, {"2-1": "に"}) == [
        ClassResult("2-1", "に", 3, 1, 1, 1, None),
        ClassResult("10-1", "10-1", 3, 3, 1, 2, "7"),
    ]


def test_the_certificate_names_its_facts_and_what_it_does_not_prove() -> None:
    facts = [("結果", [("状態", "安定"), ("割当て", "366人")])]
    text = _text(
        printing.print_certificate(facts, HEAD, headline="競合なし #1", not_checked=["最少であること"])
    )
    for part in ("割当ての証明書", "競合なし #1", "366人", "確かめていないこと", "最少であること"):
        assert part in text
    assert "確かめていないこと" not in _text(printing.print_certificate(facts, HEAD, headline="競合なし"))


def test_a_font_without_a_character_map_is_refused() -> None:
    with pytest.raises(ValueError, match="cmap"):
        Glyphs.of(struct.pack(">4sHHHH", b"OTTO", 0, 0, 0, 0) + bytes(16))
    table = struct.pack(">4sIII", b"cmap", 0, 28, 4) + struct.pack(">HH", 0, 0)
    with pytest.raises(ValueError, match="形式12"):
        Glyphs.of(struct.pack(">4sHHHH", b"OTTO", 1, 0, 0, 0) + table)


def test_glyphs_agree_with_what_the_font_draws() -> None:
    glyphs = Glyphs.of(FONT_PATH.read_bytes())
    assert glyphs.has("𠮷")
    assert glyphs.has("葛", "\U000e0100")
    assert not glyphs.has("葛", "\U000e01ef")
    assert not glyphs.has("\u0378")
    assert not glyphs.has("\U0010ffff")
    assert glyphs.marked("葛\U000e01ef葛") == "〓葛"
