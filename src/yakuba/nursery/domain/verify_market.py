"""The verifier's own look at a market: is it one at all, and is it the same as another?

Standard library only, no code shared with the engine, which has checks of its own with fuller messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
FORMAT = "yakuba.nursery.market/1"


def market_problems(market: Json) -> list[str]:
    """What keeps ``market`` (decoded JSON) from being a market, one Japanese sentence each."""
    if market.get("format") != FORMAT:
        return [f"市場：formatが「{market.get('format')}」です。{FORMAT} が必要です。"]
    problems = [*_classes(market), *_orders(market)]
    families = market.get("families")
    if not isinstance(families, list):
        return [*problems, "市場：familiesが世帯の一覧ではありません。"]
    for at, family in enumerate(families):
        problems += _family(at, family)
    return problems or [*_ids(families), *_ranked(market), *_holders(market)]


def _classes(market: Json) -> Iterator[str]:
    capacity = market.get("capacity")
    if not isinstance(capacity, dict):
        yield "市場：capacityがクラスごとの定員のオブジェクトではありません。"
        return
    for name, seats in capacity.items():
        if isinstance(seats, bool) or not isinstance(seats, int) or seats < 0:
            yield f"クラス{name}：定員「{seats}」が0以上の整数ではありません。"


def _orders(market: Json) -> Iterator[str]:
    priority = market.get("priority")
    if not isinstance(priority, dict):
        yield "市場：priorityがクラスごとの優先順のオブジェクトではありません。"
        return
    for name, order in priority.items():
        if not _strings(order):
            yield f"クラス{name}：優先順が子の番号の一覧ではありません。"
        elif len(set(order)) != len(order):
            yield f"クラス{name}：優先順に同じ子が2回います。"
        if isinstance(market.get("capacity"), dict) and name not in market["capacity"]:
            yield f"クラス{name}：優先順はありますが定員がありません。"


def _family(at: int, family: Any) -> Iterator[str]:
    if not isinstance(family, dict) or not isinstance(family.get("id"), str) or not family["id"]:
        yield f"families[{at}]：世帯の番号（文字列）がありません。"
        return
    name, children = family["id"], family.get("children")
    if not _strings(children) or not children:
        yield f"世帯{name}：childrenが子の番号の一覧ではありません。"
        return
    count = len(children)
    if "current" in family and not _placement(family["current"], count):
        yield f"世帯{name}：在籍が子{count}人分のクラスまたはnullではありません。"
    wishes = family.get("wishes")
    if not isinstance(wishes, list) or not all(_placement(wish, count) for wish in wishes):
        yield f"世帯{name}：希望が子{count}人分のクラスまたはnullの一覧ではありません。"


def _ids(families: list[Json]) -> Iterator[str]:
    seen: set[str] = set()
    homes: dict[str, str] = {}
    for family in families:
        if family["id"] in seen:
            yield f"世帯{family['id']}：市場に2回あります。"
        seen.add(family["id"])
        for child in family["children"]:
            if child in homes:
                yield f"子{child}：世帯{homes[child]}と世帯{family['id']}にいます。"
            homes[child] = family["id"]


def _ranked(market: Json) -> Iterator[str]:
    """Every class that a family names has seats and ranks the child."""
    ranked = {name: set(order) for name, order in market["priority"].items()}
    for family in market["families"]:
        told: set[tuple[str, str]] = set()
        for placement in [current(family), *family["wishes"]]:
            for child, seat in zip(family["children"], placement, strict=True):
                if seat is None or (child, seat) in told:
                    continue
                told.add((child, seat))
                if seat not in market["capacity"]:
                    yield f"世帯{family['id']}：クラス{seat}は市場にないクラスです（子{child}）。"
                elif child not in ranked.get(seat, ()):
                    yield f"子{child}：クラス{seat}の優先順にいません。"


def _holders(market: Json) -> Iterator[str]:
    """Children who hold a seat fit into their class and rank first there."""
    held: dict[str, set[str]] = {}
    for family in market["families"]:
        for child, seat in zip(family["children"], current(family), strict=True):
            if seat is not None:
                held.setdefault(seat, set()).add(child)
    for seat, children in sorted(held.items()):
        if len(children) > market["capacity"].get(seat, 0):
            yield f"クラス{seat}：定員が在籍児{len(children)}人より少なくなっています。"
        for child in market["priority"].get(seat, [])[: len(children)]:
            if child not in children:
                yield f"子{child}：クラス{seat}で在籍児より上の順位です。"


def differences(market: Json, other: Json) -> list[str]:
    """Where two markets (both well formed) differ in what an allocation depends on."""
    problems = []
    for seat in sorted({*market["capacity"], *other["capacity"]}):
        mine, given = market["capacity"].get(seat), other["capacity"].get(seat)
        if mine != given:
            problems.append(f"クラス{seat}：定員は市場では{mine}、台帳では{given}です。")
        if market["priority"].get(seat, []) != other["priority"].get(seat, []):
            problems.append(f"クラス{seat}：優先順が台帳と違います。")
    mine_by_id, given_by_id = _by_id(market), _by_id(other)
    for name in sorted({*mine_by_id, *given_by_id}):
        if mine_by_id.get(name) != given_by_id.get(name):
            problems.append(f"世帯{name}：児童・在籍・希望が台帳と違います。")
    return problems


def current(family: Json) -> list[Any]:
    """Where the children are now; nowhere when the family does not say."""
    stated = family.get("current")
    return [None] * len(family["children"]) if stated is None else list(stated)


def options(family: Json) -> list[list[Any]]:
    """A family's placements, best first: wishes up to the one equal to current, then current."""
    here = current(family)
    placements: list[list[Any]] = []
    for wish in family["wishes"]:
        if wish == here:
            break
        placements.append(wish)
    return [*placements, here]


def _by_id(market: Json) -> dict[str, Any]:
    """Family id -> children and options, doubles among the wishes dropped."""
    return {
        family["id"]: (family["children"], list(dict.fromkeys(tuple(wish) for wish in options(family))))
        for family in market["families"]
    }


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _placement(value: Any, count: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == count
        and all(seat is None or isinstance(seat, str) for seat in value)
    )
