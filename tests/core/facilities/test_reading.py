"""Whole tables: both editions, every encoding, planted faults; nothing is half read."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.facilities.tables import CHILDCARE, DEMO, childcare, reading, table
from yakuba.core.facilities.domain.columns import KINDS, kind_of
from yakuba.core.facilities.domain.difference import difference
from yakuba.core.facilities.domain.records import Place, Scheme, as_json, place_of, scheme_of
from yakuba.core.facilities.files import read_file

OLD = {
    "都道府県コード又は市区町村コード": "999997",
    "NO": "7",
    "都道府県名": "",
    "市区町村名": "汐見区",
    "名称": "汐浜こどもクリニック",
    "名称_カナ": "シオハマコドモクリニック",
    "医療機関の種類": "無床診療所",
    "住所": "汐見区汀町二丁目3番4号",
    "方書": "汀ビル2階",
    "緯度": "33.6068",
    "経度": "138.3635",
    "診療曜日": "月火水金土",
    "診療開始時間": "9:00",
    "診療終了時間": "18:00",
    "診療日時特記事項": "祝日は休診",
    "診療科目": "小児科;アレルギー科",
    "病床数": "0",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_every_encoding_of_a_town_is_read_alike(encoding: str) -> None:
    found = read_file("a.csv", table(childcare(), encoding))
    assert found.good
    assert found.kind == "childcare"
    place = found.records[0]
    assert isinstance(place, Place)
    assert place.name == "はまかぜ保育園"
    assert place.permitted == "2002-04-01"
    assert place.services == ("temporary_care",)
    assert place.takes().total == 90
    assert place.hours().days is not None
    assert place.for_ages().known
    assert found.notes == ()


def test_the_older_edition_is_read_by_its_own_names() -> None:
    found = reading([OLD])
    assert found.good
    assert found.kind == "clinic"
    place = found.records[0]
    assert isinstance(place, Place)
    assert (place.code, place.address) == ("7", "汐見区汀町二丁目3番4号 汀ビル2階")
    assert place.departments == ("小児科", "アレルギー科")
    assert set(found.unused) == {"都道府県コード又は市区町村コード", "都道府県名", "市区町村名"}


def test_the_newer_name_of_a_column_wins_where_both_stand() -> None:
    rows = childcare({"住所": "古い住所"})
    place = reading(rows).records[0]
    assert isinstance(place, Place)
    assert place.address == CHILDCARE["所在地_連結表記"]
    turned = [dict(reversed(list(row.items()))) for row in rows]
    again = reading(turned).records[0]
    assert isinstance(again, Place)
    assert again.address == CHILDCARE["所在地_連結表記"]


FAULTS: list[tuple[Mapping[str, str], str, str, str]] = [
    ({"名称": ""}, "名称", "", "名称"),
    ({"緯度": "138.362", "経度": "33.597"}, "緯度", "138.362", "入れ替わ"),
    ({"緯度": "33.597.1"}, "緯度", "33.597.1", "十進"),
    ({"経度": ""}, "経度", "", "十進"),
    ({"緯度": "51.5"}, "緯度", "51.5", "日本の中"),
    ({"開始時間": "25:00"}, "開始時間", "25:00", "時刻"),
    ({"終了時間": "19:75"}, "終了時間", "19:75", "時刻"),
    ({"許可等年月日": "令和8年2月30日"}, "許可等年月日", "令和8年2月30日", "日付"),
    ({"ID": "K1"}, "ID", "K1", "2行目と違う値"),
    ({"名称": "あ" * 101}, "名称", "101文字", "100文字以下"),
]


@pytest.mark.parametrize(("change", "column", "found", "expected"), FAULTS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_a_planted_fault_is_named_by_row_and_column_and_nothing_is_read(
    change: Mapping[str, str], column: str, found: str, expected: str, encoding: str
) -> None:
    seen = read_file("a.csv", table(childcare({}, {}, change), encoding))
    assert seen.records == ()
    fault = seen.faults[0]
    assert (fault.file, fault.row, fault.column, fault.found) == ("a.csv", 4, column, found)
    assert expected in fault.expected


def test_every_fault_of_every_row_is_listed() -> None:
    rows = childcare({"緯度": "x"}, {}, {"許可等年月日": "昨日", "開始時間": "99:00"})
    seen = reading(rows)
    assert [(one.row, one.column) for one in seen.faults] == [
        (2, "緯度"),
        (4, "許可等年月日"),
        (4, "開始時間"),
    ]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"受入年齢": "おおむね3歳まで"}, "受入年齢"),
        ({"収容定員": "要問合せ"}, "収容定員"),
        ({"利用可能曜日": "不定期"}, "利用可能曜日"),
        ({"利用可能日時特記事項": "行事で変わります"}, "利用可能日時特記事項"),
        ({"開始時間": "日の出"}, "開始時間"),
        ({"一時預かりの有無": "曜日による"}, "一時預かりの有無"),
        ({"URL": "www.example.jp"}, "URL"),
    ],
)
def test_what_is_only_unclear_is_kept_and_noted(change: Mapping[str, str], column: str) -> None:
    seen = reading(childcare(change))
    assert seen.good
    assert len(seen.records) == 1
    assert [one.column for one in seen.notes] == [column]


def test_a_header_without_the_name_or_twice_the_same_is_refused() -> None:
    rows = [{key: value for key, value in row.items() if key != "名称"} for row in childcare()]
    seen = reading(rows)
    assert [(one.row, one.column) for one in seen.faults] == [(1, "名称")]
    twice = "名称,名称,受入年齢\r\nA,B,0歳\r\n".encode()
    assert any("同じ見出し" in one.found for one in read_file("a.csv", twice).faults)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空"),
        ("名称,受入年齢\r\n".encode(), "見出しだけ"),
        ("あ,い\r\n1,2\r\n".encode(), "どれかの見出し"),
        (b"a,\x81", "文字コード"),
        ('名称,受入年齢\r\n"開いた,0歳\r\n'.encode(), "引用符"),
        ("名称,受入年齢\r\nA,0歳,余り\r\n".encode(), "見出しと同じ2列"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(data: bytes, says: str) -> None:
    seen = read_file("a.csv", data)
    assert not seen.good
    assert says in str(seen.faults[0])


def test_a_row_without_a_number_is_known_again_by_its_name_and_address() -> None:
    rows = [
        {key: value for key, value in row.items() if key != "ID"} for row in childcare({}, {"名称": "別の園"})
    ]
    first = reading(rows)
    assert first.good
    changed = [rows[1], {**rows[0], "電話番号": "0X-XXXX-9999"}]
    found = difference(first.records, reading(changed).records)
    assert (len(found.added), len(found.removed), found.same) == (0, 0, 1)
    assert found.changed[0].fields == (("phone", "0X-XXXX-4100", "0X-XXXX-9999"),)


def test_the_kinds_are_told_apart_by_their_own_headers() -> None:
    for name, kind in (
        ("public_facility", "public"),
        ("childcare", "childcare"),
        ("clinic", "clinic"),
        ("baby_station", "baby"),
        ("support_scheme", "support"),
    ):
        found = read_file(f"{name}.csv", (DEMO / f"{name}.csv").read_bytes())
        assert found.good, found.faults
        assert found.kind == kind
    assert kind_of(["名称", "住所"]) is None


def test_every_name_of_a_column_belongs_to_one_field_of_its_kind() -> None:
    for kind in KINDS.values():
        for column in kind.columns:
            for _, name in column.names:
                assert kind.column(name) is column, (kind.key, name)


def test_support_schemes_say_for_whom_and_until_when() -> None:
    row = {
        "制度番号": "S1",
        "タイトル（制度名）": "おむつの無料配布",
        "対象者": "3か月以上1歳未満の子どもがいる家庭",
        "支援内容": "月1回",
        "利用・申請方法": "はがき",
        "申請窓口": "こども家庭支援課",
        "受付開始日": "令和8年4月1日",
        "受付終了日": "令和9年3月31日",
    }
    found = reading([row])
    assert found.kind == "support"
    scheme = found.records[0]
    assert isinstance(scheme, Scheme)
    assert (scheme.starts, scheme.ends, scheme.counter) == ("2026-04-01", "2027-03-31", "こども家庭支援課")
    assert scheme.for_ages().known
    wrong = reading([row | {"受付終了日": "2026-03-31"}])
    assert [one.column for one in wrong.faults] == ["受付終了日"]


def item(**target: int) -> dict[str, object]:
    return {
        "institutionName": {"canonicalName": "一時預かり利用料補助", "shortName": "預かり補助"},
        "summary": "利用料を補助します。",
        "target": {"targetPersons": "区内の子ども", **{k: {"targetAge": v} for k, v in target.items()}},
        "procedureCounter": "保育課",
        "tag": {"categoryCode": ["A1", "B2"]},
        "basicInformation": {"psid": "131032-3"},
        "updateDate": "2025-08-14",
    }


def test_the_registry_is_read_by_the_paths_of_its_items() -> None:
    found = read_file("registry.json", json.dumps([item(greaterThanOrEqualTo=0, lessThan=3)]).encode())
    assert found.good, found.faults
    assert found.kind == "registry"
    scheme = found.records[0]
    assert isinstance(scheme, Scheme)
    assert (scheme.code, scheme.name, scheme.counter) == ("131032-3", "一時預かり利用料補助", "保育課")
    assert scheme.category == "A1;B2"
    ages = scheme.for_ages()
    assert ages.known
    assert ages.high is not None
    assert ages.high.count == 36
    over = read_file("r.json", json.dumps({"items": [item(greaterThan=2, lessThanOrEqualTo=5)]}).encode())
    later = over.records[0].for_ages()
    assert later.low is not None
    assert later.high is not None
    assert (later.low.count, later.high.count) == (36, 72)


@pytest.mark.parametrize("data", [b"{", b"[1]", b'{"a": 1}', b'"x"', b"[" * 100_000, b"\xff"])
def test_json_that_is_no_list_of_items_is_refused(data: bytes) -> None:
    assert not read_file("r.json", data).good


@given(
    st.lists(
        st.fixed_dictionaries({name: st.text(max_size=20) for name in CHILDCARE}), min_size=1, max_size=4
    )
)
def test_whatever_stands_in_the_cells_is_a_fault_or_a_record(rows: list[dict[str, str]]) -> None:
    found = reading(rows, "childcare")
    assert bool(found.faults) != bool(found.records)
    for one in found.records:
        again = json.loads(json.dumps(as_json(one)))
        assert isinstance(one, Place)
        assert place_of(again) == one


def test_a_scheme_survives_the_way_through_json() -> None:
    one = Scheme("support", "S1", "名", target="0歳", ends="2027-03-31")
    assert scheme_of(json.loads(json.dumps(as_json(one)))) == one
    with pytest.raises(ValueError, match="Scheme"):
        scheme_of({"kind": "support", "code": "1", "name": "x", "other": 1})
    with pytest.raises(ValueError, match="Place"):
        place_of({"kind": "public"})
