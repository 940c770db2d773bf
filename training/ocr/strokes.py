"""Written again with a pen: a glyph's skeleton as strokes, moved as a hand would move them, drawn anew.

A font's outline says where strokes run; a hand differs in where they start and stop, how parts sit to each
other, how they bend, and how wide the pen draws. All of that is drawn by chance here.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]  # (points, 2) x, y in 0–1 of the glyph's longer side
NEIGHBOURS = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]


@dataclass(frozen=True, slots=True)
class Glyph:
    """Strokes grouped by the part (connected component) of the glyph that they belong to."""

    parts: tuple[tuple[Line, ...], ...]
    width: float  # mean stroke width, in 0–1 of the longer side


def thin(solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Zhang and Suen's thinning (Comm. ACM 27, 1984)."""
    image = np.pad(solid, 1).astype(np.uint8)
    while True:
        changed = False
        for first in (True, False):
            p = [np.roll(np.roll(image, -dy, 0), -dx, 1) for dy, dx in
                 ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))]  # fmt: skip
            count = sum(a.astype(np.int8) for a in p)
            turns = sum(((p[i] == 0) & (p[(i + 1) % 8] == 1)).astype(np.int8) for i in range(8))
            if first:
                sides = (p[0] & p[2] & p[4]) | (p[2] & p[4] & p[6])
            else:
                sides = (p[0] & p[2] & p[6]) | (p[0] & p[4] & p[6])
            gone = (image == 1) & (count >= 2) & (count <= 6) & (turns == 1) & (sides == 0)
            if gone.any():
                image[gone] = 0
                changed = True
        if not changed:
            return image[1:-1, 1:-1].astype(bool)


def _walk(skeleton: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Pixel paths between ends and crossings; rings start anywhere."""
    points = {(int(y), int(x)) for y, x in zip(*np.nonzero(skeleton), strict=True)}

    def around(at: tuple[int, int]) -> list[tuple[int, int]]:
        y, x = at
        near = [(y + dy, x + dx) for dy, dx in NEIGHBOURS if (y + dy, x + dx) in points]
        straight = {n for n in near if n[0] == y or n[1] == x}
        # A diagonal step beside a straight one is the same step.
        return [
            n for n in near
            if n in straight or not ((n[0], x) in straight or (y, n[1]) in straight)
        ]  # fmt: skip

    degree = {at: len(around(at)) for at in points}
    used: set[frozenset[tuple[int, int]]] = set()
    paths = []
    starts = [at for at in points if degree[at] != 2] + [at for at in points if degree[at] == 2]
    for start in starts:
        for step in around(start):
            if frozenset((start, step)) in used:
                continue
            path = [start, step]
            used.add(frozenset((start, step)))
            while degree[path[-1]] == 2 and path[-1] != start:
                following = [n for n in around(path[-1]) if n != path[-2]]
                if not following or frozenset((path[-1], following[0])) in used:
                    break
                used.add(frozenset((path[-1], following[0])))
                path.append(following[0])
            paths.append(path)
    return paths


def _merge(lines: list[Line], reach: float) -> list[Line]:
    """Join lines that run on straight through a crossing."""
    lines = list(lines)
    while True:
        best = None
        for i, a in enumerate(lines):
            for j, b in enumerate(lines):
                if j <= i:
                    continue
                for one in (a, a[::-1]):
                    for two in (b, b[::-1]):
                        gap = float(np.hypot(*(one[-1] - two[0])))
                        if gap > reach:
                            continue
                        turn = _turn(one, two)
                        if turn > 0.75 and (best is None or turn > best[0]):
                            best = (turn, i, j, np.concatenate([one, two]))
        if best is None:
            return lines
        _, i, j, joined = best
        lines = [line for k, line in enumerate(lines) if k not in (i, j)] + [joined]


def _turn(one: Line, two: Line) -> float:
    """Cosine between the end of ``one`` and the start of ``two``."""
    before = one[-1] - one[max(0, len(one) - 7)]
    after = two[min(len(two) - 1, 6)] - two[0]
    length = float(np.hypot(*before) * np.hypot(*after))
    return float(before @ after) / length if length > 0 else -1.0


def glyph_strokes(solid: NDArray[np.bool_]) -> Glyph:
    """The strokes of a glyph picture (side about 96 px), spurs left out."""
    longest = max(solid.shape)
    distance = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 5)
    skeleton = thin(solid)
    width = 2 * float(np.median(distance[skeleton])) if skeleton.any() else 1.0
    count, labels = cv2.connectedComponents(solid.astype(np.uint8), connectivity=8)
    parts = []
    for number in range(1, count):
        mask = skeleton & (labels == number)
        lines = []
        paths = _walk(mask)
        for path in paths:
            spur = len(path) < 0.6 * width and len(paths) > 1
            if not spur and len(path) > 1:
                lines.append(np.array([(x, y) for y, x in path], float) / longest)
        if not lines:
            ys, xs = np.nonzero(labels == number)
            dot = np.array([[xs.mean(), ys.mean()]]) / longest
            lines = [np.concatenate([dot, dot + 0.01])]
        parts.append(tuple(_smooth(line) for line in _merge(lines, 1.2 * width / longest)))
    return Glyph(tuple(parts), width / longest)


def _smooth(line: Line, spacing: float = 0.025) -> Line:
    """Evenly spaced points, without the staircase of the pixels."""
    if len(line) > 6:
        kernel = np.ones(5) / 5
        padded = np.concatenate([line[:1].repeat(2, 0), line, line[-1:].repeat(2, 0)])
        line = np.stack([np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)], 1)
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    count = max(3, int(lengths[-1] / spacing) + 1)
    at = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(at, lengths, line[:, k]) for k in (0, 1)], 1)


def rewrite(glyph: Glyph, random: np.random.Generator, side: int = 72) -> NDArray[np.uint8]:
    """One handwritten-looking picture of the glyph (side × side, ink 255 on 0)."""
    parts = [[line.copy() for line in part] for part in glyph.parts]
    loose = random.uniform(0.3, 1.3)  # how free this hand is
    for part in parts:
        _move(part, random, 0.05 * loose, 0.16 * loose, 0.13 * loose)
        for k, line in enumerate(part):
            part[k] = _bend(line, random, loose)
    lines = [line for part in parts for line in part]
    if random.random() < 0.25:
        _connect(lines, random)
    if random.random() < 0.15:
        lines = [piece for line in lines for piece in _cut(line, random)]
    return _draw(lines, glyph.width, random, side)


def _move(part: list[Line], random: np.random.Generator, shift: float, scale: float, turn: float) -> None:
    middle = np.concatenate(part).mean(0)
    angle = random.normal(0, turn)
    size = np.exp(random.normal(0, scale, 2))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * size
    push = random.normal(0, shift, 2)
    for k, line in enumerate(part):
        part[k] = (line - middle) @ matrix.T + middle + push


def _bend(line: Line, random: np.random.Generator, loose: float) -> Line:
    """A stroke turned a little about its middle, bowed, and started and stopped elsewhere."""
    out = line.copy()
    length = float(np.hypot(*np.diff(line, axis=0).T).sum())
    chord = line[-1] - line[0]
    across = np.array([-chord[1], chord[0]]) / max(1e-6, float(np.hypot(*chord)))
    along = np.linspace(0, 1, len(line))
    bow = random.normal(0, 0.05 * loose) * min(length, 1)
    out = out + np.outer(np.sin(np.pi * along) * bow, across)
    lean = random.normal(0, 0.03 * loose, (2, 2))
    out = out + np.outer(1 - along, lean[0]) + np.outer(along, lean[1])
    for _ in (True, False):
        out = out[::-1]
        change = random.normal(0.0, 0.05 * loose) * min(1.0, length)
        if change > 0:
            pull = out[0] - out[min(3, len(out) - 1)]
            norm = float(np.hypot(*pull))
            if norm > 0:
                out = np.concatenate([[out[0] + pull / norm * change], out])
        elif len(out) > 6:
            out = out[min(int(-change / 0.025), len(out) // 4) :]
    return out


def _connect(lines: list[Line], random: np.random.Generator) -> None:
    """Two near stroke ends run together, as in quick writing."""
    ends = [(i, e) for i in range(len(lines)) for e in (0, -1)]
    near = []
    for a, (i, e) in enumerate(ends):
        for j, f in ends[a + 1 :]:
            gap = float(np.hypot(*(lines[i][e] - lines[j][f])))
            if i != j and 0.02 < gap < 0.22:
                near.append((lines[i][e], lines[j][f]))
    if near:
        one, two = near[int(random.integers(len(near)))]
        lines.append(_smooth(np.stack([one, (one + two) / 2 + random.normal(0, 0.02, 2), two])))


def _cut(line: Line, random: np.random.Generator) -> list[Line]:
    if len(line) < 16 or random.random() < 0.5:
        return [line]
    at = int(random.integers(5, len(line) - 5))
    return [line[: at - 1], line[at + 1 :]]


def _draw(lines: list[Line], width: float, random: np.random.Generator, side: int) -> NDArray[np.uint8]:
    every = np.concatenate(lines)
    low, high = every.min(0), every.max(0)
    scale = 0.8 / max(float((high - low).max()), 1e-3)
    big = side * 3
    own = width * scale
    pen = float(np.exp(random.uniform(np.log(0.022), np.log(0.1)))) if random.random() < 0.8 else own
    canvas = np.zeros((big, big), np.uint8)
    offset = 0.5 - (high + low) / 2 * scale
    brush = random.random() < 0.35
    for line in lines:
        points = (line * scale + offset) * big
        along = np.linspace(0, 1, len(points))
        pressure = 1 + 0.12 * np.interp(along, np.linspace(0, 1, 4), random.normal(0, 1, 4))
        if brush:
            pressure *= 1 + random.uniform(-0.2, 0.4) * (1 - along) ** 2
            pressure *= 1 - random.uniform(0.2, 0.8) * np.clip((along - 0.7) / 0.3, 0, 1)
        for k in range(len(points) - 1):
            thick = max(2, round(pen * big * float(max(pressure[k], 0.25))))
            ends = [tuple(int(v * 8) for v in points[m]) for m in (k, k + 1)]
            cv2.line(canvas, ends[0], ends[1], 255, thick, cv2.LINE_AA, 3)
    return np.asarray(cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
