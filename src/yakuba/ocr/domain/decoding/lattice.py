"""What a CTC line engine says about a crop, and the exact probability of a text under it.

Source of the forward recursion: A. Graves et al., "Connectionist temporal classification", ICML 2006.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from yakuba.ocr.domain.charset import japanese

BLANK = 0
FLOOR = -30.0  # natural logarithm; below it a frame says «no» in single precision
_NEVER = -1e30


@dataclass(frozen=True, eq=False)
class Lattice:
    """``log_probs`` float32 of shape (frames, outputs), natural logarithms that sum to 1 a frame.

    ``alphabet[k]`` is what output ``k`` writes; output 0 is CTC's blank and writes nothing.
    """

    log_probs: NDArray[np.float32]
    alphabet: tuple[str, ...] = field(repr=False)
    source: str = ""

    def __post_init__(self) -> None:
        if self.log_probs.ndim != 2 or self.log_probs.shape[1] != len(self.alphabet):
            raise ValueError(
                f"log_probs must be (frames, {len(self.alphabet)}), found {self.log_probs.shape}"
            )

    @cached_property
    def index(self) -> dict[str, int]:
        """Output number of each character."""
        return {char: number for number, char in enumerate(self.alphabet) if number != BLANK}

    @property
    def frames(self) -> int:
        """How many frames the crop was cut into."""
        return int(self.log_probs.shape[0])


class Alphabet:
    """An engine's characters, with some written as others: identical shapes in a field of one kind.

    ``written_as`` maps a character to another, or to "" for one that means nothing here (a space
    between digits): its probability is added to the other's, or to the blank's. Frames keep summing to 1,
    so that what remains is an honest posterior for the kind.
    """

    def __init__(self, alphabet: tuple[str, ...], written_as: Mapping[str, str]) -> None:
        index = {char: number for number, char in enumerate(alphabet) if number != BLANK}
        groups: dict[int, list[int]] = {}
        for char, other in written_as.items():
            target = BLANK if other == "" else index.get(other, -1)
            if char in index and target >= 0 and index[char] != target:
                groups.setdefault(target, []).append(index[char])
        self.groups = {target: np.array(members) for target, members in groups.items()}

    def apply(self, lattice: Lattice) -> Lattice:
        """The lattice with the members' probabilities moved to their characters."""
        if not self.groups:
            return lattice
        merged = lattice.log_probs.copy()
        for target, members in self.groups.items():
            columns = np.column_stack([lattice.log_probs[:, target], lattice.log_probs[:, members]])
            merged[:, target] = np.logaddexp.reduce(columns, axis=1)
            merged[:, members] = FLOOR
        return Lattice(merged, lattice.alphabet, lattice.source)


@cache
def _foreign(alphabet: tuple[str, ...]) -> NDArray[np.bool_]:
    known = japanese()
    return np.array([number > 0 and char not in known for number, char in enumerate(alphabet)])


def japanese_only(lattice: Lattice) -> Lattice:
    """The lattice with every shape refused that no Japanese character set has."""
    log_probs = np.where(_foreign(lattice.alphabet), np.float32(FLOOR), lattice.log_probs)
    return Lattice(log_probs, lattice.alphabet, lattice.source)


def best_path(lattice: Lattice) -> str:
    """The text of the likeliest output a frame, repeats joined and blanks dropped."""
    best = lattice.log_probs.argmax(axis=1)
    keep = np.flatnonzero((best != BLANK) & np.concatenate([[True], best[1:] != best[:-1]]))
    return "".join(lattice.alphabet[best[frame]] for frame in keep)


def log_probability(lattice: Lattice, text: str) -> float:
    """Natural logarithm of the probability that the crop reads ``text``, over all alignments.

    ``-inf`` when a character is not in the alphabet or the text has more characters than fit.
    """
    index = lattice.index
    if any(char not in index for char in text) or lattice.frames == 0:
        return -np.inf if text else 0.0
    labels = np.full(2 * len(text) + 1, BLANK)
    labels[1::2] = [index[char] for char in text]
    emitted = lattice.log_probs[:, labels].astype(np.float64)
    skip = np.zeros(len(labels), bool)
    skip[3::2] = labels[3::2] != labels[1:-2:2]
    alpha = np.full(len(labels), _NEVER)
    alpha[:2] = emitted[0, :2]
    moved = np.full_like(alpha, _NEVER)
    jumped = np.full_like(alpha, _NEVER)
    for frame in emitted[1:]:
        moved[1:] = alpha[:-1]
        jumped[2:] = np.where(skip[2:], alpha[:-2], _NEVER)
        alpha = np.logaddexp(np.logaddexp(alpha, moved), jumped) + frame
    total = float(np.logaddexp.reduce(alpha[-2:]))
    return total if total > _NEVER / 2 else -np.inf
