"""Groups of families for lower bounds on the fewest blocking families.

To prove that no n families can be the only ones that block, it is enough to cover all sets of n families
by unions of groups and to show of each union F that no assignment with at most n blocking families has all
of them in F: whichever n families block, they lie in one of the unions. The groups only decide how hard
the proofs are, never whether they hold. Families whose only children compete for classes that hang together
(one age, in practice) make a group of their own: freeing it leaves the conflicts of the others in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

from yakuba.nursery.domain.arrays import Arrays

Group = frozenset[int]


def groups(arrays: Arrays) -> list[Group]:
    """A partition of the families (indices), in a deterministic order."""
    root = _linked(arrays)
    touched: list[set[int]] = [set() for _ in arrays.families]
    for e, p in enumerate(arrays.entry_placement.tolist()):
        touched[int(arrays.placement_family[p])].add(root[int(arrays.entry_class[e])])
    parts: dict[int, set[int]] = {}
    for f, roots in enumerate(touched):
        parts.setdefault(roots.pop() if len(roots) == 1 else -1, set()).add(f)
    return [frozenset(parts[key]) for key in sorted(parts)]


def unions(parts: list[Group], size: int) -> Iterator[Group]:
    """Unions that cover every set of ``size`` families."""
    for chosen in combinations_with_replacement(range(len(parts)), size):
        yield frozenset().union(*(parts[at] for at in set(chosen)))


def work(arrays: Arrays, parts: list[Group], size: int) -> int:
    """Placements of the families in all unions together: about the literals of all the models."""
    lengths = (arrays.family_start[1:] - arrays.family_start[:-1]).tolist()
    own = [sum(lengths[f] for f in part) for part in parts]
    chosen = combinations_with_replacement(range(len(parts)), size)
    return sum(sum(own[at] for at in set(some)) for some in chosen)


def _linked(arrays: Arrays) -> list[int]:
    """Per class a representative of the classes that only children link it to."""
    parent = list(range(len(arrays.classes)))

    def find(c: int) -> int:
        while parent[c] != c:
            parent[c] = parent[parent[c]]
            c = parent[c]
        return c

    first: dict[int, int] = {}
    for e, p in enumerate(arrays.entry_placement.tolist()):
        f = int(arrays.placement_family[p])
        if arrays.single[f]:
            c = int(arrays.entry_class[e])
            parent[find(c)] = find(first.setdefault(f, c))
    return [find(c) for c in range(len(parent))]
