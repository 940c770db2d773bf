"""One surety score from everything that is known about a reading, 0 to 1, higher surer.

A logistic model with published coefficients per kind family and writing. It only has to *rank*: what a
score is worth is measured by the border's certificate, never read off the score itself. Fitted on made
scans in tuning fonts (``benchmarks/ocr/fit_surety.py``), never on evaluation fonts or real writing.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields
from enum import StrEnum

from yakuba.ocr.domain.form import Field, Kind, Writing

WORST = -20.0  # log probabilities are cut here


class Family(StrEnum):
    """Kinds that are read alike."""

    NUMBER = "number"  # digits with or without signs
    DATE = "date"
    KANA = "kana"
    TEXT = "text"  # kanji and everything else
    MARK = "mark"  # ticks and circles


_FAMILIES = {
    Kind.BOXED_HIRAGANA: Family.KANA,
    Kind.BOXED_KATAKANA: Family.KANA,
    Kind.FURIGANA: Family.KANA,
    Kind.DATE: Family.DATE,
    Kind.CHECKBOX: Family.MARK,
    Kind.CIRCLE: Family.MARK,
    Kind.LINE: Family.TEXT,
    Kind.FREE: Family.TEXT,
    Kind.ADDRESS: Family.TEXT,
    Kind.PERSON_NAME: Family.TEXT,
}


def family_of(field: Field) -> Family:
    """The family of a field's kind; every kind of digits is a number."""
    return _FAMILIES.get(field.kind, Family.NUMBER)


@dataclass(frozen=True, slots=True)
class Features:
    """What the score is made of. Log probabilities are natural logarithms, cut at ``WORST``."""

    first: float = WORST  # the text's under engine v6
    second: float = WORST  # … under v5
    cells: float = 0.0  # … under the cell reader; 0 when the field has no boxes
    margin: float = 0.0  # to the next different value, in fused log probability, 0 to 10
    agree: float = 0.0  # share of the engines whose own best reading gives this value
    forced: float = WORST  # fused log probability against what the engines read unbound, at most 0
    known: float = 0.0  # lexicon or check digit: 1 confirmed, 0 unknown, -1 against
    small: float = 0.0  # by how much glyphs are below 26 px, 0 to 1
    edge: float = 0.0  # 1 when a stroke leaves the box
    length: float = 0.0  # natural logarithm of the number of characters

    def vector(self) -> tuple[float, ...]:
        """The numbers in the order of the coefficients."""
        return astuple(self)


NAMES = tuple(one.name for one in fields(Features))

# intercept, then one coefficient a feature in the order of ``Features``
Model = tuple[float, tuple[float, ...]]
# One model for all: too few readings of a family are wrong to fit each. Rounded from the fit over all
# written fields of 65 tuning pages (848 readings, 15 wrong; area 0.95 crossed by page, 0.87 by hand before),
# with the signs that make sense kept: small glyphs and cut strokes never speak for a reading.
_RULE: Model = (-1.5, (1.0, 0.1, 0.5, 0.6, 1.4, 0.0, 1.2, -2.0, -1.0, 0.3))
MODELS: dict[tuple[Family, Writing], Model] = {}


def surety(features: Features, family: Family, writing: Writing) -> float:
    """The score. Unusable numbers (not a number) give 0."""
    intercept, weights = MODELS.get((family, writing), _RULE)
    total = intercept + sum(weight * value for weight, value in zip(weights, features.vector(), strict=True))
    if math.isnan(total):
        return 0.0
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
