"""Files of the immunisation register: names, products, days, doubles, other people's rows."""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.core.sheets.faults import BadInput
from yakuba.handbook.register.doses import DoseFile, People, read_doses
from yakuba.handbook.register.names import UNKNOWN, Meaning, Names, builtin, parse, plain
from yakuba.handbook.rulebooks.faults import BadRulebook
from yakuba.handbook.rulebooks.load import builtin as rulebook

TODAY = date(2026, 11, 23)
HEAD = "宛名番号,予防接種名,製品名,接種日,ロット番号,医療機関名"
BIRTHS = {"1": date(2026, 4, 2), "2": None}


def read(*rows: str, names: Names | None = None) -> DoseFile:
    data = "\r\n".join([HEAD, *rows]).encode("cp932")
    return read_doses("台帳.csv", data, people=People(BIRTHS), names=names or builtin(), today=TODAY)


def test_a_row_becomes_a_dose_under_the_rule_books_code() -> None:
    (line,) = read("1,小児用肺炎球菌,プレベナー２０,令和8年6月5日,AB12,はまかぜ小児科").lines
    assert (line.vaccine, line.product, line.given_on) == ("PCV", "PCV20", date(2026, 6, 5))
    assert (line.lot, line.clinic, line.named) == ("AB12", "はまかぜ小児科", "小児用肺炎球菌 プレベナー２０")


@pytest.mark.parametrize(
    ("name", "product", "meaning"),
    [
        ("ＭＲ（第1期）", "", Meaning("MR")),
        ("5種混合", "", Meaning("DPT_IPV_HIB")),
        ("ロタ", "ロタテック", Meaning("ROTA", "RV5")),
        ("日脳", "", Meaning("JE")),
        ("知らない名前", "シルガード9", Meaning("HPV", "HPV9")),
    ],
)
def test_names_are_known_however_they_are_written(name: str, product: str, meaning: Meaning) -> None:
    assert builtin().meaning(name, product) == meaning


def test_every_meaning_of_the_shipped_names_is_a_vaccine_of_the_rule_book() -> None:
    names, book = builtin(), rulebook("jp")
    assert {one.vaccine for one in (*names.vaccines.values(), *names.products.values())} <= set(book.vaccines)
    assert names.as_of == date(2026, 11, 23)


def test_a_product_of_another_vaccine_is_a_fault_not_a_guess() -> None:
    with pytest.raises(BadInput) as caught:
        read("1,四種混合,ゴービック,2026-06-05,,")
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.found) == (2, "製品", "ゴービック")


def test_unknown_names_are_counted_and_an_answer_explains_them() -> None:
    rows = ["1,Pentavalent,,2026-06-05,,", "1,Pentavalent,,2026-07-05,,", "1,謎,,2026-06-06,,"]
    found = read(*rows)
    assert (found.lines, found.unknown) == ((), {"Pentavalent": 2, "謎": 1})
    answered = builtin().with_answers({"pentavalent": {"vaccine": "DPT_IPV_HIB"}, "謎": {"vaccine": UNKNOWN}})
    lines = read(*rows, names=answered).lines
    assert [one.vaccine for one in lines] == ["DPT_IPV_HIB", "DPT_IPV_HIB", UNKNOWN]
    assert read(*rows, names=answered).unknown == {}


def test_the_same_dose_twice_counts_once_and_strangers_are_left_out() -> None:
    found = read("1,BCG,,2026-09-05,,", "1,ＢＣＧ,,R8.9.5,L2,", "77,BCG,,2026-09-05,,")
    assert (len(found.lines), found.twice, found.strangers) == (1, 1, 1)
    assert found.lines[0].lot == "L2"


def test_days_that_cannot_be_are_faults() -> None:
    with pytest.raises(BadInput) as caught:
        read("1,BCG,,2026-04-01,,", "1,BCG,,2026-11-24,,", "1,BCG,,,,", "2,RSウイルスワクチン,,2026-11-01,,")
    assert [(one.row, one.column) for one in caught.value.faults] == [
        (2, "接種日"),
        (3, "接種日"),
        (4, "接種日"),
    ]


def test_names_that_contradict_each_other_or_lack_a_date_are_refused() -> None:
    head = "format: yakuba.handbook.vaccine-names/1\nsource: x\n"
    twice = "vaccines:\n  - {vaccine: A, names: [x]}\n  - {vaccine: B, names: [Ｘ]}\nproducts: []\n"
    with pytest.raises(BadRulebook) as caught:
        parse("n.yaml", f"{head}as_of: 2026-01-01\n{twice}".encode())
    assert "ほかの行にない名称" in str(caught.value)
    with pytest.raises(BadRulebook):
        parse("n.yaml", f"{head}vaccines: []\nproducts: []\n".encode())


def test_names_are_compared_without_width_spaces_and_dashes() -> None:
    assert plain("ＭＲ（第１期）") == plain("mr第1期") == plain("ＭＲ・第 1 期")
