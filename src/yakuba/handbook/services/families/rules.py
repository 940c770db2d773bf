"""The rule book that families are shown: the newest published one, else the product's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from yakuba.handbook.domain.rules import Rulebook, SignOff, Source
from yakuba.handbook.models import PublishedRulebook
from yakuba.handbook.rulebooks.load import builtin, parse


@dataclass(frozen=True, slots=True)
class InUse:
    """A rule book with who answers for it."""

    book: Rulebook
    signed: SignOff | None

    def signed_on(self, day: date) -> bool:
        """Whether a responsible person's sign-off is in force."""
        return self.signed is not None and self.signed.holds_on(day)

    def sources(self, ids: tuple[str, ...]) -> list[tuple[str, Source]]:
        """The sources of a date, those that the book lists."""
        return [(one, self.book.sources[one]) for one in ids if one in self.book.sources]


@lru_cache(maxsize=8)
def _parsed(sha256: str) -> Rulebook:
    content = PublishedRulebook.objects.filter(sha256=sha256).values_list("content", flat=True)[0]
    return parse(f"{sha256[:12]}.yaml", content.encode())


def in_use() -> InUse:
    """The rule book of today; one that can't be read any more is a fault of the installation and raises."""
    newest = PublishedRulebook.objects.defer("content", "overlay").first()  # the text is long, and known
    if newest is None:
        book = builtin("jp")
        return InUse(book, book.signed_off)
    book = _parsed(newest.sha256)
    if newest.signed_name and newest.signed_on:
        return InUse(book, SignOff(newest.signed_name, newest.signed_on))
    return InUse(book, book.signed_off)
