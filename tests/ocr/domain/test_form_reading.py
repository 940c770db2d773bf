"""A form definition is read whole or refused with every fault named."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.form import Box, Kind, SumRule, Writing
from yakuba.ocr.domain.form_reading import BadForm, parse_form, render_form

TEXT = """
format: yakuba.ocr.form/1
name: 給与支払報告書
version: "2"
page: {width_mm: 210, height_mm: 297}
blank: blank.png
fields:
  - {name: payee_number, kind: my_number, box: [20, 40, 84, 7], cells: 12}
  - {name: paid, kind: amount, box: [110, 60, 60, 8], writing: hand}
  - {name: tax, kind: amount, box: [110, 70, 60, 8]}
  - {name: total, kind: amount, box: [110, 80, 60, 8], required: true}
  - {name: 氏名, kind: person_name, box: [20, 60, 60, 8], policy: always_staff}
  - {name: kana, kind: furigana, box: [20, 50, 60, 8]}
  - {name: zip, kind: postal_code, box: [20, 100, 30, 8]}
  - {name: home, kind: address, box: [20, 110, 100, 8]}
  - name: category
    kind: circle
    options: [{value: 特別徴収, box: [20, 80, 22, 6]}, {value: 普通徴収, box: [46, 80, 22, 6]}]
rules:
  - {sum: [paid, tax], equals: total}
  - {furigana: kana, of: 氏名}
  - {postal_code: zip, address: home}
keywords: [給与支払報告書]
"""


def data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TEXT)
    return loaded


def test_the_published_example_is_read() -> None:
    form = parse_form(data())
    assert (form.name, form.version, form.width_mm, form.blank) == ("給与支払報告書", "2", 210.0, "blank.png")
    assert form.field_named("payee_number").cells == 12
    assert form.field_named("paid").writing is Writing.HAND
    assert form.field_named("paid").box == Box(110, 60, 60, 8)
    assert [option.value for option in form.field_named("category").options] == ["特別徴収", "普通徴収"]
    assert form.rules[0] == SumRule(("paid", "tax"), "total")
    assert form.field_named("category").kind is Kind.CIRCLE


def test_what_is_written_is_read_back_equal() -> None:
    form = parse_form(data())
    assert parse_form(render_form(form)) == form


def test_an_unquoted_version_number_is_text() -> None:
    plain = data() | {"version": 2}
    assert parse_form(plain).version == "2"


FAULTS = [
    (lambda d: d.update(format="other/1"), "『format』"),
    (lambda d: d.pop("name"), "『name』：ありません"),
    (lambda d: d["page"].update(width_mm=-3), "『page.width_mm』：「-3」"),
    (lambda d: d["page"].update(height_mm=float("nan")), "『page.height_mm』"),
    (lambda d: d.update(fields=[]), "『fields』"),
    (lambda d: d["fields"][0].update(kind="digits"), "（payee_number）『kind』：「digits」"),
    (lambda d: d["fields"][0].update(box=[20, 40, 300, 7]), "（payee_number）『box』"),
    (lambda d: d["fields"][0].update(box=[20, 40, 0, 7]), "（payee_number）『box』"),
    (lambda d: d["fields"][0].update(box=[20, 40, "x", 7]), "（payee_number）『box』"),
    (lambda d: d["fields"][0].update(cells=0), "『cells』：「0」"),
    (lambda d: d["fields"][4].update(cells=5), "『cells』：「5」です。person_name の欄では書かないこと"),
    (lambda d: d["fields"][1].update(name="payee_number"), "ほかの欄と違う名前"),
    (lambda d: d["fields"][1].update(wrting="hand"), "『wrting』：知らない項目"),
    (lambda d: d["fields"][1].update(pattern="("), "正しい正規表現"),
    (lambda d: d["fields"][3].update(required="yes"), "『required』：「yes」"),
    (lambda d: d["fields"][8].update(options=[]), "2〜50個の選択肢"),
    (lambda d: d["fields"][8]["options"][1].update(value="特別徴収"), "互いに違う value"),
    (lambda d: d["fields"][0].update(options=[]), "circle の欄だけ"),
    (lambda d: d["rules"][0].update(sum=["paid", "氏名"]), "rules の 1番目：「氏名」"),
    (lambda d: d["rules"][1].update(of="nobody"), "rules の 2番目：「nobody」"),
    (lambda d: d["rules"].append({"what": 1}), "rules の 4番目"),
    (lambda d: d.update(keywords="給与"), "『keywords』"),
    (lambda d: d.update(colour="red"), "『colour』：知らない項目"),
]


@pytest.mark.parametrize(("damage", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_each_fault_is_named_with_its_place(damage: Any, said: str) -> None:
    broken = copy.deepcopy(data())
    damage(broken)
    with pytest.raises(BadForm) as caught:
        parse_form(broken, "様式.yaml")
    assert any(said in problem for problem in caught.value.problems), caught.value.problems
    assert all(problem.startswith("様式.yaml ") for problem in caught.value.problems)


def test_all_faults_are_told_at_once() -> None:
    broken = data()
    broken["fields"][0].update(kind="x", cells=-1)
    broken["name"] = ""
    with pytest.raises(BadForm) as caught:
        parse_form(broken)
    assert len(caught.value.problems) >= 3


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "kind", "box", "fields", "rules", "page"]), inner)
    ),
    max_leaves=12,
)


@given(json_like, json_like)
def test_no_data_whatever_breaks_the_reader(fields: Any, rules: Any) -> None:
    with pytest.raises(BadForm):
        parse_form(data() | {"fields": fields, "rules": rules, "page": rules})
