"""CTC prefix beam search inside a grammar.

Source: A. Hannun et al., "First-pass large vocabulary continuous speech recognition using bi-directional
recurrent DNNs", 2014. Every hypothesis is scored again by the exact forward recursion, so that the beam
decides only which texts are looked at, never how probable they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yakuba.ocr.domain.decoding.grammar import Grammar
from yakuba.ocr.domain.decoding.lattice import BLANK, Lattice, log_probability

NEVER = -math.inf
SMALL = 300  # alphabets up to here are tried whole, larger ones where a frame finds them possible
_SURE_BLANK = math.log(0.9999)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text that the grammar allows and the natural logarithm of its probability.

    The probability counts *all* texts, not only allowed ones: a text that the grammar forced onto a crop
    that shows something else has a small one.
    """

    text: str
    log_p: float


@dataclass(slots=True)
class _Prefix:
    state: Any
    blank: float  # log probability of the prefix with a blank last
    char: float  # … with its last character last

    @property
    def total(self) -> float:
        return _add(self.blank, self.char)


def search(
    lattice: Lattice, grammar: Grammar, *, width: int = 12, options: int = 8, most: int = 8
) -> list[Hypothesis]:
    """Up to ``most`` texts that ``grammar`` allows, best first; empty when it allows none that fits.

    ``width`` prefixes are kept a frame, each tried with the frame's ``options`` best allowed characters.
    """
    columns = _columns(lattice, grammar)
    prefixes: dict[str, _Prefix] = {"": _Prefix(grammar.start, 0.0, NEVER)}
    for frame in lattice.log_probs:
        prefixes = _advance(prefixes, frame, columns, lattice, grammar, options)
        if len(prefixes) > width:
            kept = sorted(prefixes.items(), key=lambda item: -item[1].total)[:width]
            prefixes = dict(kept)
    found = [
        Hypothesis(text, log_probability(lattice, text))
        for text, prefix in prefixes.items()
        if grammar.complete(prefix.state)
    ]
    return sorted(found, key=lambda one: (-one.log_p, one.text))[:most]


def _columns(lattice: Lattice, grammar: Grammar) -> NDArray[np.intp]:
    """Outputs worth trying: the grammar's, or those that some frame finds at all possible."""
    allowed = grammar.alphabet
    if allowed is not None and len(allowed) < SMALL:
        index = lattice.index
        return np.array(sorted(index[char] for char in allowed if char in index), np.intp)
    possible = np.flatnonzero(lattice.log_probs.max(axis=0) > -12.0)
    wanted = [k for k in possible if k != BLANK and (allowed is None or lattice.alphabet[k] in allowed)]
    return np.array(wanted, np.intp)


def _advance(
    prefixes: dict[str, _Prefix],
    frame: NDArray[np.float32],
    columns: NDArray[np.intp],
    lattice: Lattice,
    grammar: Grammar,
    options: int,
) -> dict[str, _Prefix]:
    blank = float(frame[BLANK])
    if blank > _SURE_BLANK:
        return {text: _Prefix(prefix.state, prefix.total + blank, NEVER) for text, prefix in prefixes.items()}
    values = frame[columns]
    best = np.argsort(-values)[:options]
    likely = {lattice.alphabet[columns[place]]: float(values[place]) for place in best}
    following: dict[str, _Prefix] = {}
    for text, prefix in prefixes.items():
        total = prefix.total
        last = text[-1:]
        # The last character of a prefix may go on even when it is not among the frame's best.
        goes_on = prefix.char + float(frame[lattice.index[last]]) if last else NEVER
        _merge(following, text, prefix.state, total + blank, goes_on)
        for char, log_p in likely.items():
            state = grammar.step(prefix.state, char)
            if state is not None:
                before = prefix.blank if char == last else total
                _merge(following, text + char, state, NEVER, before + log_p)
    return following


def _merge(prefixes: dict[str, _Prefix], text: str, state: Any, blank: float, char: float) -> None:
    known = prefixes.get(text)
    if known is None:
        prefixes[text] = _Prefix(state, blank, char)
    else:
        known.blank = _add(known.blank, blank)
        known.char = _add(known.char, char)


def _add(one: float, other: float) -> float:
    if one < other:
        one, other = other, one
    if other == NEVER:
        return one
    return one + math.log1p(math.exp(other - one))
