"""Reading and writing ``yakuba.nursery.market/1`` and ``yakuba.nursery.result/1``.

:func:`parse` checks everything and reports every fault at once, each with its JSON path; :func:`market_dict`
and :func:`dumps` write the one normalised form (families and classes sorted by id as strings), so that the
same market always gives the same bytes, whatever the order of the input.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from yakuba.nursery.domain.market import BadInput, Family, Fault, Market, Placement, Result

MARKET_FORMAT = "yakuba.nursery.market/1"
RESULT_FORMAT = "yakuba.nursery.result/1"


def dumps(value: object) -> str:
    """JSON as this package writes it: UTF-8 text, sorted keys, one trailing newline."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def market_dict(market: Market) -> dict[str, Any]:
    """The normalised market as JSON values."""
    return {
        "format": MARKET_FORMAT,
        "capacity": {name: market.capacity[name] for name in sorted(market.capacity)},
        "priority": {name: list(market.priority[name]) for name in sorted(market.priority)},
        "families": [
            {
                "id": family.id,
                "children": list(family.children),
                "current": list(family.current),
                "wishes": [list(wish) for wish in family.wishes],
            }
            for family in sorted(market.families, key=lambda family: family.id)
        ],
    }


def result_dict(result: Result) -> dict[str, Any]:
    """A result as JSON values."""
    return {
        "format": RESULT_FORMAT,
        "status": result.status,
        "unique": result.unique,
        "assignment": {child: result.assignment[child] for child in sorted(result.assignment)},
        "blocking_families": sorted(result.blocking_families),
        "blocking_lower_bound": result.blocking_lower_bound,
    }


def normalise_wishes(wishes: list[Placement], current: Placement) -> tuple[Placement, ...]:
    """Wishes up to the one that equals ``current``; of equal wishes the first counts."""
    kept: dict[Placement, None] = {}
    for wish in wishes:
        if wish == current:
            break
        kept.setdefault(wish, None)
    return tuple(kept)


def parse(data: object, *, file: str = "market.json", format_required: bool = True) -> Market:
    """The market in ``data`` (decoded JSON), normalised.

    Raises :class:`BadInput` naming every fault; ``Fault.column`` is the JSON path. Decided here:

    * keys other than the four of the format are ignored (``ledger``, ``keys``, ``id`` …);
    * a class without a ``priority`` entry is a class nobody asks for (an empty list);
    * children in ``priority`` who belong to no family are ignored, they never hold a seat;
    * a wish for more seats than a class has is kept: it is merely never obtained.
    """
    reader = _Reader(file)
    market = reader.market(data, format_required)
    if reader.faults or market is None:
        raise BadInput(reader.faults)
    return market


def show(value: object) -> str:
    """A found value, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, path: str, found: object, expected: str, advice: str) -> None:
        self.faults.append(
            Fault(file=self.file, column=path, found=show(found), expected=expected, advice=advice)
        )

    def market(self, data: object, format_required: bool) -> Market | None:
        if not isinstance(data, dict):
            self.fault(
                "$",
                data,
                "JSONのオブジェクトが必要です",
                "capacity・priority・familiesを持つ形にしてください",
            )
            return None
        found = data.get("format")
        if found != MARKET_FORMAT and (format_required or found is not None):
            self.fault("$.format", found, f"{MARKET_FORMAT} が必要です", "formatを書き直してください")
        capacity = self.capacity(data.get("capacity"))
        priority = self.priority(data.get("priority"), capacity)
        families = self.families(data.get("families"))
        self.check_ids(families)
        ranks = {name: {child: rank for rank, child in enumerate(order)} for name, order in priority.items()}
        for path, family in families:
            self.check_seats(path, family, capacity, ranks)
        self.check_holders(families, capacity, priority)
        ordered = sorted((family for _, family in families), key=lambda family: family.id)
        return Market(
            capacity={name: capacity[name] for name in sorted(capacity)},
            priority={name: priority[name] for name in sorted(priority)},
            families=tuple(ordered),
        )

    def capacity(self, data: object) -> dict[str, int]:
        if not isinstance(data, dict):
            self.fault("$.capacity", data, "クラスごとの定員のオブジェクトが必要です", '例 {"12-1": 6}')
            return {}
        seats: dict[str, int] = {}
        for name, value in data.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                path = f"$.capacity[{show(name)}]"
                self.fault(path, value, "定員は0以上の整数です", "0以上の整数を入れてください")
            else:
                seats[name] = value
        return seats

    def priority(self, data: object, capacity: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
        if not isinstance(data, dict):
            self.fault(
                "$.priority", data, "クラスごとの優先順のオブジェクトが必要です", '例 {"12-1": ["c1", "c0"]}'
            )
            return dict.fromkeys(capacity, ())
        orders: dict[str, tuple[str, ...]] = dict.fromkeys(capacity, ())
        for name, value in data.items():
            path = f"$.priority[{show(name)}]"
            if name not in capacity:
                self.fault(
                    path, name, "capacityにないクラスです", "capacityに定員を書くか、この行を消してください"
                )
            if not isinstance(value, list) or not all(isinstance(child, str) for child in value):
                self.fault(
                    path, value, "子の番号（文字列）の一覧が必要です", "優先順の高い子から並べてください"
                )
                continue
            seen: set[str] = set()
            for position, child in enumerate(value):
                if child in seen:
                    where = f"{path}[{position}]"
                    self.fault(where, child, "同じ子が2回あります", "順位は1人に1つだけにしてください")
                seen.add(child)
            if name in capacity:
                orders[name] = tuple(value)
        return orders

    def families(self, data: object) -> list[tuple[str, Family]]:
        if not isinstance(data, list):
            self.fault("$.families", data, "世帯の一覧が必要です", "世帯ごとのオブジェクトを並べてください")
            return []
        read = ((f"$.families[{i}]", self.family(f"$.families[{i}]", item)) for i, item in enumerate(data))
        return [(path, family) for path, family in read if family is not None]

    def family(self, path: str, data: object) -> Family | None:
        if not isinstance(data, dict):
            self.fault(
                path, data, "世帯のオブジェクトが必要です", "id・children・current・wishesを書いてください"
            )
            return None
        name, children = data.get("id"), data.get("children")
        if not isinstance(name, str) or not name:
            self.fault(f"{path}.id", name, "世帯の番号（空でない文字列）が必要です", '例 "id": "f0"')
            return None
        if not _strings(children) or not children:
            self.fault(
                f"{path}.children", children, "子の番号（文字列）が1人分以上必要です", '例 ["c0", "c1"]'
            )
            return None
        count = len(children)
        current = self.placement(f"{path}.current", data.get("current", [None] * count), count)
        wishes = data.get("wishes")
        if not isinstance(wishes, list):
            self.fault(
                f"{path}.wishes", wishes, "希望の一覧が必要です", '例 [["1-0"], ["2-0"]]（なければ []）'
            )
            return None
        read = [self.placement(f"{path}.wishes[{i}]", wish, count) for i, wish in enumerate(wishes)]
        if current is None or any(wish is None for wish in read):
            return None
        asked = [wish for wish in read if wish is not None]
        return Family(name, tuple(children), current, normalise_wishes(asked, current))

    def placement(self, path: str, data: object, count: int) -> Placement | None:
        fine = isinstance(data, list) and all(seat is None or isinstance(seat, str) for seat in data)
        if not fine or not isinstance(data, list) or len(data) != count:
            expected = f"子{count}人分のクラス（文字列）またはnullの一覧が必要です"
            self.fault(path, data, expected, "childrenと同じ順・同じ数にしてください")
            return None
        return tuple(data)

    def check_ids(self, families: list[tuple[str, Family]]) -> None:
        names: dict[str, str] = {}
        children: dict[str, str] = {}
        for path, family in families:
            if family.id in names:
                first = names[family.id]
                self.fault(
                    f"{path}.id", family.id, f"{first}と同じ世帯の番号です", "世帯を1つにまとめてください"
                )
            names.setdefault(family.id, path)
            for child in family.children:
                if child in children:
                    expected = f"{children[child]}と同じ子です"
                    self.fault(
                        f"{path}.children", child, expected, "1人の子は1つの世帯に1回だけ書いてください"
                    )
                children.setdefault(child, path)

    def check_seats(
        self, path: str, family: Family, capacity: Mapping[str, int], ranks: Mapping[str, Mapping[str, int]]
    ) -> None:
        """Every class that a family names exists and ranks the child."""
        reported: set[tuple[str, str]] = set()
        for at, placement in enumerate((family.current, *family.wishes)):
            where = f"{path}.current" if at == 0 else f"{path}.wishes"
            for child, seat in zip(family.children, placement, strict=True):
                if seat is None or (child, seat) in reported:
                    continue
                if seat not in capacity:
                    advice = "capacityに定員を書くか、クラスの番号を直してください"
                    self.fault(where, seat, "capacityにないクラスです", advice)
                elif child not in ranks[seat]:
                    expected = f"子{child}がクラス{seat}の優先順にいません"
                    self.fault(where, child, expected, f"$.priority[{show(seat)}]に子{child}を加えてください")
                else:
                    continue
                reported.add((child, seat))

    def check_holders(
        self,
        families: list[tuple[str, Family]],
        capacity: Mapping[str, int],
        priority: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Children who hold a seat fit into the class and come first in its order."""
        holders: dict[str, set[str]] = {}
        for _, family in families:
            for child, seat in zip(family.children, family.current, strict=True):
                if seat is not None and seat in capacity:
                    holders.setdefault(seat, set()).add(child)
        for seat, held in sorted(holders.items()):
            if len(held) > capacity[seat]:
                expected = f"在籍児{len(held)}人より少ない定員です"
                advice = "定員には在籍する転園希望児の席も含めてください"
                self.fault(f"$.capacity[{show(seat)}]", capacity[seat], expected, advice)
            for position, child in enumerate(priority[seat][: len(held)]):
                if child not in held:
                    path = f"$.priority[{show(seat)}][{position}]"
                    self.fault(path, child, "在籍児より上の順位です", "在籍児を先に並べてください")


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def sibling_warnings(market: Market) -> list[str]:
    """Same-class siblings who are not next to one another in a class's order.

    Siblings of one age who are ranked apart cause most markets without a stable assignment; one score
    per family (世帯単位の点数) avoids it.
    """
    ranks = {
        name: {child: rank for rank, child in enumerate(order)} for name, order in market.priority.items()
    }
    lines: list[str] = []
    for family in market.families:
        apart = sorted(_ranked_apart(family, ranks))
        if apart:
            names = "・".join(apart[:3]) + (" ほか" if len(apart) > 3 else "")
            lines.append(
                f"世帯{family.id}：同じクラスを望むきょうだいの順位が離れています（{names}）。"
                "安定な割当てがなくなる主な原因です。世帯単位の点数を検討してください。"
            )
    return lines


def _ranked_apart(family: Family, ranks: Mapping[str, Mapping[str, int]]) -> set[str]:
    together: dict[str, set[str]] = {}
    for wish in family.wishes:
        for child, seat in zip(family.children, wish, strict=True):
            if seat is not None:
                together.setdefault(seat, set()).add(child)
    return {
        seat
        for seat, siblings in together.items()
        if max(ranks[seat][child] for child in siblings) - min(ranks[seat][child] for child in siblings)
        >= len(siblings)
    }
