"""Displacement chains (玉突き): how a few changes of a market lead, family by family, to every move.

A *start* is a change between the two markets: seats of a class, keys of a child, a priority order, wishes, a
pin, a child who joined or left. A *link* says what a family's move can have come from: a start, or another
family that vacated one of its new classes or took a seat in one of its old ones. Families, not children, are
linked, since a family changes its placement as a whole.

A family with exactly one link has a cause that is certain. Where several families could have caused a move
(two seats of one class became free, or siblings moved together) all of them are linked, and the group says
that it has no single order: nothing is invented.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.nursery.domain.chain_links import Changed, Link, Links
from yakuba.nursery.domain.difference import Assignment, Move
from yakuba.nursery.domain.market import Market, Seat

__all__ = ["Group", "Link", "Step", "chains"]


@dataclass(frozen=True, slots=True)
class Step:
    """One family's moves with what they can have come from."""

    family: str
    moves: tuple[Move, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Families whose moves hang together, causes first. ``clear``: every cause is certain, one chain."""

    steps: tuple[Step, ...]
    clear: bool

    def as_dict(self) -> dict[str, Any]:
        """The group as JSON values; moves are named by their children."""
        return {
            "clear": self.clear,
            "steps": [
                {
                    "family": step.family,
                    "children": [move.child for move in step.moves],
                    "links": [link.as_dict() for link in step.links],
                }
                for step in self.steps
            ],
        }


def chains(
    before: Market,
    was: Assignment,
    after: Market,
    now: Assignment,
    moves: Sequence[Move],
    *,
    keys: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
    pins: tuple[Mapping[str, Seat], Mapping[str, Seat]] = ({}, {}),
) -> tuple[Group, ...]:
    """Groups that hold every family of ``moves`` exactly once, longest first.

    ``keys``: the ``keys`` of both market.json files, empty when there are none; ``pins``: of both runs.
    """
    found = Links((before, after), (was, now), moves, keys, pins)
    links = {family: tuple(found.of(family)) for family in found.changed}
    return tuple(
        sorted(_groups(found.changed, links), key=lambda one: (-len(one.steps), one.steps[0].family))
    )


def _groups(changed: Mapping[str, Changed], links: Mapping[str, tuple[Link, ...]]) -> Iterator[Group]:
    near: dict[str, set[str]] = {family: set() for family in changed}
    for family, own in links.items():
        for link in own:
            if link.kind in ("vacated", "displaced") and link.family is not None:
                near[family].add(link.family)
                near[link.family].add(family)
    seen: set[str] = set()
    for family in sorted(changed):
        if family in seen:
            continue
        members = _reached(family, near)
        seen |= members
        order = _in_order(members, links)
        steps = tuple(Step(one, tuple(changed[one].moves), links[one]) for one in order)
        yield Group(steps, all(len(step.links) == 1 for step in steps) and _starts(steps) == 1)


def _reached(start: str, near: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for other in near[waiting.pop()] - found:
            found.add(other)
            waiting.append(other)
    return found


def _starts(steps: Sequence[Step]) -> int:
    return sum(link.kind not in ("vacated", "displaced") for step in steps for link in step.links)


def _in_order(members: set[str], links: Mapping[str, tuple[Link, ...]]) -> list[str]:
    """Causes before effects, else by id. A circle is entered where the market changed, or else at
    its first id."""
    causes = {
        family: {link.family for link in links[family] if link.kind in ("vacated", "displaced")}
        for family in members
    }
    started = {
        family: any(link.kind not in ("vacated", "displaced") for link in links[family]) for family in members
    }
    order: list[str] = []
    ready = deque(sorted(family for family in members if not causes[family]))
    left = set(members)
    while left:
        family = ready.popleft() if ready else min(left, key=lambda one: (not started[one], one))
        if family not in left:
            continue
        left.discard(family)
        order.append(family)
        for other in sorted(left):
            if family in causes[other]:
                causes[other].discard(family)
                if not causes[other]:
                    ready.append(other)
    return order
