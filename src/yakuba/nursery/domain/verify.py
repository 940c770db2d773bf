"""The independent verifier: standard library only, no code shared with the engine.

It reads the market and the result as decoded JSON, recomputes who sits where and tests every claim that can
be tested in one pass over all wishes. Not checked here: minimality and uniqueness.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yakuba.nursery.domain.verify_market import differences, market_problems, options
from yakuba.nursery.domain.verify_pins import declaration_problems, given, pin_problems

__all__ = ["NOT_CHECKED", "differences", "market_problems", "verify"]

Json = dict[str, Any]
NOT_CHECKED = (
    "not checked here: minimality, uniqueness（最少であること・唯一であることは、ここでは確かめていません）"
)


def verify(market: Json, result: Json) -> list[str]:
    """Problems of ``result`` as a result of ``market``, one Japanese sentence each; empty = it holds.

    Checked: the form of both; every child exactly once; seats; every family has one of its wishes or its
    current placement; the families that block (justified envy, unused seats) are exactly the declared ones;
    status, ``unique`` and lower bound agree with one another. With ``pins`` in the market all of this is
    said of the market with its pins; they are respected, and the envy they cause is exactly the declared one.
    """
    problems = _form(market, result) or market_problems(market) or pin_problems(market)
    if problems:
        return problems
    original, market = market, given(market)
    assignment: dict[str, Any] = result["assignment"]
    problems += _children(market, assignment)
    problems += _seats(market, assignment)
    if not problems:
        # Blocking is defined for feasible assignments: with a child missing it says nothing.
        problems += _blocking(market, result)
        problems += declaration_problems(original, result)
    return problems + _status(result)


def _form(market: Json, result: Json) -> list[str]:
    problems: list[str] = []
    for name, data, wanted in (
        ("market", market, "yakuba.nursery.market/1"),
        ("result", result, "yakuba.nursery.result/1"),
    ):
        if not isinstance(data, dict):
            return [f"{name}：JSONのオブジェクトではありません。"]
        if data.get("format") != wanted:
            problems.append(f"{name}：formatが「{data.get('format')}」です。{wanted} が必要です。")
    if not isinstance(result.get("assignment"), dict):
        problems.append("result：assignmentがオブジェクトではありません。")
    for child, seat in (result.get("assignment") or {}).items() if not problems else ():
        if seat is not None and not isinstance(seat, str):
            problems.append(f"子{child}：割当て「{seat}」がクラスの番号でもnullでもありません。")
    declared = result.get("blocking_families")
    if not isinstance(declared, list) or not all(isinstance(name, str) for name in declared):
        problems.append("result：blocking_familiesが世帯の番号の一覧ではありません。")
    return problems


def _children(market: Json, assignment: dict[str, Any]) -> list[str]:
    known = [child for family in market["families"] for child in family["children"]]
    problems = [f"子{child}：結果にありません。" for child in known if child not in assignment]
    strangers = sorted(set(assignment) - set(known))
    problems += [f"子{child}：市場にいない子が結果にあります。" for child in strangers]
    for family in market["families"]:
        if any(child not in assignment for child in family["children"]):
            continue
        has = [assignment[child] for child in family["children"]]
        if has not in options(family):
            problems += _strange_placement(family, has)
    return problems


def _strange_placement(family: Json, has: list[Any]) -> Iterator[str]:
    """Names the children of a family whose placement is none of its wishes."""
    allowed = options(family)
    alone = []
    for at, child in enumerate(family["children"]):
        if all(option[at] != has[at] for option in allowed):
            alone.append(child)
            yield f"子{child}（世帯{family['id']}）：割当て「{_name(has[at])}」は希望にも在籍にもありません。"
    if not alone:
        pairs = "、".join(
            f"子{child}は「{_name(seat)}」" for child, seat in zip(family["children"], has, strict=True)
        )
        yield f"世帯{family['id']}：{pairs}という組合せは希望にも在籍にもありません。"


def _seats(market: Json, assignment: dict[str, Any]) -> list[str]:
    occupants: dict[str, list[str]] = {}
    for child, seat in assignment.items():
        if seat is not None:
            occupants.setdefault(seat, []).append(child)
    problems = []
    for seat, children in sorted(occupants.items()):
        if seat not in market["capacity"]:
            problems.append(f"クラス{seat}：市場にないクラスです（子{'、子'.join(sorted(children))}）。")
        elif len(children) > market["capacity"][seat]:
            rank = _ranks(market, seat)
            last = sorted(children, key=lambda child: rank.get(child, len(rank)))[market["capacity"][seat] :]
            problems.append(
                f"クラス{seat}：定員{market['capacity'][seat]}人に{len(children)}人が割り当てられています"
                f"（順位が下の子{'、子'.join(last)}。全員は子{'、子'.join(sorted(children))}）。"
            )
    return problems


def _ranks(market: Json, seat: str) -> dict[str, int]:
    return {child: rank for rank, child in enumerate(market["priority"].get(seat, []))}


def _blocking(market: Json, result: Json) -> list[str]:
    """Compares the families that block with the declared ones."""
    assignment = result["assignment"]
    ranks = {seat: _ranks(market, seat) for seat in market["capacity"]}
    # above[seat][r] = occupants of the class with a rank better than r
    above: dict[str, list[int]] = {}
    for seat, rank in ranks.items():
        running, counts = 0, [0]
        for child in rank:
            running += assignment.get(child) == seat
            counts.append(running)
        above[seat] = counts
    declared = set(result["blocking_families"])
    problems = []
    for family in market["families"]:
        wish = _blocking_wish(family, market["capacity"], assignment, ranks, above)
        if wish is not None and family["id"] not in declared:
            problems.append(_envy(family, wish, market, assignment, ranks))
        elif wish is None and family["id"] in declared:
            problems.append(f"世帯{family['id']}：不満のある世帯とされていますが、そうではありません。")
    unknown = declared - {family["id"] for family in market["families"]}
    problems += [f"世帯{name}：市場にない世帯が不満のある世帯とされています。" for name in sorted(unknown)]
    return problems


def _blocking_wish(
    family: Json,
    capacity: dict[str, int],
    assignment: dict[str, Any],
    ranks: dict[str, dict[str, int]],
    above: dict[str, list[int]],
) -> list[Any] | None:
    children = family["children"]
    has = [assignment[child] for child in children]
    for option in options(family):
        if option == has:
            return None
        fits = True
        for seat in set(option) - {None}:
            rank = ranks[seat]
            mine = [rank[child] for child, wanted in zip(children, option, strict=True) if wanted == seat]
            worst = max(mine)
            own = sum(assignment[child] == seat and rank[child] < worst for child in children)
            if above[seat][worst] - own + len(mine) > capacity[seat]:
                fits = False
                break
        if fits:
            return list(option)
    return None


def _envy(
    family: Json, wish: list[Any], market: Json, assignment: dict[str, Any], ranks: dict[str, dict[str, int]]
) -> str:
    """One sentence on why a family may claim a wish: over whom, or by which unused seat."""
    reasons = []
    for child, seat in zip(family["children"], wish, strict=True):
        if seat is None or assignment[child] == seat:
            continue
        rank = ranks[seat]
        seated = [other for other in rank if assignment.get(other) == seat]
        lower = [o for o in seated if rank[o] > rank[child] and o not in family["children"]]
        if len(seated) < market["capacity"][seat]:
            reasons.append(f"子{child}の希望するクラス{seat}に空きがあります")
        elif lower:
            reasons.append(f"子{child}より順位が下の子{lower[-1]}がクラス{seat}にいます")
    because = "。".join(reasons) or "きょうだいの席を含めれば定員に収まります"
    wanted = "、".join(f"子{c}を「{_name(s)}」" for c, s in zip(family["children"], wish, strict=True))
    return f"世帯{family['id']}：{wanted}に置けるのに置かれていません。{because}。"


def _status(result: Json) -> list[str]:
    status, unique = result.get("status"), result.get("unique")
    bound, found = result.get("blocking_lower_bound"), len(result["blocking_families"])
    problems = []
    if status not in ("stable", "minimal", "bounded"):
        problems.append(f"result：statusが「{status}」です。stable・minimal・boundedのどれかが必要です。")
    if unique is not None and not isinstance(unique, bool):
        problems.append(f"result：uniqueが「{unique}」です。true・false・nullのどれかが必要です。")
    if isinstance(bound, bool) or not isinstance(bound, int) or not 0 <= bound <= found:
        return [*problems, f"result：blocking_lower_boundが「{bound}」です。0以上{found}以下が必要です。"]
    if len(set(result["blocking_families"])) != found:
        problems.append("result：blocking_familiesに同じ世帯が2回あります。")
    if (status == "stable") != (found == 0):
        problems.append(f"result：statusが「{status}」なのに不満のある世帯が{found}あります。")
    if status == "minimal" and bound != found:
        problems.append(f"result：最少とされていますが下限{bound}と{found}世帯が一致しません。")
    if status == "bounded" and bound == found and found:
        problems.append(f"result：下限と同じ{found}世帯なのにboundedとされています。")
    if unique is not None and status != "stable":
        problems.append("result：安定な割当てがないのにuniqueがnullではありません。")
    return problems


def _name(seat: Any) -> str:
    return "入所なし" if seat is None else str(seat)
