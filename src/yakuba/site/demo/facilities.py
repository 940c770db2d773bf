"""The register of 汐見区: published tables (``open_data``; one is CP932), its map, vacancies."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from yakuba.core.facilities import maps, vacancies
from yakuba.core.facilities.models import Dataset
from yakuba.core.facilities.services import Given, import_files
from yakuba.core.facilities.vacancies import ClassVacancy
from yakuba.site.demo.city import City

FOLDER = Path(__file__).parent / "open_data"
SOURCE = "汐見区オープンデータ（架空）"
AS_OF = date(2026, 10, 1)
ACTOR = "system:demo"
REFERENCE = "demo"
# Free seats for ages 0 to 5: a number, 空きなし (0), 人数は非公表 (?), no such class (-).
SEATS = {
    "はまかぜ保育園": "003??0",
    "なぎさ保育園": "3000?4",
    "しおさい保育園": "0004?3",
    "あさなぎ保育園": "?00305",
    "うみどり小規模保育室": "00?---",
    "ほたて保育園": "000033",
    "さざなみ保育園": "0?00?0",
    "とうだい保育園": "400006",
    "みさき小規模保育室": "?00---",
    "ひだまり保育園": "0000?3",
    "そよかぜ保育園": "003000",
    "わかば小規模保育室": "000---",
}


def load_facilities(city: City) -> str:
    """Through the real importer, once."""
    if not Dataset.objects.exists():
        files = [
            Given(path.name, path.read_bytes(), source=SOURCE, as_of=AS_OF)
            for path in sorted(FOLDER.glob("*.csv"))
        ]
        import_files(files, actor=ACTOR)
        maps.import_map(json.dumps(city.geojson()).encode(), by=ACTOR)
        vacancies.publish(
            REFERENCE,
            [
                _row(name, age, sign)
                for name, signs in SEATS.items()
                for age, sign in enumerate(signs)
                if sign != "-"
            ],
            month=date(2026, 12, 1),
            as_of=date(2026, 11, 1),
            source="汐見区 令和8年12月入所（架空）",
            by=ACTOR,
        )
    rows = sum(Dataset.objects.filter(current=True).values_list("rows", flat=True))
    return f"施設と制度 {rows}件、空き状況 {len(SEATS)}園"


def _row(name: str, age: int, sign: str) -> ClassVacancy:
    seats = int(sign) if sign.isdigit() and sign != "0" else None
    return ClassVacancy(name, age, sign != "0", seats)
