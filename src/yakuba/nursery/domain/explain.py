"""Reasons for a result (割当ての理由), as claims that a machine can recompute and as plain Japanese.

``claims`` turns a market and a result into JSON lines, one fact a line. ``docs/nursery-claims.md`` lists
every kind with its fields; ``verify_claims`` recomputes all of them along a path of its own.

Kinds, in the order in which they are written:

* ``key_names``: names of the priority keys (once, only when the market gives keys);
* ``cutoff``: per class, seats, occupants and the last admitted child;
* ``placed`` | ``held`` | ``not_placed``: per child, what it got;
* ``full`` | ``capacity_zero`` | ``never_possible`` | ``declared_blocking``: per child and wish better than
  the obtained one, why it was not obtained;
* ``decided_by``: per child and full class, which key (or the lottery, a current seat, a sibling) decided;
* ``below``: per child, the wishes under the obtained one, which were not considered.

Counting rule: a wish is closed when in one of its classes ``above + needs > capacity``, where ``above``
counts occupants of *other* families that rank above the family's worst child there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from yakuba.nursery.domain.explain_text import Audience, WishExplanation, blocks, headline, text
from yakuba.nursery.domain.explain_view import ClassView, FamilyView, MarketView, NotExplained

__all__ = [
    "REFUSALS",
    "Audience",
    "Claim",
    "NotExplained",
    "WishExplanation",
    "blocks",
    "by_child",
    "claims",
    "headline",
    "of_child",
    "text",
]

Claim = dict[str, Any]
REFUSALS = frozenset({"full", "capacity_zero", "never_possible", "declared_blocking"})


def claims(market: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[Claim]:
    """All claims for ``result``, in a deterministic order (classes, then families and children by id).

    ``market`` and ``result`` are the parsed ``market.json`` and ``result.json``. Work is proportional to the
    number of wish tuples. Raises ``NotExplained`` when the result cannot be explained truthfully: a child
    has a seat its family did not ask for, or a family that is not declared as blocking could improve.
    """
    view = MarketView(market, result)
    if view.key_names is not None:
        yield {"kind": "key_names", "names": list(view.key_names), "ascending": view.ascending}
    for class_ in sorted(view.classes):
        yield _cutoff(view, view.classes[class_])
    for family in sorted(market["families"], key=lambda row: str(row["id"])):
        yield from _family_claims(view, FamilyView(view, family))


def by_child(lines: Iterable[Claim]) -> Iterator[tuple[str, list[Claim]]]:
    """Each child with every claim that its texts need: key names, cut-offs of its classes, its own claims.

    Reads a stream in the order of ``claims`` once; only class claims and one child are held in memory.
    """
    names: list[Claim] = []
    cutoffs: dict[str, Claim] = {}
    child: str | None = None
    own: list[Claim] = []
    for line in lines:
        if line["kind"] == "key_names":
            names.append(line)
        elif line["kind"] == "cutoff":
            cutoffs[line["class"]] = line
        else:
            if child is not None and line["child"] != child:
                yield child, _with_classes(names, cutoffs, own)
                own = []
            child = line["child"]
            own.append(line)
    if child is not None:
        yield child, _with_classes(names, cutoffs, own)


def of_child(lines: Iterable[Claim], child: str) -> list[Claim]:
    """The claims that ``text`` and ``blocks`` need for one child; empty when the child is unknown."""
    return next((found for name, found in by_child(lines) if name == child), [])


def _with_classes(names: list[Claim], cutoffs: dict[str, Claim], own: list[Claim]) -> list[Claim]:
    classes = {seat["class"] for line in own for seat in line.get("seats", ())}
    classes.update(line["class"] for line in own if line.get("class") is not None)
    return [*names, *(cutoffs[class_] for class_ in sorted(classes) if class_ in cutoffs), *own]


def _cutoff(view: MarketView, seats: ClassView) -> Claim:
    claim: Claim = {
        "kind": "cutoff",
        "class": seats.id,
        "capacity": seats.capacity,
        "occupants": len(seats.occupants),
        "holders": seats.holders,
        "transfers": seats.transfers,
        "last": seats.occupants[-1] if seats.occupants else None,
    }
    if view.key_names is not None:
        keys = view.keys(seats.occupants[-1], seats.id) if seats.occupants else None
        claim["keys"] = None if keys is None else list(keys)
    return claim


def _family_claims(view: MarketView, family: FamilyView) -> Iterator[Claim]:
    if family.wish is None and family.obtained != family.current:
        raise NotExplained(
            f"世帯 {family.id}：割当て {list(family.obtained)} は希望にも在籍にもありません。"
            "結果を検算してください。"
        )
    better = family.wishes if family.wish is None else family.wishes[: family.wish - 1]
    outcomes = [_outcome(view, family, number, wish) for number, wish in enumerate(better, start=1)]
    for place in sorted(range(len(family.children)), key=lambda index: family.children[index]):
        child = family.children[place]
        yield _obtained(view, family, place)
        told: set[tuple[str, int]] = set()
        for number, (wish, (kind, seats, extra)) in enumerate(zip(better, outcomes, strict=True), start=1):
            yield {
                "kind": kind,
                "family": family.id,
                "child": child,
                "wish": number,
                "class": wish[place],
                "seats": seats,
                **extra,
            }
            if kind == "full":
                yield from _reasons(view, family, child, wish[place], seats, told)
        if family.wish is not None and family.wish < len(family.wishes):
            yield {
                "kind": "below",
                "family": family.id,
                "child": child,
                "from": family.wish + 1,
                "to": len(family.wishes),
            }


def _reasons(
    view: MarketView,
    family: FamilyView,
    child: str,
    class_: str | None,
    seats: list[Claim],
    told: set[tuple[str, int]],
) -> Iterator[Claim]:
    """``decided_by`` for the child's own class of this wish, once for every (class, needs)."""
    for seat in seats:
        key = (seat["class"], seat["needs"])
        if seat["class"] == class_ and key not in told:
            told.add(key)
            yield _decided_by(view, family, child, seat["class"], seat["needs"])


def _outcome(
    view: MarketView, family: FamilyView, number: int, wish: tuple[str | None, ...]
) -> tuple[str, list[Claim], Claim]:
    """Kind, seats and further fields of one wish that the family did not obtain."""
    seats = family.seats(wish)
    closed = [seat for seat in seats if seat["above"] + seat["needs"] > seat["capacity"]]
    if not closed:
        if family.id not in view.blocking:
            raise NotExplained(
                f"世帯 {family.id}：第{number}希望に空きがあるのに割り当てられておらず、"
                "競合する世帯としても申告されていません。結果を検算してください。"
            )
        extra = {"status": view.status, "blocking": len(view.blocking), "lower_bound": view.lower_bound}
        return "declared_blocking", seats, extra
    if any(seat["capacity"] == 0 for seat in closed):
        return "capacity_zero", closed, {}
    if any(seat["needs"] > seat["capacity"] for seat in closed):
        return "never_possible", closed, {}
    return "full", closed, {}


def _obtained(view: MarketView, family: FamilyView, place: int) -> Claim:
    child, class_ = family.children[place], family.obtained[place]
    claim: Claim = {
        "kind": "not_placed",
        "family": family.id,
        "child": child,
        "wish": family.wish,
        "wishes": len(family.wishes),
    }
    if class_ is None:
        return claim
    seats = view.classes[class_]
    claim["kind"] = "held" if family.current[place] == class_ else "placed"
    claim["class"] = class_
    claim["rank"] = seats.above(child) + 1
    claim["capacity"] = seats.capacity
    claim["occupants"] = len(seats.occupants)
    claim["others"] = len(seats.occupants) - family.obtained.count(class_)
    _add_keys(view, claim, child, class_)
    return claim


def _decided_by(view: MarketView, family: FamilyView, child: str, class_: str, needs: int) -> Claim:
    """Compare the child with the occupant whom it would have to outrank for ``needs`` seats."""
    seats = view.classes[class_]
    against = family.threshold(class_, needs)
    claim: Claim = {
        "kind": "decided_by",
        "family": family.id,
        "child": child,
        "class": class_,
        "needs": needs,
        "capacity": seats.capacity,
        "position": family.others_above(class_, child) + 1,
        "others": len(seats.occupants) - family.obtained.count(class_),
        "against": against,
    }
    claim.update(_reason(view, seats, child, against))
    _add_keys(view, claim, child, class_)
    return claim


def _reason(view: MarketView, seats: ClassView, child: str, against: str) -> Claim:
    if seats.rank[child] < seats.rank[against]:
        return {"by": "sibling"}
    if view.holds(against, seats.id) and not view.holds(child, seats.id):
        return {"by": "holder"}
    own, other = view.keys(child, seats.id), view.keys(against, seats.id)
    if own is None or other is None or view.key_names is None:
        return {"by": "order"}
    for index, (mine, theirs) in enumerate(zip(view.numbers(own), view.numbers(other), strict=False)):
        if mine < theirs:
            name = view.key_names[index] if index < len(view.key_names) else ""
            return {"by": "key", "key": index, "name": name, "own": own[index], "threshold": other[index]}
        if mine > theirs:
            return {"by": "order"}
    return {"by": "lottery" if view.drawn_before(against, child) else "order"}


def _add_keys(view: MarketView, claim: Claim, child: str, class_: str) -> None:
    if view.key_names is not None:
        keys = view.keys(child, class_)
        claim["keys"] = None if keys is None else list(keys)
