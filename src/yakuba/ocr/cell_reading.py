"""A row of printed boxes: each character by its own small net, and all of them as one line."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from yakuba.ocr.domain import combine, small_kana
from yakuba.ocr.domain.combine import LineReading, Ranked
from yakuba.ocr.domain.dates import parse_boxed
from yakuba.ocr.domain.decoding import Lattice, best_path, log_probability, search
from yakuba.ocr.domain.decoding.grammar import Anything
from yakuba.ocr.domain.decoding.kinds import HIRAGANA, KANA_SIGNS, KATAKANA
from yakuba.ocr.domain.form import NUMERIC, Field, Kind, Writing
from yakuba.ocr.domain.line_image import respaced
from yakuba.ocr.domain.normalise import normalise
from yakuba.ocr.domain.pixels import Gray
from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.engines.cells import CellGuess, Charset
from yakuba.ocr.field_reading import KANA_KINDS, Known, Look, Traced, chosen, lean, merged

DARK = 165
LEAST_INK = 6  # px; fewer are dust
# Share of the cell reader; the line engines on the strip have the rest. The nets learned handwriting.
CELLS_WEIGHT = {Writing.PRINT: 0.4, Writing.HAND: 0.7}
SIZE_UNSURE = 2.0  # a reading of the same letters in other sizes that is this near sends the field to staff
DIGITS = frozenset("0123456789")
ERA_LETTERS = frozenset("MTSHR")


@dataclass(frozen=True, slots=True)
class Boxed:
    """The cells of a field; ``filled`` are the numbers of those with writing in them."""

    cells: tuple[Gray, ...]
    filled: tuple[int, ...]

    @property
    def strip(self) -> Gray:
        """The written cells as one line."""
        return respaced([self.cells[number] for number in self.filled])

    @property
    def gap(self) -> bool:
        """Whether an empty cell lies between written ones."""
        return bool(self.filled) and self.filled[-1] - self.filled[0] + 1 != len(self.filled)


def boxed(cells: Sequence[Gray]) -> Boxed:
    """Which cells have writing in them."""
    filled = [number for number, cell in enumerate(cells) if int((cell < DARK).sum()) >= LEAST_INK]
    return Boxed(tuple(cells), tuple(filled))


def charset_of(field: Field, number: int) -> Charset:
    """What a cell of the field holds: the cell reader's charset."""
    if field.kind is Kind.BOXED_HIRAGANA:
        return "hiragana"
    if field.kind in (Kind.BOXED_KATAKANA, Kind.FURIGANA):
        return "katakana"
    if field.kind is Kind.DATE and field.cells == 7 and number == 0:
        return "capitals"
    return "digits"


def _allowed(field: Field) -> frozenset[str]:
    if field.kind is Kind.BOXED_HIRAGANA:
        return HIRAGANA | KANA_SIGNS
    if field.kind in (Kind.BOXED_KATAKANA, Kind.FURIGANA):
        return KATAKANA | KANA_SIGNS
    return DIGITS | ERA_LETTERS if field.kind is Kind.DATE else DIGITS


def read_boxed(
    field: Field,
    row: Boxed,
    guesses: Sequence[CellGuess] | None,
    strip: Sequence[Lattice],
    look: Look,
    known: Known,
) -> Traced:
    """The field from its cells' guesses (``None`` without a cell reader) and from its strip."""
    lattices = [merged(field, one) for one in strip]
    count = len(row.filled)
    tables = None if guesses is None else [dict(guess.ranked) for guess in guesses]
    texts: dict[str, None] = dict.fromkeys(_from_cells(tables) if tables else ())
    grammar = Anything(_allowed(field), count)
    for lattice in lattices:
        for one in search(lattice, grammar, most=5):
            if len(one.text) == count:
                texts.setdefault(one.text)
    kana = field.kind in KANA_KINDS
    if kana:
        for near in [other for text in list(texts)[:5] for other in small_kana.size_variants(text)]:
            texts.setdefault(near)
    ranked = [_ranked(field, row, text, tables, lattices, known) for text in texts]
    if kana:
        ranked = _by_size(row, ranked)
    ranked.sort(key=lambda one: (one.text is None, -one.rank, one.raw))
    free = max((one.fused for one in ranked), default=0.0)
    unbound = {one.source: best_path(one) for one in lattices}
    line = LineReading(tuple(ranked[: combine.MOST]), unbound, free)
    more: tuple[Reason, ...] = ()
    if field.kind in NUMERIC and row.gap:
        more = (Reason.CELL_COUNT,)
    if kana and _size_unsure(ranked):
        more = (Reason.SMALL_KANA,)
    return chosen(field, line, look, known, more)


def _from_cells(tables: Sequence[dict[str, float]], most: int = 8) -> list[str]:
    """The likeliest texts when every cell is read by itself."""
    beam: list[tuple[float, str]] = [(0.0, "")]
    for table in tables:
        options = sorted(table.items(), key=lambda item: -item[1])[:4]
        longer = [
            (score + math.log(max(p, 1e-9)), text + char)
            for (score, text), (char, p) in itertools.product(beam, options)
        ]
        beam = sorted(longer, key=lambda item: -item[0])[:most]
    return [text for _, text in beam]


def _ranked(
    field: Field,
    row: Boxed,
    text: str,
    tables: Sequence[dict[str, float]] | None,
    lattices: Sequence[Lattice],
    known: Known,
) -> Ranked:
    by_engine = {one.source: log_probability(one, text) for one in lattices}
    total = combine.fused(by_engine)
    if tables is not None:
        cells = sum(
            math.log(max(table.get(char, table.get(small_kana.LARGE_OF.get(char, ""), 0.0)), 1e-9))
            for table, char in zip(tables, text, strict=True)
        )
        by_engine["cells"] = cells
        share = CELLS_WEIGHT[field.writing]
        total = share * cells + (1 - share) * max(total, -12.0)
    raw, value = _placed(field, row, text)
    return Ranked(raw, value, by_engine, float(np.float64(total)), lean(field, known, text))


def _by_size(row: Boxed, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The readings with what the sizes of the ink say; it only chooses between sizes of the same letters."""
    inked = small_kana.extents([row.cells[number] for number in row.filled])
    fits = [small_kana.likelihood(one.raw, inked) for one in ranked]
    best: dict[str, float] = {}
    for one, fit in zip(ranked, fits, strict=True):
        letters = small_kana.full(one.raw)
        best[letters] = max(best.get(letters, fit), fit)
    return [
        replace(one, lean=one.lean + fit - best[small_kana.full(one.raw)])
        for one, fit in zip(ranked, fits, strict=True)
    ]


def _size_unsure(ranked: Sequence[Ranked]) -> bool:
    """Whether a reading that differs from the best in the size of its kana alone is nearly as good."""
    best, *others = ranked
    return any(
        small_kana.same_letters(one.raw, best.raw) and best.rank - one.rank < SIZE_UNSURE for one in others
    )


def _placed(field: Field, row: Boxed, text: str) -> tuple[str, str | None]:
    """The text in its cells as read, and its value."""
    if field.kind is not Kind.DATE:
        return text, partial(normalise, field)(text)
    cells = [""] * len(row.cells)
    for number, char in zip(row.filled, text, strict=True):
        cells[number] = char
    day = parse_boxed(tuple(cells))
    raw = "".join(cell or " " for cell in cells).strip()
    return raw, None if day is None else day.isoformat()
