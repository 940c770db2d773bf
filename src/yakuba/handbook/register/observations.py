"""How staff pages call observations (特例・状態) and what they do, as dated data beside the rule book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from yakuba.handbook.domain.observed import codes_of
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.rulebooks.fields import Fields, close_dated, open_dated

FORMAT = "yakuba.handbook.observation-names/1"
NEEDED, OPTIONAL = "needed", "optional"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of observation. ``repeats``: may stand more than once, each with another day."""

    code: str
    title: str
    effect: str = ""
    date_label: str = "日付"
    date_needed: bool = False
    repeats: bool = False
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds that the data names."""

    as_of: date
    named: dict[str, Kind]

    def of(self, code: str, book: Rulebook) -> Kind:
        """A kind; one that the data lacks has the name of the rule book's extension, else its code."""
        if code in self.named:
            return self.named[code]
        extension = next((one for one in book.extensions if one.observation == code), None)
        if extension is None:
            return Kind(code, code)
        needed = extension.within is not None
        return Kind(code, extension.name, date_needed=needed, repeats=needed, source=extension.source)

    def known_to(self, book: Rulebook) -> list[Kind]:
        """What can be recorded under a rule book: the observations that its rules ask for."""
        return [self.of(code, book) for code in codes_of(book)]


@cache
def builtin(year: int = 2026) -> Kinds:
    """The kinds that come with the product. Raises ``BadRulebook``."""
    file = resources.files("yakuba.handbook.rulebooks") / "jp" / f"observations-{year}.yaml"
    return parse(file.name, file.read_bytes())


def parse(name: str, content: bytes) -> Kinds:
    """Read kinds from YAML. Raises ``BadRulebook`` with every fault."""
    fields = open_dated(name, content, FORMAT)
    named: dict[str, Kind] = {}
    for one in fields.each("observations"):
        kind = _kind(one)
        if kind.code in named:
            one.reader.fault(one.place, kind.code, "ほかの行にない code が必要です")
        named[kind.code] = kind
    return Kinds(close_dated(fields), named)


def _kind(one: Fields) -> Kind:
    kind = Kind(
        one.text("code"),
        one.text("title"),
        one.text("effect"),
        one.text("date_label"),
        one.one_of("date", (NEEDED, OPTIONAL), OPTIONAL) == NEEDED,
        one.flag("repeats"),
        one.source(),
    )
    if not kind.source:
        one.reader.fault(one.place, kind.code, "src か ev: RECALLED が必要です")
    one.done()
    return kind
