"""Recount of explanations (理由の再計算), on a path of its own.

Standard library only; shares no code with the allocation or with the module that writes the claims. Ranks
are counted here by walking each priority list once, not by searching sorted ranks. ``docs/nursery-claims.md``
is the common definition of the claims.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

_Identity = tuple[Any, ...]
_Claim = Mapping[str, Any]
_OBTAINED = ("placed", "held", "not_placed")
_WISH = ("full", "capacity_zero", "never_possible", "declared_blocking")


def check(market: Mapping[str, Any], result: Mapping[str, Any], claims: Iterable[Any]) -> list[str]:
    """What is wrong with ``claims``, in Japanese, one sentence each; empty when every claim holds.

    Every field of every claim is recomputed from ``market`` and ``result``. Also reported: a child or a
    wish without its claim, a claim given twice, a claim about something that is not there, and inputs that
    leave nothing to recompute from. Work is proportional to the number of wish tuples.
    """
    faults = list(_input_faults(market, result))
    if faults:
        return faults
    count = _Recount(market, result)
    expected: dict[_Identity, _Claim] = {_identity(claim) or (): claim for claim in count.expected()}
    faults = count.faults
    seen: set[_Identity] = set()
    for number, claim in enumerate(claims, start=1):
        faults.extend(f"{number}行目 {fault}" for fault in _compare(claim, expected, seen))
    for identity, claim in expected.items():
        if identity not in seen:
            faults.append(f"{_name(claim)}：理由がありません。")
    return faults


def _compare(claim: Any, expected: Mapping[_Identity, _Claim], seen: set[_Identity]) -> Iterator[str]:
    identity = _identity(claim)
    if identity is None:
        yield f"「{str(claim)[:80]}」：理由の形式ではありません。"
        return
    if identity in seen:
        yield f"{_name(claim)}：同じ理由が二つあります。"
        return
    truth = expected.get(identity)
    if truth is None:
        yield f"{_name(claim)}：該当する児童、希望又はクラスがありません。"
        return
    seen.add(identity)
    if claim.keys() == truth.keys() and all(_same(truth[field], claim[field]) for field in truth):
        return
    for field in sorted({*truth, *claim}, key=str):
        if field not in claim:
            yield f"{_name(truth)}：「{field}」がありません。再計算では {truth[field]} です。"
        elif field not in truth:
            yield f"{_name(truth)}：「{field}」は、この理由にはない項目です。"
        elif not _same(truth[field], claim[field]):
            stated = f"「{field}」は {claim[field]} とありますが"
            yield f"{_name(truth)}：{stated}、再計算では {truth[field]} です。"


def _same(truth: Any, stated: Any) -> bool:
    """Equality as JSON sees it: ``1``, ``1.0``, ``"1"`` and ``true`` are four different values."""
    if type(truth) is not type(stated):
        return False
    if isinstance(truth, dict):
        return truth.keys() == stated.keys() and all(_same(truth[key], stated[key]) for key in truth)
    if isinstance(truth, list):
        return len(truth) == len(stated) and all(map(_same, truth, stated))
    return bool(truth == stated)


def _identity(claim: Any) -> _Identity | None:
    """What the claim is about; ``None`` when it is no claim at all."""
    if not isinstance(claim, dict):
        return None
    kind, child, class_ = claim.get("kind"), claim.get("child"), claim.get("class")
    parts: _Identity | None = None
    if kind == "key_names":
        parts = ("key_names",)
    elif kind == "cutoff":
        parts = ("cutoff", class_)
    elif kind == "decided_by":
        parts = ("decided_by", child, class_, claim.get("needs"))
    elif kind == "below":
        parts = ("below", child)
    elif isinstance(kind, str) and kind in _OBTAINED:
        parts = ("obtained", child)
    elif isinstance(kind, str) and kind in _WISH:
        parts = ("wish", child, claim.get("wish"))
    if parts is None or not all(type(part) in (str, int) for part in parts):
        return None
    return parts


def _name(claim: _Claim) -> str:
    kind = claim["kind"]
    if kind == "key_names":
        return "優先順位のキーの名称（key_names）"
    if kind == "cutoff":
        return f"クラス {claim['class']}（cutoff）"
    where = f"児童 {claim.get('child')}（世帯 {claim.get('family')}）"
    if kind in _WISH:
        where += f"第{claim.get('wish')}希望"
    elif kind == "decided_by":
        where += f"クラス {claim.get('class')} 必要な席{claim.get('needs')}"
    return f"{where}（{kind}）"


def _input_faults(market: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    """What makes a recount impossible: children or classes that are not where they are named."""
    assignment, capacity = result.get("assignment"), market["capacity"]
    if not isinstance(assignment, Mapping) or not isinstance(result.get("status"), str):
        yield "結果：割当て（assignment）又は状態（status）がありません。"
        return
    queue = {class_: set(children) for class_, children in market["priority"].items()}
    keys = market.get("keys") or {}
    special = [
        (child, values) for child, seats in keys.get("wishes", {}).items() for values in seats.values()
    ]
    for child, values in [*keys.get("children", {}).items(), *special]:
        if not all(map(_is_number, values)):
            yield f"児童 {child}：優先順位のキー {values} に数でないものがあります。"
    for family in market["families"]:
        for child, current in zip(family["children"], family["current"], strict=True):
            if child not in assignment:
                yield f"児童 {child}（世帯 {family['id']}）：結果に割当てがありません。"
                continue
            if not isinstance(assignment[child], str | None):
                stated = f"割当て {assignment[child]}"
                yield f"児童 {child}（世帯 {family['id']}）：{stated} はクラスの番号ではありません。"
                continue
            seats = {wish[family["children"].index(child)] for wish in family["wishes"]} | {
                assignment[child],
                current,
            }
            for seat in sorted(seats - {None}):
                if seat not in capacity:
                    yield f"児童 {child}（世帯 {family['id']}）：クラス {seat} は市場にありません。"
                elif child not in queue.get(seat, ()):
                    yield f"児童 {child}（世帯 {family['id']}）：クラス {seat} の優先順位にありません。"


def _is_number(value: Any) -> bool:
    if type(value) is int:
        return True
    try:
        return isinstance(value, str) and Fraction(value) is not None and "/" not in value
    except ValueError:
        return False


class _Recount:
    """Expected claims, counted from the market and the result alone."""

    def __init__(self, market: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        self.market, self.result = market, result
        self.faults: list[str] = []
        self.declared = set(result.get("blocking_families", ()))
        self.seat_of = result["assignment"]
        self.before: dict[
            str, dict[str, tuple[int, int]]
        ] = {}  # class -> child -> (place, occupants before it)
        self.inside: dict[str, list[str]] = {}  # class -> occupants in priority order
        for class_ in market["capacity"]:
            self._walk(class_, market["priority"].get(class_, ()))
        self.home = {
            child: seat
            for family in market["families"]
            for child, seat in zip(family["children"], family["current"], strict=True)
        }
        self.keys = market.get("keys")
        self.groups: dict[str, dict[int, int]] = {}
        for number, group in enumerate((market.get("lottery") or {}).get("groups", ())):
            for place, child in enumerate(group):
                self.groups.setdefault(child, {})[number] = place

    def _walk(self, class_: str, priority: Iterable[str]) -> None:
        before: dict[str, tuple[int, int]] = {}
        inside: list[str] = []
        for place, child in enumerate(priority):
            before[child] = (place, len(inside))
            if self.seat_of.get(child) == class_:
                inside.append(child)
        self.before[class_], self.inside[class_] = before, inside

    def expected(self) -> Iterator[dict[str, Any]]:
        """Every claim that must be there."""
        if self.keys is not None:
            down = list(self.keys.get("ascending", []))
            yield {"kind": "key_names", "names": list(self.keys["names"]), "ascending": down}
        before = Counter(self.home.values())
        for class_, capacity in self.market["capacity"].items():
            inside = self.inside[class_]
            claim = {
                "kind": "cutoff",
                "class": class_,
                "capacity": capacity,
                "occupants": len(inside),
                "holders": len([child for child in inside if self.home[child] == class_]),
                "transfers": before[class_],
                "last": inside[-1] if inside else None,
            }
            if self.keys is not None:
                claim["keys"] = self.keys_of(inside[-1], class_) if inside else None
            yield claim
        for family in self.market["families"]:
            yield from _FamilyRecount(self, family).expected()

    def keys_of(self, child: str, class_: str) -> list[Any] | None:
        """Keys of one child at one class, as written in the market."""
        if self.keys is None:
            return None
        special = self.keys.get("wishes", {}).get(child, {})
        found = special[class_] if class_ in special else self.keys.get("children", {}).get(child)
        return None if found is None else list(found)

    def separates(self, child: str, rival: str, class_: str) -> dict[str, Any]:
        """Why ``rival``, who ranks above ``child``, does so."""
        if self.home[rival] == class_ != self.home[child]:
            return {"by": "holder"}
        own, other = self.keys_of(child, class_), self.keys_of(rival, class_)
        if own is None or other is None:
            return {"by": "order"}
        differing = [
            at for at in range(min(len(own), len(other))) if Fraction(own[at]) != Fraction(other[at])
        ]
        if differing:
            at = differing[0]
            if Fraction(own[at]) > Fraction(other[at]):
                return {"by": "order"}
            names = self.keys["names"] if self.keys else []
            name = names[at] if at < len(names) else ""
            return {"by": "key", "key": at, "name": name, "own": own[at], "threshold": other[at]}
        mine, theirs = self.groups.get(child, {}), self.groups.get(rival, {})
        drawn = [number for number in mine.keys() & theirs.keys() if theirs[number] < mine[number]]
        return {"by": "lottery" if drawn else "order"}


class _FamilyRecount:
    """Expected claims of one family."""

    def __init__(self, count: _Recount, family: Mapping[str, Any]) -> None:
        self.count = count
        self.id = family["id"]
        self.children: list[str] = family["children"]
        self.wishes: list[list[str | None]] = family["wishes"]
        self.current: list[str | None] = family["current"]
        self.got = [count.seat_of[child] for child in self.children]
        self.known: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}

    def _names(self) -> str:
        return f"児童 {'、'.join(self.children)}（世帯 {self.id}）"

    def expected(self) -> Iterator[dict[str, Any]]:
        """Every claim about this family's children; none when its assignment is none it asked for."""
        wish = next((at for at, asked in enumerate(self.wishes) if list(asked) == self.got), None)
        if wish is None and self.got != list(self.current):
            self.count.faults.append(f"{self._names()}：割当て {self.got} は希望にも在籍にもありません。")
            return
        refused = [self._wish(at) for at in range(len(self.wishes) if wish is None else wish)]
        for at, child in enumerate(self.children):
            yield self._obtained(at, wish)
            yield from self._refusals(at, child, refused)
            if wish is not None and wish + 1 < len(self.wishes):
                yield {
                    "kind": "below",
                    "family": self.id,
                    "child": child,
                    "from": wish + 2,
                    "to": len(self.wishes),
                }

    def _obtained(self, at: int, wish: int | None) -> dict[str, Any]:
        child, class_ = self.children[at], self.got[at]
        claim = {
            "family": self.id,
            "child": child,
            "wish": None if wish is None else wish + 1,
            "wishes": len(self.wishes),
        }
        if class_ is None:
            return {"kind": "not_placed", **claim}
        inside = self.count.inside[class_]
        claim |= {
            "kind": "held" if self.current[at] == class_ else "placed",
            "class": class_,
            "rank": self.count.before[class_][child][1] + 1,
            "capacity": self.count.market["capacity"][class_],
            "occupants": len(inside),
            "others": len([child for child in inside if child not in self.children]),
        }
        return self._with_keys(claim, child, class_)

    def _with_keys(self, claim: dict[str, Any], child: str, class_: str) -> dict[str, Any]:
        return claim if self.count.keys is None else {**claim, "keys": self.count.keys_of(child, class_)}

    def _wish(self, at: int) -> dict[str, Any]:
        """The common part of the claims of one refused wish."""
        groups: dict[str, list[str]] = {}
        for child, class_ in zip(self.children, self.wishes[at], strict=True):
            if class_ is not None:
                groups.setdefault(class_, []).append(child)
        seats = [self._seat(class_, tuple(children)) for class_, children in groups.items()]
        closed = [seat for seat in seats if seat["capacity"] - seat["above"] < seat["needs"]]
        if not closed:
            return self._possible(at, seats)
        short = [seat["capacity"] for seat in closed if seat["capacity"] < seat["needs"]]
        kind = "full" if not short else "capacity_zero" if 0 in short else "never_possible"
        return {"kind": kind, "seats": closed}

    def _possible(self, at: int, seats: list[dict[str, Any]]) -> dict[str, Any]:
        if self.id not in self.count.declared:
            self.count.faults.append(
                f"{self._names()}：第{at + 1}希望に入れるのに割り当てられておらず、"
                "競合する世帯としても示されていません。"
            )
        return {
            "kind": "declared_blocking",
            "seats": seats,
            "status": self.count.result["status"],
            "blocking": len(self.count.declared),
            "lower_bound": self.count.result.get("blocking_lower_bound", 0),
        }

    def _seat(self, class_: str, children: tuple[str, ...]) -> dict[str, Any]:
        if (class_, children) not in self.known:
            before = self.count.before[class_]
            worst = max(children, key=lambda child: before[child][0])
            self.known[class_, children] = {
                "class": class_,
                "capacity": self.count.market["capacity"][class_],
                "needs": len(children),
                "above": self._rivals_before(class_, worst),
                "worst": worst,
            }
        return self.known[class_, children]

    def _rivals_before(self, class_: str, child: str) -> int:
        before = self.count.before[class_]
        place, occupants = before[child]
        own = [
            sibling
            for sibling, seat in zip(self.children, self.got, strict=True)
            if seat == class_ and before[sibling][0] < place
        ]
        return occupants - len(own)

    def _refusals(self, at: int, child: str, refused: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        explained: set[tuple[str, int]] = set()
        for number, common in enumerate(refused):
            class_ = self.wishes[number][at]
            claim = {"family": self.id, "child": child, "wish": number + 1, "class": class_}
            yield {**claim, **common}
            for seat in common["seats"] if common["kind"] == "full" else ():
                if seat["class"] == class_ and (class_, seat["needs"]) not in explained:
                    explained.add((seat["class"], seat["needs"]))
                    yield self._reason(child, seat["class"], seat["needs"])

    def _reason(self, child: str, class_: str, needs: int) -> dict[str, Any]:
        capacity, before = self.count.market["capacity"][class_], self.count.before[class_]
        rivals = [rival for rival in self.count.inside[class_] if rival not in self.children]
        against = rivals[capacity - needs]
        claim = {
            "kind": "decided_by",
            "family": self.id,
            "child": child,
            "class": class_,
            "needs": needs,
            "capacity": capacity,
            "position": self._rivals_before(class_, child) + 1,
            "others": len(rivals),
            "against": against,
        }
        if before[child][0] < before[against][0]:
            claim["by"] = "sibling"
        else:
            claim |= self.count.separates(child, against, class_)
        return self._with_keys(claim, child, class_)
