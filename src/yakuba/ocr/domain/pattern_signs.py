"""Which characters one place of a regular expression takes, and whether two places share one.

Used by ``patterns``. Where the answer is not certain it is «they share one»: the careful side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

FEW = 512  # so many characters are looked at one by one
_CATEGORIES = {"DIGIT": re.compile(r"\d"), "SPACE": re.compile(r"\s"), "WORD": re.compile(r"\w")}
_APART = ({"DIGIT", "SPACE"}, {"WORD", "SPACE"})
_LAST = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of one place: spans of code points and categories, perhaps turned round."""

    spans: tuple[tuple[int, int], ...] = ()
    categories: tuple[str, ...] = ()  # DIGIT, NOT_SPACE …
    turned: bool = False
    folded: bool = False  # capitals and small letters are the same

    def takes(self, sign: str) -> bool:
        """Whether the place takes the character."""
        forms = {sign, sign.lower(), sign.upper(), sign.casefold()} if self.folded else {sign}
        inside = any(
            low <= ord(one) <= high for one in forms if len(one) == 1 for low, high in self.spans
        ) or any(_in_category(name, sign) for name in self.categories)
        return inside is not self.turned

    def few(self) -> list[str] | None:
        """Every character, when they are few and can be named."""
        size = sum(high - low + 1 for low, high in self.spans)
        if self.turned or self.categories or size > FEW:
            return None
        plain = [chr(code) for low, high in self.spans for code in range(low, high + 1)]
        if not self.folded:
            return plain
        return [one for sign in plain for one in {sign, sign.lower(), sign.upper(), sign.casefold()}]


def share(one: Signs, other: Signs) -> bool:
    """Whether some character fits both places."""
    for these, those in ((one, other), (other, one)):
        few = these.few()
        if few is not None:
            return any(those.takes(sign) for sign in few)
    if one.turned or other.turned or one.folded or other.folded:
        return True
    if {*one.categories, *other.categories} in _APART and not one.spans and not other.spans:
        return bool({*one.categories} & {*other.categories})
    if one.categories or other.categories:
        return True
    return any(a <= d and c <= b for a, b in one.spans for c, d in other.spans)


def _in_category(name: str, sign: str) -> bool:
    found = _CATEGORIES[name.removeprefix("NOT_")].match(sign) is not None
    return found is not name.startswith("NOT_")


def signs_of(name: str, argument: Any, *, folded: bool) -> Signs | None:
    """The characters of one parsed piece (LITERAL, NOT_LITERAL, ANY, IN); ``None`` for any other piece."""
    if name == "LITERAL":
        return Signs(((argument, argument),), folded=folded)
    if name == "NOT_LITERAL":
        return Signs(((argument, argument),), turned=True, folded=folded)
    if name == "ANY":
        return Signs(((0, _LAST),))
    if name != "IN":
        return None
    spans: list[tuple[int, int]] = []
    categories: list[str] = []
    turned = False
    for piece, value in argument:
        match str(piece):
            case "NEGATE":
                turned = True
            case "LITERAL":
                spans.append((value, value))
            case "RANGE":
                spans.append((value[0], value[1]))
            case _:
                categories.append(str(value).removeprefix("CATEGORY_"))
    return Signs(tuple(spans), tuple(categories), turned, folded)
