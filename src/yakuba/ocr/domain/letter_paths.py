"""Which candidates of a line are its letters, and what the line then says.

A reading is a way of parting the pieces into candidates together with a character for each. Its probability
is that of the parting (from the gaps between the pieces and from the sizes) times those of the characters
(from the net of single characters). To *find* readings the line engines are asked as well, each for the
frames that a candidate covers; how likely a text is under the letters alone is then summed over every way
of parting the line (the forward recursion of a semi-Markov model: S. Sarawagi, W. Cohen, "Semi-Markov
conditional random fields for information extraction", NIPS 2004).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yakuba.ocr.domain.decoding.lattice import BLANK, FLOOR, Lattice
from yakuba.ocr.domain.letters import Candidate, Pieces
from yakuba.ocr.domain.small_kana import SMALL_OF

EVEN_GAP = 0.13  # letter heights of paper, at which a cut is as likely as none
GAP_SPREAD = 0.1
TOUCHING = -0.3  # what a cut through a stroke counts as: pieces with no column between them
ROOMY = 1.15  # letter heights; what is wider is less and less one letter …
TOO_WIDE = 12.0  # … by so much a letter height, natural logarithm
TINY = 0.4  # letter heights; what is smaller is hardly a letter …
TOO_SMALL = 12.0  # … by so much a letter height
UNSEEN = 1e-4  # share of a character that the net does not know
WIDTH = 16  # readings kept at a place
OPTIONS = 6  # characters tried for a candidate
NEVER = -math.inf


@dataclass(frozen=True, eq=False)
class Letters:
    """A line as its candidates. ``shares``: for each, how likely each of ``characters`` is, logarithms."""

    pieces: Pieces
    candidates: Sequence[Candidate]
    characters: str
    shares: NDArray[np.float64]  # (candidates, characters)

    def __post_init__(self) -> None:
        expected = (len(self.candidates), len(self.characters))
        if self.shares.shape != expected:
            raise ValueError(f"shares must be {expected}, found {self.shares.shape}")

    def log_probability(self, text: str) -> float:
        """Natural logarithm of the probability that the line reads ``text``; ``-inf`` when it can not."""
        index = {char: number for number, char in enumerate(self.characters)}
        if any(char not in index for char in text):
            return NEVER
        priors = partings(self.pieces, self.candidates)
        # reached[place]: the text so far is read from the pieces before ``place``.
        reached = np.full(len(self.pieces) + 1, NEVER)
        reached[0] = 0.0
        for char in text:
            following = np.full_like(reached, NEVER)
            emitted = priors + self.shares[:, index[char]]
            for number, one in enumerate(self.candidates):
                step = reached[one.first] + emitted[number]
                following[one.last + 1] = np.logaddexp(following[one.last + 1], step)
            reached = following
        return float(reached[-1])


def partings(pieces: Pieces, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """For each candidate the logarithm of its part in the prior: whole inside, a cut behind it, its size."""
    if len(pieces) == 0:
        return np.zeros(0)
    gaps = np.where(pieces.gaps == 0.0, TOUCHING, pieces.gaps)
    lean = (gaps - EVEN_GAP) / GAP_SPREAD
    cut, whole = -np.logaddexp(0.0, -lean), -np.logaddexp(0.0, lean)
    behind = np.append(cut, 0.0)  # the end of the line is no choice
    inside = np.concatenate(([0.0], np.cumsum(whole)))
    out = [
        behind[one.last]
        + inside[one.last]
        - inside[one.first]
        - TOO_WIDE * max(0.0, one.width - ROOMY)
        - TOO_SMALL * max(0.0, TINY - one.size)
        for one in candidates
    ]
    return np.array(out, np.float64)


def heard(lattice: Lattice, letters: Letters, frame_px: float) -> NDArray[np.float64]:
    """For each candidate and character: the engine's logarithm that its frames say just this character.

    ``frame_px``: columns of the line's picture a frame. Neighbouring candidates share no frame, so that the
    sum over a parting never exceeds the engine's logarithm of the whole text.
    """
    index = lattice.index
    known = np.array([char in index for char in letters.characters], bool)
    columns = np.array([index.get(char, BLANK) for char in letters.characters], np.intp)
    chars = np.where(known, lattice.log_probs[:, columns], FLOOR).astype(np.float64)
    blanks = lattice.log_probs[:, BLANK].astype(np.float64)
    edges = np.concatenate(([0.0], letters.pieces.borders / frame_px, [float(lattice.frames)]))
    frames = np.clip(np.round(edges).astype(np.int64), 0, lattice.frames)
    frames[-1] = lattice.frames
    out = np.full(letters.shares.shape, FLOOR)
    for number, one in enumerate(letters.candidates):
        start, stop = int(frames[one.first]), int(frames[one.last + 1])
        if stop > start:
            out[number] = np.maximum(FLOOR, _only(chars[start:stop], blanks[start:stop]))
    return out


def _only(chars: NDArray[np.float64], blanks: NDArray[np.float64]) -> NDArray[np.float64]:
    """CTC's forward recursion for every text of one character at once."""
    before, during = blanks[0], chars[0].copy()
    after = np.full_like(during, NEVER)
    for char, blank in zip(chars[1:], blanks[1:], strict=True):
        after = np.logaddexp(after, during) + blank
        during = np.logaddexp(during, before) + char
        before = before + blank
    return np.asarray(np.logaddexp(during, after))


def likely_texts(
    letters: Letters, others: Mapping[str, NDArray[np.float64]], weights: Mapping[str, float], most: int = 10
) -> list[str]:
    """The best texts when the net (weight ``cells``) and the engines are heard letter by letter."""
    total = weights["cells"] * (letters.shares + partings(letters.pieces, letters.candidates)[:, None])
    for name, table in others.items():
        total = total + weights[name] * table
    count = len(letters.pieces)
    ending: list[list[int]] = [[] for _ in range(count + 1)]
    for number, one in enumerate(letters.candidates):
        ending[one.last + 1].append(number)
    kept: list[list[tuple[float, str]]] = [[(0.0, "")], *([] for _ in range(count))]
    for place in range(1, count + 1):
        best: dict[str, float] = {}
        for number in ending[place]:
            options = np.argsort(-total[number], kind="stable")[:OPTIONS]
            for score, text in kept[letters.candidates[number].first]:
                for option in options:
                    longer = text + letters.characters[option]
                    value = score + float(total[number, option])
                    if value > best.get(longer, NEVER):
                        best[longer] = value
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        kept[place] = [(value, text) for text, value in ranked[:WIDTH]]
    return [text for _, text in kept[count][:most] if text]


# Letter heights at which a letter is as likely small as full-size, and letters that are less high by nature.
SMALL_SIZE = 0.76
SIZE_SPREAD = 0.07
USUAL_SIZE = {"い": 0.93, "ア": 0.92, "ツ": 0.88, "ワ": 0.87, "ヨ": 0.8}
STROKE = 3.2  # times wider than high: the sign of a long vowel


def spread(
    candidates: Sequence[Candidate], shares: NDArray[np.float32], classes: str, allowed: frozenset[str]
) -> tuple[str, NDArray[np.float64]]:
    """From the net's shares (candidates, classes) to the characters that the field allows, logarithms.

    The net tells no small letter from its full-size form: the size in the line does. A long flat stroke is
    ー where the field allows it. Characters that the net does not know get ``UNSEEN``.
    """
    characters = "".join(sorted(allowed))
    index = {char: number for number, char in enumerate(classes)}
    large = {small: char for char, small in SMALL_OF.items()}
    out = np.full((len(candidates), len(characters)), UNSEEN)
    sizes = np.array([one.size for one in candidates])
    for place, char in enumerate(characters):
        if char in index:
            small = _small(sizes, char) if SMALL_OF.get(char) in allowed else 0.0
            out[:, place] = shares[:, index[char]] * (1.0 - small)
        elif char in large and large[char] in index:
            small = _small(sizes, large[char]) if large[char] in allowed else 1.0
            out[:, place] = shares[:, index[large[char]]] * small
    if "ー" in allowed:
        place = characters.index("ー")
        strokes = np.array([one.flat >= STROKE for one in candidates], bool)
        out[strokes] *= 0.1
        out[strokes, place] = 0.9
    return characters, np.log(np.maximum(out, UNSEEN))


def _small(sizes: NDArray[np.float64], letter: str) -> NDArray[np.float64]:
    """How likely a letter of these sizes is the small form of ``letter``."""
    middle = SMALL_SIZE * USUAL_SIZE.get(letter, 1.0)
    return np.asarray(1.0 / (1.0 + np.exp(np.clip((sizes - middle) / SIZE_SPREAD, -30, 30))))
