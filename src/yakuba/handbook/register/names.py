"""What files call vaccines and products (名称の対応), as dated data; an officer's own answers come first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources

from yakuba.core.sheets.cells import label
from yakuba.handbook.rulebooks.fields import Fields, close_dated, open_dated

FORMAT = "yakuba.handbook.vaccine-names/1"
UNKNOWN = "UNKNOWN"  # an officer said that it can't be told: kept, and looked at one by one


@dataclass(frozen=True, slots=True)
class Meaning:
    """A vaccine's code in the rule book, and the product where the book tells products apart."""

    vaccine: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """``vaccines`` and ``products``: plain name → meaning."""

    as_of: date
    vaccines: Mapping[str, Meaning]
    products: Mapping[str, Meaning] = field(default_factory=dict)

    def with_answers(self, answers: Mapping[str, Mapping[str, str]]) -> Names:
        """The same with an officer's answers (name → vaccine, product) before ours."""
        own = {plain(name): Meaning(one["vaccine"], one.get("product", "")) for name, one in answers.items()}
        return Names(self.as_of, {**self.vaccines, **own}, self.products)

    def meaning(self, vaccine: str, product: str) -> Meaning | None:
        """What a row means; None when its name is not known. ``ValueError`` when the two contradict."""
        by_name = self.vaccines.get(plain(vaccine))
        by_product = self.products.get(plain(product)) if product else None
        if by_name is None and by_product is None:
            return None
        if by_name is None or by_product is None:
            return by_product or by_name
        if by_name.vaccine != by_product.vaccine and by_name.vaccine != UNKNOWN:
            raise ValueError(f"製品「{product}」は「{vaccine}」のワクチンではありません")
        return by_product if by_product.product else Meaning(by_product.vaccine, by_name.product)


def plain(name: str) -> str:
    """A name as it is compared: half-width, without spaces, dashes, brackets; small letters."""
    text = label(name).lower()
    return "".join(sign for sign in text if sign not in "-‐‑–—―−ｰ・()（）「」『』ー")


@cache
def builtin(year: int = 2026) -> Names:
    """The names that come with the product. Raises ``BadRulebook``."""
    file = resources.files("yakuba.handbook.rulebooks") / "jp" / f"names-{year}.yaml"
    return parse(file.name, file.read_bytes())


def parse(name: str, content: bytes) -> Names:
    """Read names from YAML. Raises ``BadRulebook`` with every fault."""
    fields = open_dated(name, content, FORMAT)
    vaccines: dict[str, Meaning] = {}
    products: dict[str, Meaning] = {}
    for one in fields.each("vaccines"):
        _take(one, vaccines)
    for one in fields.each("products"):
        _take(one, products)
    return Names(close_dated(fields), vaccines, products)


def _take(one: Fields, into: dict[str, Meaning]) -> None:
    meaning = Meaning(one.text("vaccine"), one.text("product", ""))
    for name in one.texts("names"):
        if into.setdefault(plain(name), meaning) != meaning:
            one.reader.fault(one.place, name, "ほかの行にない名称が必要です")
    one.done()
