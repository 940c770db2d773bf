"""Does a market say what its ledger says? A check on a path of its own, standard library only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from yakuba.nursery.domain.verify_ledger_read import Child, Ledger, Number, read
from yakuba.nursery.domain.verify_ledger_tables import Unreadable

_MOST_TUPLES = 10_000  # wishes of one household beyond this are cut when a market is made


def check(market: Mapping[str, Any], ledger_path: str | os.PathLike[str]) -> list[str]:
    """Where ``market`` departs from the ledger, in Japanese, one sentence each; empty when it agrees.

    Checked: the ledger's SHA-256, seats per class, children and households, wishes (sibling patterns:
    only that each place was asked for), keys, the order of every priority list, and the lottery.
    """
    try:
        ledger = read(ledger_path)
    except (Unreadable, OSError) as error:
        return [f"台帳：{error}"]
    return [
        *_digest(market, ledger),
        *_seats(market, ledger),
        *_families(market, ledger),
        *_keys(market, ledger),
        *_priorities(market, ledger),
    ]


def _digest(market: Mapping[str, Any], ledger: Ledger) -> Iterator[str]:
    stated = (market.get("ledger") or {}).get("sha256")
    if stated is None:
        yield "市場：台帳のSHA-256が記録されていません。"
    elif stated != ledger.sha256:
        yield f"台帳：SHA-256が違います。市場の記録は {stated}、台帳は {ledger.sha256} です。"


def _seats(market: Mapping[str, Any], ledger: Ledger) -> Iterator[str]:
    seats = dict(ledger.seats)
    for child in ledger.children.values():
        if child.current is not None:
            seats[child.current] = seats.get(child.current, 0) + 1
    for class_ in sorted({*seats, *market["capacity"]}):
        stated, found = market["capacity"].get(class_), seats.get(class_)
        if stated != found or isinstance(stated, bool):
            yield f"クラス {class_}：定員は市場では {stated}、台帳では {found}（募集と在籍）です。"


def _families(market: Mapping[str, Any], ledger: Ledger) -> Iterator[str]:
    households: dict[str, set[str]] = {}
    for child in ledger.children.values():
        households.setdefault(child.household, set()).add(child.id)
    told: set[str] = set()
    for family in market["families"]:
        id_, members = family["id"], family["children"]
        if id_ in told:
            yield f"世帯 {id_}：市場に2回あります。"
        told.add(id_)
        if set(members) != households.get(id_, set()) or len(set(members)) != len(members):
            known = sorted(households.get(id_, ()))
            yield f"世帯 {id_}：児童は市場では {sorted(members)}、台帳では {known} です。"
            continue
        children = [ledger.children[child] for child in members]
        held = [child.current for child in children]
        if list(family["current"]) != held:
            yield f"世帯 {id_}：在籍は市場では {family['current']}、台帳では {held} です。"
        yield from _wishes(id_, family["wishes"], children, ledger.explicit.get(id_))
    for id_ in sorted(households.keys() - told):
        yield f"世帯 {id_}：台帳にありますが、市場にありません。"


def _wishes(
    id_: str,
    stated: Sequence[Sequence[str | None]],
    children: Sequence[Child],
    explicit: Mapping[int, Mapping[str, str | None]] | None,
) -> Iterator[str]:
    if explicit is None and len(children) > 1:
        allowed = [{child.current, *child.wishes} for child in children]
        for number, wish in enumerate(stated, start=1):
            if len(wish) != len(children) or any(
                seat not in may for seat, may in zip(wish, allowed, strict=True)
            ):
                yield f"世帯 {id_}：市場の第{number}希望 {list(wish)} は、台帳の希望にも在籍にもありません。"
        return
    if explicit is not None:
        asked = [tuple(explicit[rank].get(child.id) for child in children) for rank in sorted(explicit)]
    else:
        asked = [(seat,) for seat in children[0].wishes]
    asked = list(dict.fromkeys(asked))
    current = tuple(child.current for child in children)
    if current in asked:
        asked = asked[: asked.index(current)]
    asked = asked[:_MOST_TUPLES]
    if [tuple(wish) for wish in stated] != asked:
        place = next(
            (at for at, (one, other) in enumerate(zip(stated, asked, strict=False)) if tuple(one) != other),
            None,
        )
        number = (min(len(stated), len(asked)) if place is None else place) + 1
        yield f"世帯 {id_}：第{number}希望から、市場と台帳の希望が違います。"


def _turned(ledger: Ledger, child: str, class_: str | None) -> list[Number]:
    """Keys as the market orders them, bigger is better."""
    written = ledger.overrides.get((child, class_ or ""), ledger.children[child].keys)
    return [-key if down else key for key, down in zip(written, ledger.ascending, strict=True)]


def _as_numbers(keys: Any) -> list[Number] | None:
    try:
        return [
            key if type(key) is int else Fraction(key) for key in keys if not isinstance(key, (bool, float))
        ]
    except (TypeError, ValueError):
        return None


def _keys(market: Mapping[str, Any], ledger: Ledger) -> Iterator[str]:
    keys = market.get("keys")
    if keys is None:
        return
    if list(keys["names"]) != ledger.key_names:
        yield f"優先順位のキー：名称は市場では {keys['names']}、台帳では {ledger.key_names} です。"
    for child in sorted({*ledger.children, *keys["children"]}):
        stated = keys["children"].get(child)
        if child not in ledger.children or _as_numbers(stated) != _turned(ledger, child, None):
            yield f"児童 {child}：優先順位のキー {stated} が台帳と違います。"
            continue
        special = keys.get("wishes", {}).get(child, {})
        asked = {*ledger.children[child].wishes, ledger.children[child].current, *special} - {None}
        for class_ in sorted(map(str, asked)):
            there = special.get(class_, stated)
            if _as_numbers(there) != _turned(ledger, child, class_):
                yield f"児童 {child}：クラス {class_} でのキー {there} が台帳と違います。"


def _priorities(market: Mapping[str, Any], ledger: Ledger) -> Iterator[str]:
    lottery: Mapping[str, Any] = market.get("lottery") or {}
    seed = lottery.get("seed")
    homes = {child.household for child in ledger.children.values()}
    lots = {
        home: "" if seed is None else hashlib.sha256(f"{seed}:{home}".encode()).hexdigest() for home in homes
    }
    groups: set[tuple[str, ...]] = set()
    asking = _asking(market)
    for class_ in sorted({*market["capacity"], *market["priority"]}):
        queue = market["priority"].get(class_, ())
        faults = list(_members(class_, queue, asking.get(class_, set()), ledger))
        if faults:
            yield from faults
            continue
        order = _Order(class_, ledger, lots, drawn=seed is not None)
        yield from order.faults(queue)
        groups.update(order.tied(queue))
    if seed is not None and sorted(map(tuple, lottery.get("groups", ()))) != sorted(groups):
        yield "抽選：記録された抽選の組が、台帳から求めた同順位の児童と違います。"


def _asking(market: Mapping[str, Any]) -> dict[str, set[str]]:
    asking: dict[str, set[str]] = {}
    for family in market["families"]:
        for placement in [*family["wishes"], family["current"]]:
            for child, class_ in zip(family["children"], placement, strict=False):
                if class_ is not None:
                    asking.setdefault(class_, set()).add(child)
    return asking


def _members(class_: str, queue: Sequence[str], asking: set[str], ledger: Ledger) -> Iterator[str]:
    for child in sorted(asking - set(queue)):
        yield f"クラス {class_}：希望する児童 {child} が優先順位にありません。"
    for child in sorted(set(queue) - asking):
        if child not in ledger.children or class_ not in ledger.children[child].wishes:
            yield f"クラス {class_}：優先順位にある児童 {child} は、このクラスを希望していません。"
    for child in sorted({child for child in queue if child not in ledger.children}):
        yield f"クラス {class_}：優先順位にある児童 {child} は台帳にありません。"
    if len(set(queue)) != len(queue):
        yield f"クラス {class_}：優先順位に同じ児童が2回あります。"


class _Order:
    """The order of one class: holders first, then keys, then the household's lot, then the child's id."""

    def __init__(self, class_: str, ledger: Ledger, lots: Mapping[str, str], *, drawn: bool) -> None:
        self.class_, self.ledger, self.lots, self.drawn = class_, ledger, lots, drawn

    def _merit(self, child: str) -> tuple[bool, list[Number]]:
        holds = self.ledger.children[child].current == self.class_
        return not holds, [-key for key in _turned(self.ledger, child, self.class_)]

    def _luck(self, child: str) -> tuple[str, str, str]:
        home = self.ledger.children[child].household
        return self.lots[home], home, child

    def faults(self, queue: Sequence[str]) -> Iterator[str]:
        """The first pair that stands the wrong way round."""
        merits = [self._merit(child) for child in queue]
        for (first, one), (second, other) in pairwise(zip(queue, merits, strict=True)):
            same_home = self._luck(first)[1] == self._luck(second)[1]
            if one > other:
                reason = "在籍又はキーの順と違います"
            elif one < other or (self._luck(first) < self._luck(second) and (self.drawn or same_home)):
                continue
            elif not self.drawn and not same_home:
                reason = "同順位ですが、抽選の記録がありません"
            else:
                reason = "同順位の抽選の順と違います"
            yield f"クラス {self.class_}：児童 {first} が児童 {second} より上にありますが、{reason}。"
            return

    def tied(self, queue: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Groups of children from several households whom the keys leave equal."""
        for _, group in groupby(queue, key=self._merit):
            children = tuple(group)
            if len({self.ledger.children[child].household for child in children}) > 1:
                yield children
