r"""Whether a form's regular expression is told apart in bounded time, whatever text it meets (pure).

Python's ``re`` tries every way in which a text may be divided among the pieces of a pattern: ``(a+)+`` has a
billion for thirty letters. Here the ways are counted before the pattern is kept: the pattern
becomes a net of places (Glushkov's construction); a loop in which the same text can be read on two ways is
refused, and of loops that hand the same text to each other the ways multiply up to ``MOST_WAYS``. Every step
errs on the careful side. A pattern of bounded ways costs at most a fraction of a second.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from yakuba.ocr.domain.pattern_signs import Signs, share, signs_of

LONGEST_TEXT = 2000  # of what is compared with a pattern: domain/entry.py
MOST_WAYS = 10_000_000
MOST_PLACES = 400
MOST_PAIRS = 60_000
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_parser: Any = importlib.import_module("re._parser")  # the tree that ``re.compile`` itself is made from

START = -1
Pair = tuple[int, int]


class Unbounded(ValueError):
    """The pattern may take for ever; the text says why."""


LOOP = "同じ文字を二通り以上に区切れる繰り返しを、さらに繰り返しています（例：(a+)+）"
EMPTY = "空でもよいものを繰り返しているか、空の選択肢が2つ以上あります"
MANY = "同じ文字にあてはまる繰り返しや選択肢が多すぎます（例：.*.*.*）"
BACK = "前に出た文字と同じ（\\1）と、場合分け（?(1)…）は使えません"
LOOK = "繰り返しの中では、先読み・後読みを使えません"
LARGE = "長すぎるか、複雑すぎます"


@dataclass(slots=True)
class _Part:
    """A piece of the net: where it begins and ends, whether it may be empty."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    empty: bool = True


class _Net:
    """Places, and which follow which (in how many ways)."""

    def __init__(self, pieces: Iterable[tuple[Any, Any]], *, folded: bool) -> None:
        self.signs: list[Signs] = []
        self.after: dict[int, Counter[int]] = {START: Counter()}
        self.loops: list[tuple[int, int, int]] = []  # first place, end, how often at most
        self.forks: list[list[list[int]]] = []  # outside loops: where each alternative begins
        self.beside = 1  # ways of what is looked at ahead or behind
        self._shared: dict[tuple[int, int], bool] = {}
        whole = self._chain(pieces, folded=folded, looped=False)
        self.after[START].update(whole.first)

    def share(self, one: int, other: int) -> bool:
        """Whether two places share a character."""
        key = (min(one, other), max(one, other))
        if key not in self._shared:
            self._shared[key] = one == other or share(self.signs[one], self.signs[other])
        return self._shared[key]

    def _place(self, signs: Signs) -> _Part:
        number = len(self.signs)
        if number >= MOST_PLACES:
            raise Unbounded(LARGE)
        self.signs.append(signs)
        self.after[number] = Counter()
        return _Part([number], [number], False)

    def _join(self, one: _Part, other: _Part) -> _Part:
        for place in one.last:
            self.after[place].update(other.first)
        return _Part(
            one.first + (other.first if one.empty else []),
            other.last + (one.last if other.empty else []),
            one.empty and other.empty,
        )

    def _chain(self, pieces: Iterable[tuple[Any, Any]], *, folded: bool, looped: bool) -> _Part:
        part = _Part()
        for name, argument in pieces:
            part = self._join(part, self._piece(str(name), argument, folded=folded, looped=looped))
        return part

    def _piece(self, name: str, argument: Any, *, folded: bool, looped: bool) -> _Part:
        signs = signs_of(name, argument, folded=folded)
        if signs is not None:
            return self._place(signs)
        if name in REPEATS:
            return self._repeat(*argument, folded=folded, looped=looped)
        if name == "BRANCH":
            return self._branch(argument[1], folded=folded, looped=looped)
        if name == "SUBPATTERN":
            _, added, taken, inner = argument
            folded = (folded or bool(added & re.IGNORECASE)) and not taken & re.IGNORECASE
            return self._chain(inner, folded=folded, looped=looped)
        if name == "ATOMIC_GROUP":
            return self._chain(argument, folded=folded, looped=looped)
        if name in ("ASSERT", "ASSERT_NOT"):
            if looped:
                raise Unbounded(LOOK)
            self.beside *= _Net(argument[1], folded=folded).ways()
            return _Part()
        if name == "AT":
            return _Part()
        raise Unbounded(BACK)

    def _branch(self, items: list[Any], *, folded: bool, looped: bool) -> _Part:
        parts = [self._chain(one, folded=folded, looped=looped) for one in items]
        if sum(one.empty for one in parts) > 1:
            raise Unbounded(EMPTY)
        if not looped:
            self.forks.append([one.first for one in parts])
        return _Part(
            [place for one in parts for place in one.first],
            [place for one in parts for place in one.last],
            any(one.empty for one in parts),
        )

    def _repeat(self, least: int, most: int, inner: Any, *, folded: bool, looped: bool) -> _Part:
        """So many copies as there must be, then one that may be left out, or a loop."""
        part = _Part()
        for _ in range(least):
            part = self._join(part, self._body(inner, folded=folded, looped=looped))
        if most == least:
            return part
        begin, many = len(self.signs), most - least > 1
        rest = self._body(inner, folded=folded, looped=looped or many)
        if many:
            for place in rest.last:
                self.after[place].update(rest.first)
            self.loops.append((begin, len(self.signs), min(most - least + 1, LONGEST_TEXT)))
        elif not looped:
            self.forks.append([rest.first, []])
        rest.empty = True
        return self._join(part, rest)

    def _body(self, inner: Any, *, folded: bool, looped: bool) -> _Part:
        part = self._chain(inner, folded=folded, looped=looped)
        if part.empty:
            raise Unbounded(EMPTY)
        return part

    def ways(self) -> int:
        """In how many ways a text can be read at most. ``Unbounded`` when there is no bound."""
        rounds = self._rounds()
        for here, after in self.after.items():
            for there, count in after.items():
                if count > 1 and here in rounds and rounds[here] == rounds.get(there):
                    raise Unbounded(LOOP)
        ways = self.beside * self._choices() * max(LONGEST_TEXT, self._along(rounds))
        if ways > MOST_WAYS:
            raise Unbounded(MANY)
        return ways

    def _rounds(self) -> dict[int, int]:
        """The outermost loop that each place in a loop belongs to, named by its first place."""
        found: dict[int, int] = {}
        for begin, end, _ in sorted(self.loops, key=lambda one: (one[0], -one[1])):
            for place in range(begin, end):
                found.setdefault(place, begin)
        return found

    def _choices(self) -> int:
        """Alternatives outside loops, where the next character does not tell which one is meant."""
        ways = 1
        for groups in self.forks:
            begins = {place for group in groups for place in group}
            beside = [set(after) - begins for after in self.after.values() if begins & set(after)]
            rival = any(
                self.share(one, other)
                for at, group in enumerate(groups)
                for one in group
                for others in [*groups[at + 1 :], *(list(places) for places in beside)]
                for other in others
            )
            ways *= len(groups) if rival else 1
        return ways

    def _along(self, rounds: Mapping[int, int]) -> int:
        """The ways of loops that follow one another and can read the same text."""
        rivals: set[int] = set()
        for found in _circles(self._pairs(rounds)):
            apart = [(one, other) for one, other in found if one != other]
            if apart and len(apart) < len(found):
                raise Unbounded(LOOP)
            for one, other in apart:
                if rounds[one] != rounds[other]:
                    rivals |= {rounds[one], rounds[other]}
        return self._heaviest(rounds, rivals)

    def _pairs(self, rounds: Mapping[int, int]) -> dict[Pair, list[Pair]]:
        """Pairs of places that the same text can lead to, from one place in a loop."""
        waiting = [(place, place) for place in rounds]
        found: dict[Pair, list[Pair]] = {}
        while waiting:
            pair = waiting.pop()
            if pair in found:
                continue
            if len(found) >= MOST_PAIRS:
                raise Unbounded(LARGE)
            found[pair] = [
                (one, other)
                for one in self.after[pair[0]]
                for other in self.after[pair[1]]
                if self.share(one, other)
            ]
            waiting += found[pair]
        return found

    def _heaviest(self, rounds: Mapping[int, int], rivals: set[int]) -> int:
        """The largest product of how often rivals can turn, along one way through the net."""
        weight = dict.fromkeys(rivals, 1)
        for begin, end, often in self.loops:
            for number in {rounds[place] for place in range(begin, end) if place in rounds} & rivals:
                weight[number] = min(LONGEST_TEXT, weight[number] * often)
        best: dict[int, int] = {}  # from a place, or from a whole loop, to the end
        for here in sorted(self.after, reverse=True):  # only a loop leads back
            loop = rounds.get(here, here)
            onward = [best[rounds.get(one, one)] for one in self.after[here] if rounds.get(one, one) != loop]
            best[loop] = max(best.get(loop, 1), *onward, 1)
            if here == loop:
                best[loop] *= weight.get(loop, 1) if here in rounds else 1
        return best[START]


def _circles(after: Mapping[Pair, list[Pair]]) -> Iterable[list[Pair]]:
    """The strongly connected parts that hold a circle (Tarjan's way, without recursion)."""
    order: dict[Pair, int] = {}
    low: dict[Pair, int] = {}
    stack: list[Pair] = []
    on_stack: set[Pair] = set()
    for root in after:
        if root in order:
            continue
        path = [(root, iter(after[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while path:
            here, rest = path[-1]
            there = next(rest, None)
            if there is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[here])
                if low[here] == order[here]:
                    part = _popped(stack, here)
                    on_stack.difference_update(part)
                    if len(part) > 1 or here in after[here]:
                        yield part
            elif there not in order:
                order[there] = low[there] = len(order)
                stack.append(there)
                on_stack.add(there)
                path.append((there, iter(after[there])))
            elif there in on_stack:
                low[here] = min(low[here], order[there])


def _popped(stack: list[Pair], until: Pair) -> list[Pair]:
    part = []
    while True:
        part.append(stack.pop())
        if part[-1] == until:
            return part


@lru_cache(maxsize=1024)
def unbounded(pattern: str) -> str:
    """Why the time for a pattern has no bound, in words for the form's designer; empty when it has one.

    >>> unbounded("[0-9]{3}-[0-9]{4}"), unbounded("([A-Z]+-)*[0-9]+")
    ('', '')
    >>> bool(unbounded("(a+)+")), bool(unbounded("(a|aa)+$"))
    (True, True)

    ``re.error`` and its like for what is no pattern at all.
    """
    parsed = _parser.parse(pattern)
    try:
        _Net(parsed, folded=bool(parsed.state.flags & re.IGNORECASE)).ways()
    except Unbounded as why:
        return str(why)
    return ""
