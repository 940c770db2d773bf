"""Recount of explanations (理由の再計算), on a path of its own.

Standard library only; shares no code with the allocation or with the module that writes the claims. Ranks
are counted here by walking each priority list once, not by searching sorted ranks. ``docs/nursery-claims.md``
is the common definition of the claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from yakuba.nursery.domain.verify_claims_classes import Recount
from yakuba.nursery.domain.verify_claims_families import FamilyRecount

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
    count = Recount(market, result)
    expected: dict[_Identity, _Claim] = {_identity(claim) or (): claim for claim in _expected(count)}
    faults = count.faults
    seen: set[_Identity] = set()
    for number, claim in enumerate(claims, start=1):
        faults.extend(f"{number}行目 {fault}" for fault in _compare(claim, expected, seen))
    for identity, claim in expected.items():
        if identity not in seen:
            faults.append(f"{_name(claim)}：理由がありません。")
    return faults


def _expected(count: Recount) -> Iterator[_Claim]:
    """Every claim that must be there."""
    yield from count.expected()
    for family in count.market["families"]:
        yield from FamilyRecount(count, family).expected()


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
