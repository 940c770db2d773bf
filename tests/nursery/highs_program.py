"""The whole market as an integer program for HiGHS: market JSON in, ``[children placed, positions]`` out."""

from __future__ import annotations

import json
import sys
from typing import Any

import highspy

from yakuba.nursery.domain.market import Market
from yakuba.nursery.domain.market_json import parse


def full_integer_program(market: Market) -> tuple[int, int]:
    """The whole market, no presolve, as an integer program for HiGHS: (children placed, sum of positions)."""
    program = highspy.Highs()
    program.silent()
    families = sorted(market.families, key=lambda family: family.id)
    options = {family.id: [*family.wishes, family.current] for family in families}
    x = {family.id: [program.addBinary() for _ in options[family.id]] for family in families}
    seated: dict[str, list[tuple[int, str, Any]]] = {name: [] for name in market.capacity}
    rank = {name: {child: at for at, child in enumerate(order)} for name, order in market.priority.items()}
    for family in families:
        program.addConstr(sum(x[family.id]) == 1)
        for variable, option in zip(x[family.id], options[family.id], strict=True):
            for child, seat in zip(family.children, option, strict=True):
                if seat is not None:
                    seated[seat].append((rank[seat][child], family.id, variable))
    for name, entries in seated.items():
        if entries:
            program.addConstr(sum(variable for _, _, variable in entries) <= market.capacity[name])
    for family in families:
        for at, wish in enumerate(family.wishes):
            reasons = sum(x[family.id][: at + 1])
            for seat in sorted({seat for seat in wish if seat is not None}):
                mine = [rank[seat][c] for c, s in zip(family.children, wish, strict=True) if s == seat]
                rivals = [v for r, owner, v in seated[seat] if owner != family.id and r < max(mine)]
                need = market.capacity[seat] - len(mine) + 1
                if need <= 0:
                    reasons = reasons + 1
                elif len(rivals) >= need:
                    full = program.addBinary()
                    program.addConstr(sum(rivals) >= need * full)
                    reasons = reasons + full
            program.addConstr(reasons >= 1)
    placed = sum(
        (len(o) - o.count(None)) * v for f in families for o, v in zip(options[f.id], x[f.id], strict=True)
    )
    positions = sum(at * v for f in families for at, v in enumerate(x[f.id]))
    program.maximize(placed)
    most = round(program.getObjectiveValue())
    program.addConstr(placed >= most - 0.5)
    program.minimize(positions)
    return most, round(program.getObjectiveValue())


if __name__ == "__main__":
    json.dump(full_integer_program(parse(json.load(sys.stdin))), sys.stdout)
