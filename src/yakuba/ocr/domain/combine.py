"""From several engines' readings of one line to one list of candidates.

Every candidate text, whichever engine or lexicon proposed it, is scored exactly by every engine; the
scores are joined log-linearly. Agreement of engines is one feature of the score among others: their
errors are correlated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from yakuba.ocr.domain.decoding import Grammar, Lattice, best_path, log_probability, search
from yakuba.ocr.domain.scoring import WORST

WEIGHTS = {"v6": 0.6, "v5": 0.4}
# With a third reader: it learned handwriting, the line engines know what follows what.
THREE = {"v6": 0.24, "v5": 0.16, "cells": 0.6}
WORST_OF_THREE = -60.0  # a line of many letters, each written badly, is still better than another
MOST = 10
Normalise = Callable[[str], str | None]
Lean = Callable[[str], float]


class ThirdReader(Protocol):
    """Reads the line letter by letter, beside the engines; its name is ``cells``."""

    def texts(self, lattices: Sequence[Lattice]) -> list[str]:
        """The likeliest texts, best first."""

    def log_probability(self, text: str) -> float:
        """Natural logarithm; ``-inf`` for a text that it can not read."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One possible text of a line. ``by_engine`` and ``fused``: natural logarithms of probabilities."""

    raw: str
    text: str | None  # normalised; None when malformed
    by_engine: Mapping[str, float]
    fused: float
    lean: float = 0.0  # what a lexicon adds

    @property
    def rank(self) -> float:
        """What candidates are ordered by."""
        return self.fused + self.lean


@dataclass(frozen=True, slots=True)
class LineReading:
    """``ranked`` best first; ``unbound``: what each engine reads without a grammar."""

    ranked: tuple[Ranked, ...]
    unbound: Mapping[str, str] = field(default_factory=dict)
    unbound_fused: float = 0.0

    @property
    def best(self) -> Ranked | None:
        """The first candidate."""
        return self.ranked[0] if self.ranked else None

    @property
    def margin(self) -> float:
        """How far the best lies before the next different value, 0 to 10."""
        if not self.ranked:
            return 0.0
        best = self.ranked[0]
        others = [one.rank for one in self.ranked[1:] if one.text != best.text]
        return max(0.0, min(10.0, best.rank - max(others))) if others else 10.0


def fused(
    by_engine: Mapping[str, float], weights: Mapping[str, float] = WEIGHTS, worst: float = WORST
) -> float:
    """The engines' log probabilities joined; a text that an engine can not write counts as ``worst``."""
    total = sum(weights[name] for name in by_engine)
    return sum(weights[name] * max(worst, value) for name, value in by_engine.items()) / total


def read_line(
    lattices: Sequence[Lattice],
    grammar: Grammar,
    normalise: Normalise,
    *,
    propose: Callable[[Sequence[str]], Iterable[str]] | None = None,
    lean: Lean | None = None,
    third: ThirdReader | None = None,
) -> LineReading:
    """The candidates that the grammar allows.

    ``lattices``: one an engine (``source`` names it), shapes already merged for the kind. ``propose``
    gives further texts from the best ones (a lexicon); ``lean`` is added to the fused log probability;
    ``third`` reads the line letter by letter.
    """
    texts: dict[str, None] = dict.fromkeys(third.texts(lattices) if third is not None else ())
    for lattice in lattices:
        for one in search(lattice, grammar, most=5):
            texts.setdefault(one.text)
    if propose is not None:
        for text in propose(list(texts)[:3]):
            texts.setdefault(text)
    ranked = []
    for text in texts:
        scores = {one.source: log_probability(one, text) for one in lattices}
        bias = lean(text) if lean is not None else 0.0
        total = fused(scores)
        if third is not None:
            scores["cells"] = third.log_probability(text)
            total = fused(scores, THREE, WORST_OF_THREE)
        ranked.append(Ranked(text, normalise(text), scores, total, bias))
    ranked.sort(key=lambda one: (one.text is None, -one.rank, one.raw))
    unbound = {one.source: best_path(one) for one in lattices}
    freest = [
        fused({one.source: log_probability(one, text) for one in lattices}) for text in set(unbound.values())
    ]
    return LineReading(tuple(ranked[:MOST]), unbound, max(freest, default=0.0))


def by_value(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The best candidate of each normalised value, in order; malformed ones only when nothing else is."""
    found: dict[str, Ranked] = {}
    for one in ranked:
        if one.text is not None:
            found.setdefault(one.text, one)
    return list(found.values())


def confidences(ranked: Sequence[Ranked]) -> list[float]:
    """Each candidate's probability: never more than the engines gave it, whatever else was refused."""
    return [math.exp(min(0.0, one.fused)) for one in ranked]
