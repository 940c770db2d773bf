"""The third reader of handwritten kana lines: their letters, one by one, by the nets of single characters.

The line engines learned printed lines; the nets of single characters read handwriting better, but have to be
told where a letter begins. ``domain.letters`` parts the line, the nets read every part that may be a letter,
``domain.letter_paths`` weighs the ways through it, and ``domain.combine`` hears all three readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.core.weights import MissingModel
from yakuba.ocr.domain.decoding import Lattice
from yakuba.ocr.domain.decoding.kinds import HIRAGANA, KANA_SIGNS, KATAKANA, grammar_of
from yakuba.ocr.domain.form import Field, Kind, Writing
from yakuba.ocr.domain.letter_paths import Letters, heard, likely_texts, spread
from yakuba.ocr.domain.letters import candidates_of, picture, pieces_of
from yakuba.ocr.domain.pixels import Gray
from yakuba.ocr.engines.cells import CellReader, Charset
from yakuba.ocr.engines.ppocr import FRAME_PX, HEIGHT

KINDS = frozenset({Kind.LINE, Kind.FURIGANA, Kind.BOXED_HIRAGANA, Kind.BOXED_KATAKANA})
SPACES = frozenset(" \u3000")
# How much each reader counts when texts are looked for; ``combine`` weighs them exactly afterwards.
SEARCH = {"cells": 0.6, "v6": 0.24, "v5": 0.16}
MOST_CANDIDATES = 120  # more is no line of letters, and would take long


@dataclass(frozen=True, eq=False)
class LineLetters:
    """The letters of one line, as ``combine`` asks for them."""

    letters: Letters
    frame_px: float

    def texts(self, lattices: Sequence[Lattice]) -> list[str]:
        """The likeliest texts when letters and engines are heard together."""
        others = {one.source: heard(one, self.letters, self.frame_px) for one in lattices}
        return likely_texts(self.letters, others, SEARCH)

    def log_probability(self, text: str) -> float:
        """Natural logarithm; spaces are no letters."""
        return self.letters.log_probability("".join(char for char in text if char not in SPACES))


def kana_allowed(field: Field) -> frozenset[str]:
    """The kana that a handwritten field may hold; nothing when it may hold anything else."""
    if field.kind not in KINDS or field.writing is not Writing.HAND:
        return frozenset()
    allowed = (grammar_of(field).alphabet or frozenset("?")) - SPACES
    return allowed if allowed <= HIRAGANA | KATAKANA | KANA_SIGNS else frozenset()


def script_of(allowed: frozenset[str], lattices: Sequence[Lattice]) -> Charset:
    """Hiragana or katakana: what the field allows, else what the engines see more of."""
    if not allowed & KATAKANA:
        return "hiragana"
    if not allowed & HIRAGANA:
        return "katakana"
    seen = {"hiragana": 0.0, "katakana": 0.0}
    for lattice in lattices:
        # へ and its like are written alike in both and tell nothing.
        for script, characters in (
            ("hiragana", HIRAGANA - set("へべぺり")),
            ("katakana", KATAKANA - set("ヘベペリ")),
        ):
            columns = [lattice.index[char] for char in characters & allowed if char in lattice.index]
            seen[script] += float(np.exp(lattice.log_probs[:, columns]).sum())
    return "hiragana" if seen["hiragana"] >= seen["katakana"] else "katakana"


def line_letters(
    field: Field, crop: Gray, lattices: Sequence[Lattice], cells: CellReader
) -> LineLetters | None:
    """The letters of a line; ``None`` for fields of other writing and where the net is not installed.

    ``crop``: the picture that ``lattices`` were read from.
    """
    allowed = kana_allowed(field)
    if not allowed:
        return None
    script = script_of(allowed, lattices)
    pieces = pieces_of(crop)
    candidates = candidates_of(pieces)
    if not 0 < len(candidates) <= MOST_CANDIDATES:
        return None
    try:
        shares = cells.probabilities([picture(crop, pieces, one) for one in candidates], script)
        classes = cells.classes(script)
    except MissingModel:
        return None
    own = allowed - (KATAKANA if script == "hiragana" else HIRAGANA)
    characters, logs = spread(candidates, shares, classes, own)
    return LineLetters(Letters(pieces, candidates, characters, logs), FRAME_PX * crop.shape[0] / HEIGHT)
