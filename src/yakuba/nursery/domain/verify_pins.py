"""The verifier's own view of pins (固定): standard library only, no code shared with the engine.

It rebuilds the market with its pins from market.json, so that the other checks can run over it, and finds by
the original priorities which families the pins, and nothing else, keep from a wish.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yakuba.nursery.domain.verify_market import current, options

Json = dict[str, Any]


def pin_problems(market: Json) -> list[str]:
    """What keeps the ``pins`` of a well-formed market from being pins, one Japanese sentence each."""
    pins = market.get("pins", {})
    if not isinstance(pins, dict) or not all(isinstance(seat, str | None) for seat in pins.values()):
        return ["市場：pinsが児童からクラス又はnullへのオブジェクトではありません。"]
    problems = []
    here = {
        child: seat
        for family in market["families"]
        for child, seat in zip(family["children"], current(family), strict=True)
    }
    for child in sorted(pins):
        if child not in here:
            problems.append(f"子{child}：固定されていますが、市場にいません。")
        elif pins[child] is None and here[child] is not None:
            problems.append(f"子{child}：在籍中なのに、入所なしに固定されています。")
        elif pins[child] is not None and pins[child] not in market["capacity"]:
            problems.append(f"子{child}：固定先のクラス{pins[child]}は市場にありません。")
    if problems:
        return problems
    for seat in sorted({seat for seat in pins.values() if seat is not None}):
        inside = sum((pins.get(child, held)) == seat for child, held in here.items())
        if inside > market["capacity"][seat]:
            problems.append(f"クラス{seat}：固定と在籍の児童{inside}人が定員を超えます。")
    return problems


def given(market: Json) -> Json:
    """The market with its pins: pinned children hold their class, rank first there and nowhere else."""
    pins = market.get("pins") or {}
    if not pins:
        return market
    ranked: dict[str, list[str]] = {}
    for name in market["capacity"]:
        ranked[name] = sorted(child for child in pins if pins[child] == name)
        ranked[name] += [child for child in market["priority"].get(name, []) if child not in pins]
    families = []
    for family in market["families"]:
        children = family["children"]
        if not any(child in pins for child in children):
            families.append({**family, "current": current(family)})
            continue
        here = [pins.get(child, seat) for child, seat in zip(children, current(family), strict=True)]
        kept: list[Any] = []
        for wish in options(family)[:-1]:
            if _keeps(children, wish, pins):
                if wish == here:
                    break
                kept.append(wish)
        families.append({**family, "current": here, "wishes": kept})
    rest = {key: value for key, value in market.items() if key != "pins"}
    return {**rest, "priority": ranked, "families": families}


def _keeps(children: list[str], wish: list[Any], pins: Json) -> bool:
    return all(child not in pins or pins[child] == seat for child, seat in zip(children, wish, strict=True))


def declaration_problems(market: Json, result: Json) -> Iterator[str]:
    """What is wrong with the ``pins`` and ``envy_caused_by_pins`` of a feasible result."""
    pins = market.get("pins") or {}
    if result.get("pins", {}) != pins:
        yield "result：pinsが市場の固定と違います。"
        return
    for child in sorted(pins):
        if result["assignment"].get(child) != pins[child]:
            has, wanted = _name(result["assignment"].get(child)), _name(pins[child])
            yield f"子{child}：「{wanted}」に固定されていますが、割当ては「{has}」です。"
    declared = result.get("envy_caused_by_pins", [])
    if not isinstance(declared, list) or not all(
        isinstance(one, dict) and isinstance(one.get("family"), str) for one in declared
    ):
        yield "result：envy_caused_by_pinsが世帯ごとの一覧ではありません。"
        return
    truth = {one["family"]: one for one in envy(market, result)}
    seen: set[str] = set()
    for one in declared:
        name = one["family"]
        if name in seen:
            yield f"世帯{name}：固定による不満が二度示されています。"
        elif name not in truth:
            yield f"世帯{name}：固定による不満があるとされていますが、ありません。"
        elif one != truth[name]:
            yield f"世帯{name}：固定による不満は{one}とありますが、再計算では{truth[name]}です。"
        seen.add(name)
    for name in sorted(set(truth) - seen):
        yield f"世帯{name}：固定による不満がありますが、示されていません（再計算では{truth[name]}）。"


def envy(market: Json, result: Json) -> Iterator[Json]:
    """The families that claim a wish by the original order and do not with the pins, by id.

    Counts by walking each class's order, not by searching sorted ranks as the engine does.
    """
    pins = market.get("pins") or {}
    if not pins:
        return
    seat_of = result["assignment"]
    with_pins = given(market)
    after = {family["id"]: family for family in with_pins["families"]}
    for family in sorted(market["families"], key=lambda one: str(one["id"])):
        mine = after[family["id"]]
        if _claimed(mine, options(mine), with_pins, seat_of) is not None:
            continue  # blocks in any case: that is declared elsewhere
        has = [seat_of[child] for child in family["children"]]
        own = options(family)
        wishes = own if has in own else own[:-1]
        position = _claimed(family, wishes, market, seat_of)
        if position is None:
            continue
        own_pins = sorted(child for child in family["children"] if child in pins)
        stand = own_pins or _stand_in(family, wishes[position], market, with_pins, seat_of)
        named = [{"child": child, "class": pins[child]} for child in stand]
        yield {"family": family["id"], "wish": position + 1, "pins": named}


def _claimed(family: Json, wishes: list[list[Any]], market: Json, seat_of: Json) -> int | None:
    has = [seat_of[child] for child in family["children"]]
    for position, wish in enumerate(wishes):
        if wish == has:
            return None
        if all(_fits(family, wish, seat, market, seat_of) for seat in wish if seat is not None):
            return position
    return None


def _fits(family: Json, wish: list[Any], seat: str, market: Json, seat_of: Json) -> bool:
    """Whether the class has room for the family above the others there; who has no rank stands last."""
    mine = {child for child, wanted in zip(family["children"], wish, strict=True) if wanted == seat}
    left, others = set(mine), 0
    for child in market["priority"].get(seat, []):
        if child in left:
            left.discard(child)
            if not left:
                break
        elif seat_of.get(child) == seat and child not in family["children"]:
            others += 1
    return others + len(mine) <= int(market["capacity"][seat])


def _stand_in(family: Json, wish: list[Any], market: Json, with_pins: Json, seat_of: Json) -> list[str]:
    """Pinned children in the classes that pins closed, who originally rank below the family there."""
    pins, found = market["pins"], set()
    for seat in {seat for seat in wish if seat is not None}:
        if _fits(family, wish, seat, with_pins, seat_of):
            continue
        order = market["priority"].get(seat, [])
        mine = [
            order.index(child)
            for child, wanted in zip(family["children"], wish, strict=True)
            if wanted == seat
        ]
        found |= {
            child
            for child in pins
            if pins[child] == seat and (child not in order or order.index(child) > max(mine))
        }
    return sorted(found)


def _name(seat: Any) -> str:
    return "入所なし" if seat is None else str(seat)
