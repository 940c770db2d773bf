"""Sibling patterns (きょうだいパターン): which placements a family asks for, best first, one at a time.

The seven patterns are those of current practice; their numbers and their order of preference are the ones
published with the open ChilmAI column format:

====  ==========================  ================================================================
no.   name                        the family accepts
====  ==========================  ================================================================
1     同保同時                    everyone at one nursery, or nobody
2     同保順次（上の子から）      one nursery for all who enter, the eldest among them
3     同保順次（下の子から）      one nursery for all who enter, the youngest among them
4     別保同時（同じ園を優先）    everyone, any nurseries, the same one preferred
5     別保順次（同じ園を優先）    anyone, any nurseries, the same one preferred
6     別保同時（希望順を優先）    everyone, each child's own order
7     別保順次（希望順を優先）    anyone, each child's own order
====  ==========================  ================================================================

Order of preference inside a pattern: (2, 3: the named child enters, then the next) → more children enter →
(1–5: more of them at one nursery) → smaller product of the children's ranks, where a child who does not
enter counts 99 → the eldest child's rank, then the next (3: the youngest's first).

Placements come out of a heap, so that the first ten thousand of a family's millions cost ten thousand steps.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from math import prod

NOT_ENTERING = 99  # the rank of a child who does not enter
PATTERNS = range(1, 8)
MAX_SIBLINGS = 8  # Bell(9) = 21,147 starting points; a larger household is a fault of the file

Nursery = str | None
Choice = tuple[tuple[int, ...], tuple[int, ...], str]  # sort key, ranks of the block's children, nursery


@dataclass(frozen=True, slots=True)
class _Start:
    """Who enters, split into groups that share a nursery; ``choices`` per group, best first."""

    groups: tuple[tuple[int, ...], ...]
    choices: tuple[tuple[Choice, ...], ...]


def placements(
    lists: Sequence[Sequence[str]], current: Sequence[Nursery], pattern: int
) -> Iterator[tuple[Nursery, ...]]:
    """Yield the placements a family asks for, best first, its present one left out.

    ``lists``: per child, eldest first, the wished nurseries, best first, each once. ``current``: per child
    the nursery attended now (a transfer child, 転園) or ``None``. A child who does not enter stands at
    ``current`` in the tuple. Raises ``ValueError`` for a pattern outside 1–7 or more than eight children.

    >>> list(placements([["A", "B"], ["B", "A"]], [None, None], 1))
    [('A', 'A'), ('B', 'B')]
    >>> list(placements([["A"], ["B"]], [None, "X"], 7))
    [('A', 'B'), ('A', 'X'), (None, 'B')]
    """
    if pattern not in PATTERNS:
        raise ValueError(f"sibling pattern {pattern} is not one of 1-7")
    if len(lists) > MAX_SIBLINGS:
        raise ValueError(f"{len(lists)} siblings; at most {MAX_SIBLINGS}")
    ranks = [
        {nursery: place for place, nursery in enumerate(wished, 1) if nursery != here}
        for wished, here in zip(lists, current, strict=True)
    ]
    plans = sorted(_plans(len(ranks), pattern))
    for _, same in groupby(plans, key=lambda plan: plan[0]):
        starts = [start for _, groups in same if (start := _start(ranks, groups, pattern))]
        yield from _merged(starts, current, pattern)


def _merged(starts: list[_Start], current: Sequence[Nursery], pattern: int) -> Iterator[tuple[Nursery, ...]]:
    """Placements of equal head, by the product of ranks, then rank by rank."""
    count = len(current)
    heap = [
        _node(start, number, (0,) * len(start.groups), pattern, count) for number, start in enumerate(starts)
    ]
    heapq.heapify(heap)
    while heap:
        _, _, number, chosen = heapq.heappop(heap)
        start = starts[number]
        for successor in _successors(start, chosen):
            heapq.heappush(heap, _node(start, number, successor, pattern, count))
        names = [start.choices[group][index][2] for group, index in enumerate(chosen)]
        if pattern in (4, 5) and len(set(names)) < len(names):
            continue  # groups that meet at one nursery are another, larger group
        placement = list(current)
        for group, nursery in zip(start.groups, names, strict=True):
            for child in group:
                placement[child] = nursery
        yield tuple(placement)


def _plans(count: int, pattern: int) -> Iterator[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]]:
    """Who may enter and who shares a nursery, each with its head."""
    everyone = tuple(range(count))
    for size in range(count, 0, -1):
        if pattern in (1, 4, 6) and size < count:
            break
        for entering in combinations(everyone, size):
            if (pattern == 2 and entering[0] != 0) or (pattern == 3 and entering[-1] != everyone[-1]):
                continue
            for groups in _groupings(entering, pattern):
                yield _head(entering, groups, pattern, count), groups


def _start(ranks: list[dict[str, int]], groups: tuple[tuple[int, ...], ...], pattern: int) -> _Start | None:
    choices = tuple(_choices(ranks, group, pattern) for group in groups)
    return _Start(groups, choices) if all(choices) else None


def _groupings(entering: tuple[int, ...], pattern: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    if pattern in (1, 2, 3):
        yield (entering,)
    elif pattern in (6, 7):
        yield tuple((child,) for child in entering)
    else:
        yield from _partitions(entering)


def _partitions(children: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """All ways to split ``children`` into groups."""
    if not children:
        yield ()
        return
    first, rest = children[0], children[1:]
    for size in range(len(rest) + 1):
        for others in combinations(rest, size):
            left = tuple(child for child in rest if child not in others)
            for more in _partitions(left):
                yield ((first, *others), *more)


def _choices(ranks: list[dict[str, int]], group: tuple[int, ...], pattern: int) -> tuple[Choice, ...]:
    found: list[Choice] = []
    for nursery in ranks[group[0]]:
        if all(nursery in ranks[child] for child in group):
            own = tuple(ranks[child][nursery] for child in group)
            found.append(((prod(own), *(own[::-1] if pattern == 3 else own)), own, nursery))
    return tuple(sorted(found))


def _head(
    entering: tuple[int, ...], groups: tuple[tuple[int, ...], ...], pattern: int, count: int
) -> tuple[int, ...]:
    """What is compared before ranks; smaller is better."""
    if pattern in (2, 3):  # who enters says how many, and they share one nursery
        named = tuple(-int(child in entering) for child in range(count))
        return named if pattern == 2 else named[::-1]
    return -len(entering), -max(len(group) for group in groups)  # 6, 7: every group is one child


_Node = tuple[int, tuple[int, ...], int, tuple[int, ...]]


def _node(start: _Start, number: int, chosen: tuple[int, ...], pattern: int, count: int) -> _Node:
    ranks = [NOT_ENTERING] * count
    for group, options, index in zip(start.groups, start.choices, chosen, strict=True):
        for child, rank in zip(group, options[index][1], strict=True):
            ranks[child] = rank
    order = tuple(ranks[::-1] if pattern == 3 else ranks)
    return prod(ranks), order, number, chosen


def _successors(start: _Start, chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Each vector of choices has one parent: itself with its last non-zero entry lowered by one."""
    last = max((group for group, index in enumerate(chosen) if index), default=0)
    for group in range(last, len(chosen)):
        if chosen[group] + 1 < len(start.choices[group]):
            yield (*chosen[:group], chosen[group] + 1, *chosen[group + 1 :])
