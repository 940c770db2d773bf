"""Keys that depend on the result of the allocation (南風原町: きょうだい同時に入所できる場合).

The keys say who is placed, and who is placed says the keys. ``settle`` looks for a result that agrees with
its own keys; if the results go round in a circle, only a person can choose, and gets to see them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.market import Seat

KeysT = TypeVar("KeysT")
OutcomeT = TypeVar("OutcomeT")


@dataclass(frozen=True, slots=True)
class Settled(Generic[OutcomeT]):
    """``fixed``: ``outcome`` agrees with its own keys. ``cycle``: ``outcomes`` follow one another for ever.

    ``undecided``: neither was seen within the limit. ``rounds``: how often the allocation was run.
    """

    status: Literal["fixed", "cycle", "undecided"]
    outcomes: tuple[OutcomeT, ...]
    rounds: int

    @property
    def outcome(self) -> OutcomeT | None:
        return self.outcomes[0] if self.status == "fixed" else None

    def __str__(self) -> str:
        if self.status == "fixed":
            return f"{self.rounds}回の計算で、結果と同点の決まりが一致しました。"
        if self.status == "cycle":
            return (
                f"結果によって同点の順が変わり、{len(self.outcomes)}通りの結果が交互に現れます。"
                "職員がどちらかを選び、理由を記録してください。"
            )
        return f"{self.rounds}回の計算で決まりませんでした。職員が順を決めてください。"


def settle(
    start: OutcomeT,
    keys_for: Callable[[OutcomeT], KeysT],
    allocate: Callable[[KeysT], OutcomeT],
    limit: int = 20,
) -> Settled[OutcomeT]:
    """Run ``allocate(keys_for(outcome))`` from ``start`` until an outcome repeats, at most ``limit`` times.

    Outcomes are compared with ``==``. Both functions must be deterministic; then a repeated outcome proves a
    cycle. A fixed point that the way from ``start`` does not meet is not looked for.
    """
    seen: list[OutcomeT] = []
    outcome = start
    for rounds in range(1, limit + 1):
        result = allocate(keys_for(outcome))
        if result == outcome and rounds > 1:
            return Settled("fixed", (result,), rounds)
        if result in seen:
            return Settled("cycle", tuple(seen[seen.index(result) :]), rounds)
        seen.append(result)
        outcome = result
    return Settled("undecided", (outcome,), limit)


def together(applications: Applications, assignment: Mapping[str, Seat]) -> frozenset[tuple[str, str]]:
    """(child, nursery) for which the brothers and sisters who apply too all get a seat in this outcome.

    For ``Decisions.together``. A child without siblings who apply is never in it.
    """
    families: dict[str, list[str]] = {}
    for child in applications.applicants:
        families.setdefault(child.household, []).append(child.id)
    found: set[tuple[str, str]] = set()
    for child in applications.applicants:
        others = [one for one in families[child.household] if one != child.id]
        if others and all(assignment.get(one) is not None for one in others):
            found.update((child.id, nursery) for nursery in child.wishes)
    return frozenset(found)
