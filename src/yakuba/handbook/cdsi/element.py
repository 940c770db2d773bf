"""What the loader needs of a parsed XML element; ``archive`` parses, and refuses entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol


class Element(Protocol):
    """An element of a parsed document."""

    @property
    def text(self) -> str | None:
        """The text before the first child."""

    def find(self, path: str) -> Element | None:
        """The first element at a path."""

    def findall(self, path: str) -> Sequence[Element]:
        """All elements at a path."""

    def findtext(self, path: str) -> str | None:
        """The text of the first element at a path."""

    def iter(self, tag: str) -> Iterator[Element]:
        """All elements of a tag, at any depth."""

    def __len__(self) -> int:
        """The number of children."""
