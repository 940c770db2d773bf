"""Characters whose shape may be another than the one read (外字・異体字)."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.ocr.domain.combine import LineReading, fused
from yakuba.ocr.domain.decoding import Lattice, log_probability
from yakuba.ocr.domain.names import variants_of
from yakuba.ocr.domain.reading import Reason

PLAUSIBLE = -8.0  # log probability of a variant against the shape read


def doubtful_variants(line: LineReading, lattices: Sequence[Lattice]) -> list[Reason]:
    """``UNUSUAL_CHARACTER`` when a variant of a character read is plausible, or unknown to the engines."""
    best = line.best
    if best is None:
        return []
    for at, char in enumerate(best.raw):
        for other in sorted(variants_of(char)):
            if any(other not in lattice.index for lattice in lattices):
                return [Reason.UNUSUAL_CHARACTER]
            text = best.raw[:at] + other + best.raw[at + 1 :]
            score = fused({one.source: log_probability(one, text) for one in lattices})
            if score > best.fused + PLAUSIBLE:
                return [Reason.UNUSUAL_CHARACTER]
    return []
