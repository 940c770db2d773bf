"""The immunisation register (予防接種台帳), one row a dose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from yakuba.core.sheets.cells import Cell, code, text
from yakuba.core.sheets.dates import parse_day
from yakuba.handbook.domain.births import begin_of, in_pregnancy
from yakuba.handbook.register.names import UNKNOWN, Meaning, Names
from yakuba.handbook.register.table import Columns, Found, Row, open_table, short

COLUMNS: Columns = {
    "number": ("宛名番号", "宛名コード", "住民コード", "住民番号"),
    "vaccine": ("ワクチン", "ワクチン名", "予防接種名", "接種名", "予防接種の種類", "接種種別"),
    "product": ("製品", "製品名", "商品名", "ワクチン製品名"),
    "given_on": ("接種日", "接種年月日"),
    "lot": ("ロット", "ロット番号", "Lot", "LotNo", "製造番号"),
    "clinic": ("医療機関", "医療機関名", "接種場所", "実施機関"),
}
MUST = ("number", "vaccine", "given_on")
_LENGTHS = {"number": 32, "vaccine": 80, "product": 80, "lot": 40, "clinic": 200}


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One row. ``vaccine`` is a code of the rule book; ``named``: what the file wrote."""

    row: int
    number: str
    vaccine: str
    product: str
    given_on: date
    lot: str = ""
    clinic: str = ""
    named: str = ""

    @property
    def key(self) -> tuple[str, str, date]:
        """What makes two rows the same dose."""
        vaccine = f"{UNKNOWN}:{self.named}" if self.vaccine == UNKNOWN else self.vaccine
        return self.number, vaccine, self.given_on


@dataclass(frozen=True, slots=True)
class People:
    """Whose doses are read. ``births``: number → birth date; ``dues``: number → due date, as far as known.

    ``born``: the number of a notice of pregnancy → the children born of it (number, birth), one a pregnancy.
    ``mothers``: codes of vaccines that a mother is given for the child (母子免疫).
    """

    births: Mapping[str, date | None]
    dues: Mapping[str, date] = field(default_factory=dict)
    born: Mapping[str, Sequence[tuple[str, date]]] = field(default_factory=dict)
    mothers: frozenset[str] = frozenset()

    def whose(self, number: str, given_on: date) -> str | None:
        """The number of the child that a row is of; ``None``: of nobody here.

        Once a pregnancy was handed over to its child, rows of that time under its number are the child's.
        """
        for child, birth in self.born.get(number, ()):
            if in_pregnancy(given_on, birth, self.dues.get(child)):
                return child
        return number if number in self.births else None


@dataclass(frozen=True, slots=True)
class DoseFile:
    """``unknown``: names without a meaning and how many rows use each; ``strangers``: rows of nobody here."""

    lines: tuple[DoseLine, ...]
    unknown: Mapping[str, int]
    strangers: int
    twice: int


def read_doses(file: str, data: bytes, *, people: People, names: Names, today: date) -> DoseFile:
    """Every dose of a file for these people.

    Raises ``BadInput`` with every fault. Rows of other people are counted and left out, rows that say the
    same dose twice count once. A dose before the birth is a fault, but for a mother's in the pregnancy.
    """
    table = open_table(file, data, COLUMNS, MUST)
    lines: dict[tuple[str, str, date], DoseLine] = {}
    unknown: dict[str, int] = {}
    strangers = twice = 0
    for row in table.rows():
        number = table.read(row, "number", _short("number", code), must=True)
        given_on = table.read(row, "given_on", parse_day, must=True)
        named = table.read(row, "vaccine", _short("vaccine", text), must=True)
        rest = {
            name: table.read(row, name, _short(name, text)) or "" for name in ("product", "lot", "clinic")
        }
        if number is None or given_on is None or named is None:
            continue
        number = people.whose(number, given_on)
        if number is None:
            strangers += 1
            continue
        meaning, problem = _meaning(names, named, rest["product"])
        vaccine = meaning.vaccine if meaning is not None else ""
        _check_day(table, row, given_on, people, number, vaccine, today)
        if problem:
            table.fault(row, "product", rest["product"], problem, "予診票を確かめてください")
            continue
        if meaning is None:
            unknown[named] = unknown.get(named, 0) + 1
            continue
        written = f"{named} {rest['product']}".strip()[:80]
        line = DoseLine(
            row.number,
            number,
            meaning.vaccine,
            meaning.product,
            given_on,
            rest["lot"],
            rest["clinic"],
            written,
        )
        twice += line.key in lines
        lines[line.key] = line
    table.findings.raise_if_any()
    return DoseFile(tuple(lines.values()), unknown, strangers, twice)


def _meaning(names: Names, named: str, product: str) -> tuple[Meaning | None, str]:
    try:
        return names.meaning(named, product), ""
    except ValueError as error:
        return None, str(error)


def _check_day(
    table: Found, row: Row, given_on: date, people: People, number: str, vaccine: str, today: date
) -> None:
    birth, due = people.births.get(number), people.dues.get(number)
    if given_on > today:
        table.fault(row, "given_on", given_on, f"今日（{today}）までの日が必要です", "年を確かめてください")
    elif birth is not None and given_on < birth and vaccine in people.mothers:
        if not in_pregnancy(given_on, birth, due):
            span = f"{begin_of(birth, due)} から生年月日 {birth} の前日まで"
            expected = f"母の接種は、妊娠中（{span}）の日が必要です"
            table.fault(row, "given_on", given_on, expected, "宛名番号と年を確かめてください")
    elif birth is not None and given_on < birth:
        table.fault(
            row,
            "given_on",
            given_on,
            f"生年月日 {birth} 以後の日が必要です",
            "宛名番号と年を確かめてください",
        )


def _short(name: str, how: Callable[[Cell], str]) -> Callable[[Cell], str]:
    return short(_LENGTHS[name], how)
