"""Single characters in boxes (文字枠), read by our own small nets with onnxruntime on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from yakuba.core.weights import find
from yakuba.ocr.domain.cell_image import DIGIT_LAYOUT, LETTER_LAYOUT, Gray, normalise_cell, views

Charset = Literal["digits", "hiragana", "katakana", "capitals"]
CHARSETS: tuple[Charset, ...] = get_args(Charset)
BATCH = 32


@dataclass(frozen=True, slots=True)
class CellGuess:
    """What one cell reads as.

    ``text`` is one character, ``""`` for a cell without ink. ``confidence`` (0–1) is the share of the best
    character; ``ranked`` has every character of the set with its share, surest first (nothing when empty).
    """

    text: str
    confidence: float
    ranked: tuple[tuple[str, float], ...]


EMPTY = CellGuess("", 1.0, ())


@cache
def _net(charset: Charset) -> tuple[onnxruntime.InferenceSession, str]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = find(f"cells-{charset}")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session, str(session.get_modelmeta().custom_metadata_map["classes"])


class CellReader:
    """Reads cells. Nets are loaded on first use and shared by every reader of the process."""

    def classes(self, charset: Charset) -> str:
        """The characters that ``charset`` tells apart, in the order of ``probabilities``' columns."""
        return _net(charset)[1]

    def probabilities(self, cells: Sequence[Gray], charset: Charset) -> NDArray[np.float32]:
        """Shares (n, characters), each row adding to 1; a row of zeros for a cell without ink.

        ``cells`` are uint8 (height, width), of any size, dark on light or light on dark; ``ValueError`` for
        other arrays, ``core.weights.MissingModel`` when the net is not installed.
        """
        session, classes = _net(charset)
        layout = DIGIT_LAYOUT if charset == "digits" else LETTER_LAYOUT
        out = np.zeros((len(cells), len(classes)), np.float32)
        for start in range(0, len(cells), BATCH):
            ink = np.stack([normalise_cell(cell, layout) for cell in cells[start : start + BATCH]])
            seen = np.concatenate([views(cell) for cell in ink])
            (logits,) = session.run(None, {"cells": seen[:, None]})
            powers = np.exp(logits - logits.max(1, keepdims=True))
            shares = (powers / powers.sum(1, keepdims=True)).reshape(len(ink), -1, len(classes)).mean(1)
            shares[ink.max((1, 2)) == 0] = 0
            out[start : start + BATCH] = shares
        return out

    def read(self, cells: Sequence[Gray], charset: Charset) -> list[CellGuess]:
        """One guess a cell, in order; arguments and errors as in ``probabilities``."""
        classes = self.classes(charset)
        return [_guess(shares, classes) for shares in self.probabilities(cells, charset)]


def _guess(shares: NDArray[np.float32], classes: str) -> CellGuess:
    if not shares.any():
        return EMPTY
    order = np.argsort(-shares, kind="stable")
    ranked = tuple((classes[k], float(shares[k])) for k in order)
    return CellGuess(ranked[0][0], ranked[0][1], ranked)
