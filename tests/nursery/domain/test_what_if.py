"""The totals that stand above a comparison of two runs."""

from __future__ import annotations

from yakuba.nursery.domain.market import Family, Market
from yakuba.nursery.domain.market_json import market_dict, result_dict
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.what_if import Side, document

X, Y = "1-1", "2-1"


def side(seats: int, pinned: dict[str, str] | None = None) -> Side:
    """Three children for one class, one who stays, one who moves, and a class that nobody asks for."""
    families = (
        *(Family(f"f{name}", (name,), (None,), ((X,),)) for name in "abc"),
        Family("stays", ("s",), (Y,), ((X,),)),
        Family("moves", ("m",), (Y,), ((X,),)),
    )
    market = Market({X: seats, Y: 2}, {X: ("m", "a", "b", "c", "s"), Y: ("s", "m")}, families)
    result = allocate(market).result
    if pinned is None:
        return Side(market, market_dict(market), result, result_dict(result))
    envious = {"envy_caused_by_pins": [{"family": "fb"}]}
    return Side(market, market_dict(market) | {"pins": pinned}, result, result_dict(result) | envious)


def test_the_totals_of_a_run_count_each_kind_of_child() -> None:
    one = side(2, {"a": X})
    assert one.pins == {"a": X}
    assert one.totals() == {
        "children": 5,
        "placed": 2,
        "held": 1,
        "waiting": 2,
        "free": 1,
        "first": 2,
        "blocking": 0,
        "envy_by_pins": 1,
        "status": one.result.status,
    }


def test_the_document_sets_both_sides_and_the_moves_between_them() -> None:
    told = document(side(2), side(3))
    assert (told["totals"]["before"]["placed"], told["totals"]["after"]["placed"]) == (2, 3)
    assert [move["child"] for move in told["moves"]] == ["b"]
