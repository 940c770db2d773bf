"""From a line engine's frame-by-frame probabilities to texts that a grammar allows."""

from __future__ import annotations

from yakuba.ocr.domain.decoding.beam import Hypothesis, search
from yakuba.ocr.domain.decoding.grammar import Grammar
from yakuba.ocr.domain.decoding.lattice import Lattice, best_path, log_probability

__all__ = ["Grammar", "Hypothesis", "Lattice", "best_path", "log_probability", "search"]
