"""Versions in the database: import, undo, what crosses to the residents' installation, vacancies, map."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.core.facilities.tables import DEMO, childcare, table
from yakuba.cli import main
from yakuba.core.audit.models import AuditEntry
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.models import ItemForResidents
from yakuba.core.facilities import crossing, keeping, maps, register, services, vacancies
from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.facilities.domain.shapes import BadMap
from yakuba.core.facilities.models import Dataset, Facility, Import, MapShape, Vacancy, VacancyNotice
from yakuba.core.facilities.services import Given, ImportRefused
from yakuba.core.facilities.vacancies import ClassVacancy
from yakuba.core.files.models import StoredFile
from yakuba.core.tables import TableFaults
from yakuba.site.demo.city import make_city

pytestmark = pytest.mark.django_db


def given(*changes: dict[str, str], source: str = "汐見区") -> Given:
    return Given("childcare.csv", table(childcare(*changes)), source=source, as_of=date(2026, 10, 1))


def put(*changes: dict[str, str]) -> Dataset:
    return services.import_files([given(*changes)], actor="system:test")[0][0]


def names() -> list[str]:
    return sorted(one.place.name for one in register.shown().places)


def test_what_was_imported_is_shown_and_nothing_else() -> None:
    assert register.shown().places == ()
    put({}, {"名称": "なぎさ保育園"})
    assert names() == ["なぎさ保育園", "はまかぜ保育園"]
    put({"名称": "なぎさ保育園"})
    assert names() == ["なぎさ保育園"]
    source = register.shown().sources[0]
    assert (source.source, source.as_of, source.rows) == ("汐見区", date(2026, 10, 1), 1)
    assert [one.number for one in Dataset.objects.filter(kind="childcare")] == [2, 1]


def test_undo_shows_the_version_before_and_then_nothing() -> None:
    put({})
    put({"名称": "なぎさ保育園"})
    before = services.undo("childcare", by="system:test")
    assert before is not None
    assert (before.number, before.current) == (1, True)
    assert names() == ["はまかぜ保育園"]
    assert services.undo("childcare", by="system:test") is None
    assert names() == []
    with pytest.raises(ImportRefused, match="取り込んだ版がありません"):
        services.undo("childcare", by="system:test")
    assert put({}).number == 3  # a number is never used twice
    assert list(AuditEntry.objects.filter(action="facilities.undo").values_list("detail", flat=True)) == [
        {"version": 2, "back_to": 1},
        {"version": 1, "back_to": 0},
    ]


def test_only_three_versions_keep_their_rows() -> None:
    for name in "ABCDE":
        put({"名称": name})
    assert [one.number for one in Dataset.objects.all()] == [5, 4, 3]
    assert Facility.objects.count() == 3


def test_several_files_are_taken_all_or_none() -> None:
    bad = Given("b.csv", table(childcare({"緯度": "x"}, {"許可等年月日": "?"})))
    with pytest.raises(TableFaults) as caught:
        services.import_files([given(), bad], actor="system:test")
    assert [(one.file, one.row) for one in caught.value.faults] == [("b.csv", 2), ("b.csv", 3)]
    assert not Dataset.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_draft_changes_nothing_until_it_is_confirmed() -> None:
    put({}, {"名称": "なぎさ保育園"})
    draft = services.receive(given({"電話番号": "0X-XXXX-1"}, {}, {"名称": "新しい園"}), by=None)
    assert names() == ["なぎさ保育園", "はまかぜ保育園"]
    found = services.preview(draft).difference
    assert [one.name for one in found.added] == ["新しい園"]
    assert [one.name for one in found.changed] == ["はまかぜ保育園", "はまかぜ保育園"]
    assert draft.figures == {"rows": 3, "added": 1, "changed": 2, "removed": 0}
    services.confirm(draft, by=None)
    assert "新しい園" in names()
    assert draft.state == Import.State.DONE
    with pytest.raises(ImportRefused, match="もう取り込まれて"):
        services.confirm(draft, by=None)


def test_a_draft_that_was_looked_at_before_another_import_is_refused() -> None:
    draft = services.receive(given({"名称": "なぎさ保育園"}), by=None)
    put({})
    with pytest.raises(ImportRefused, match="別のファイル"):
        services.confirm(draft, by=None)
    assert names() == ["はまかぜ保育園"]


def test_a_person_has_one_draft_and_giving_it_up_leaves_no_file() -> None:
    services.receive(given(), by=None)
    second = services.receive(given({"名称": "なぎさ保育園"}), by=None)
    assert Import.objects.count() == StoredFile.objects.count() == 1
    services.give_up(second)
    assert Import.objects.count() == StoredFile.objects.count() == 0


def test_a_faulty_file_leaves_nothing_behind() -> None:
    with pytest.raises(TableFaults):
        services.receive(given({"名称": ""}), by=None)
    assert not Import.objects.exists()
    assert not StoredFile.objects.exists()


def test_nothing_crosses_where_both_faces_read_the_same_tables() -> None:
    put({})
    assert not ItemForResidents.objects.exists()


def item(kind: str) -> Item:
    posted = ItemForResidents.objects.get(kind=kind)
    content = json.loads(posted.content) if posted.content else None
    return Item(posted.kind, posted.action, posted.reference, content)


def test_a_version_crosses_to_a_residents_installation_and_back_again(settings: Any) -> None:
    settings.YAKUBA_FACE = "staff"
    put({})
    put({"名称": "なぎさ保育園"})
    second = item(crossing.DATASET)
    services.undo("childcare", by="system:test")
    first = item(crossing.DATASET)
    services.undo("childcare", by="system:test")
    gone = item(crossing.DATASET)
    assert gone.action == "revoke"
    settings.YAKUBA_FACE = "resident"
    Dataset.objects.all().delete()
    crossing.take_dataset(second)
    assert names() == ["なぎさ保育園"]
    kept = Dataset.objects.get()
    crossing.take_dataset(second)  # the same once more changes nothing
    assert Dataset.objects.get() == kept
    crossing.take_dataset(first)
    assert names() == ["はまかぜ保育園"]
    crossing.take_dataset(gone)
    assert names() == []


@pytest.mark.parametrize(
    "content",
    [None, {}, {"format": 2}, {"format": 1, "records": [{"kind": "childcare"}]}, {"format": 1, "records": 3}],
)
def test_what_another_version_of_the_product_sends_is_refused_whole(content: Any) -> None:
    put({})
    for kind, take in (
        (crossing.DATASET, crossing.take_dataset),
        (crossing.VACANCIES, crossing.take_vacancies),
    ):
        with pytest.raises(ExchangeError, match="同じ版"):
            take(Item(kind, "put", "childcare", content))
    with pytest.raises(ExchangeError, match="同じ版"):
        crossing.take_dataset(Item(crossing.DATASET, "put", "unheard", {}))
    assert names() == ["はまかぜ保育園"]


ROWS = [
    ClassVacancy("はまかぜ保育園", 0, True, 3),
    ClassVacancy("はまかぜ保育園", 1, True, None),
    ClassVacancy("はまかぜ保育園", 2, False),
    ClassVacancy("なぎさ保育園", 0, None),
]


def publish(reference: str = "round:1", month: date = date(2027, 4, 15)) -> VacancyNotice:
    return vacancies.publish(
        reference, ROWS, month=month, as_of=date(2027, 1, 20), source="汐見区", by="system:test"
    )


def test_vacancies_are_shown_with_month_and_day_and_without_withheld_numbers() -> None:
    notice = publish()
    assert notice.month == date(2027, 4, 1)
    found = vacancies.of_nurseries(vacancies.newest(), ["ハマカゼ保育園", "別の園"])
    assert [(one.age, one.state, one.seats) for rows in found.values() for one in rows] == [
        (0, "free", 3),
        (1, "free", None),
        (2, "none", 0),
    ]
    assert vacancies.of_nurseries(None, ["はまかぜ保育園"]) == {}


def test_publishing_again_replaces_and_the_newest_month_is_shown() -> None:
    publish()
    again = publish()
    assert VacancyNotice.objects.get() == again
    assert Vacancy.objects.count() == len(ROWS)
    later = publish("round:2", date(2027, 5, 1))
    assert vacancies.newest() == later
    assert vacancies.withdraw("round:2", by="system:test")
    assert vacancies.newest() == again
    assert not vacancies.withdraw("round:2", by="system:test")


def test_vacancies_cross_and_are_taken_back(settings: Any) -> None:
    settings.YAKUBA_FACE = "staff"
    publish()
    posted = item(crossing.VACANCIES)
    vacancies.withdraw("round:1", by="system:test")
    gone = item(crossing.VACANCIES)
    settings.YAKUBA_FACE = "resident"
    crossing.take_vacancies(posted)
    crossing.take_vacancies(posted)
    assert Vacancy.objects.count() == len(ROWS)
    assert posted.content == crossing.vacancies_content(VacancyNotice.objects.get())
    crossing.take_vacancies(gone)
    assert not VacancyNotice.objects.exists()


def test_the_map_is_drawn_from_the_towns_own_layer(settings: Any) -> None:
    settings.YAKUBA_FACE = "staff"
    data = json.dumps(make_city(1).geojson(), ensure_ascii=False).encode()
    assert maps.import_map(data, by="system:test") == 8
    shapes = maps.drawn()
    assert [one.name for one in shapes if one.kind == "district"][:2] == ["灯台前", "帆立坂"]
    assert sum(one.kind == "street" for one in shapes) == 8
    sent = item(crossing.MAP)
    MapShape.objects.all().delete()
    crossing.take_map(sent)
    assert maps.drawn() == shapes
    with pytest.raises(ExchangeError):
        crossing.take_map(Item(crossing.MAP, "put", "map", {"shapes": [{"kind": "x"}]}))


def feature(shape: str, coordinates: Any, **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": properties,
    }


SQUARE = [[[138.0, 33.0], [138.1, 33.0], [138.1, 33.1], [138.0, 33.0]]]


@pytest.mark.parametrize(
    ("features", "says"),
    [
        (None, "features"),
        ([], "多角形"),
        ([feature("Point", [138, 33], name="x")], "多角形"),
        ([feature("Polygon", SQUARE)], "名称"),
        ([feature("Polygon", [[[33.0, 138.0], [33.1, 138.0], [33.0, 138.0]]], name="x")], "日本の外"),
        ([feature("Polygon", [], name="x")], "座標"),
        ([feature("Polygon", [[[138.0, 33.0]]], name="x")], "2つ以上"),
        ([{"type": "Feature"}], "形がありません"),
        ([feature("Polygon", SQUARE, name="x", kind="town")], "多角形"),
    ],
)
def test_a_bad_map_is_refused_and_the_one_before_stays(features: Any, says: str) -> None:
    good = {"type": "FeatureCollection", "features": [feature("MultiPolygon", [SQUARE, SQUARE], name="島")]}
    assert maps.import_map(json.dumps(good).encode(), by="system:test") == 1
    with pytest.raises(BadMap, match=says):
        maps.import_map(
            json.dumps({"type": "FeatureCollection", "features": features}).encode(), by="system:test"
        )
    for data in (b"{", b"[]", b"\xff"):
        with pytest.raises(BadMap):
            maps.import_map(data, by="system:test")
    assert [one.name for one in maps.drawn()] == ["島"]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["facilities", *arguments], catch_exceptions=False)


def test_the_command_takes_the_demo_citys_tables(tmp_path: Path) -> None:
    files = [str(one) for one in sorted(DEMO.glob("*.csv"))]
    dry = run("import", "--dry-run", *files)
    assert dry.exit_code == 0
    assert "追加 20件" in dry.output
    assert "おおむね3歳まで" in dry.output
    assert not Dataset.objects.exists()
    assert run("import", "--source", "汐見区", "--as-of", "2026-10-01", *files).exit_code == 0
    assert {one.kind: one.rows for one in Dataset.objects.all()} == {
        "public": 30,
        "childcare": 20,
        "clinic": 25,
        "baby": 15,
        "support": 12,
    }
    listing = run("list").output
    assert all(KINDS[kind].label in listing for kind in ("public", "support"))
    assert "何も表示しない" in run("undo", "support").output
    assert run("undo", "support").exit_code == 1


def test_the_command_names_every_fault_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table(childcare({}, {"緯度": "x"}), "cp932"))
    failed = run("import", str(path))
    assert failed.exit_code == 2
    assert "a.csv：3行目の列「緯度」" in failed.output
    assert not Dataset.objects.exists()
    broken = tmp_path / "m.geojson"
    broken.write_text("{}")
    assert run("map", str(broken)).exit_code == 2
    assert "台帳はまだありません" in run("list").output


def test_records_come_back_as_they_were_read() -> None:
    reading, _ = services.look(Given("clinic.csv", (DEMO / "clinic.csv").read_bytes()))
    services.import_files([Given("clinic.csv", (DEMO / "clinic.csv").read_bytes())], actor="system:test")
    assert keeping.records_of(keeping.current("clinic")) == list(reading.records)
