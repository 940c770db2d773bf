"""Claims hold, and every changed claim is found."""

from __future__ import annotations

import copy
import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.explain_markets import (
    any_assignment,
    best_by_search,
    deferred_acceptance,
    market_of,
    possible,
    result_of,
)
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.verify_claims import check

Claims = list[dict[str, Any]]


def _case(seed: int, *, keys: bool = True) -> tuple[dict[str, Any], dict[str, Any], Claims]:
    random_ = random.Random(seed)
    market = market_of(random_, families=random_.randint(1, 9), classes=4, wishes=4, keys=keys)
    result = any_assignment(market, random_)
    claims = [json.loads(json.dumps(claim)) for claim in explain.claims(market, result)]
    return market, result, claims


def _case_with(kind: str, *, keys: bool = True) -> tuple[dict[str, Any], dict[str, Any], Claims, int]:
    for seed in range(2000):
        market, result, claims = _case(seed, keys=keys)
        for place, claim in enumerate(claims):
            if claim["kind"] == kind or claim.get("by") == kind:
                return market, result, claims, place
    raise AssertionError(f"no market makes a {kind} claim")


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9), keys=st.booleans())
def test_every_written_claim_holds(seed: int, keys: bool) -> None:
    market, result, claims = _case(seed, keys=keys)
    assert check(market, result, claims) == []


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_refusals_follow_the_definition_of_blocking(seed: int) -> None:
    market, result, claims = _case(seed)
    kinds = {(claim["child"], claim["wish"]): claim["kind"] for claim in claims if "seats" in claim}
    for family in market["families"]:
        got = [result["assignment"][child] for child in family["children"]]
        better = (
            family["wishes"][: family["wishes"].index(got)] if got in family["wishes"] else family["wishes"]
        )
        for number, wish in enumerate(better, start=1):
            for child in family["children"]:
                open_ = possible(market, result["assignment"], family, wish)
                assert (kinds.pop((child, number)) == "declared_blocking") == open_
    assert not kinds


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_claims_of_the_best_assignment_hold(seed: int) -> None:
    market = market_of(random.Random(seed), families=4, classes=3, wishes=2, siblings=0.6)
    result = best_by_search(market)
    assert check(market, result, explain.claims(market, result)) == []


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key in sorted(value) for found in _paths(value[key], (*path, key))]
    if isinstance(value, list):
        return [path, *(found for at, item in enumerate(value) for found in _paths(item, (*path, at)))]
    return [path]


def _changed(value: Any, random_: random.Random) -> Any:
    others: list[Any] = [None, True, 0, 1, 2, 3, 1.0, "", "c0_0", "f1", "0-0", "1-1", [], {}, "full"]
    if isinstance(value, int) and not isinstance(value, bool):
        others += [value + 1, value - 1, float(value), str(value)]
    if isinstance(value, list) and value:
        others += [value[:-1], [*value, value[0]], value[::-1]]
    others = [item for item in others if type(item) is not type(value) or item != value]
    return random_.choice(others)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_any_changed_value_is_found(seed: int) -> None:
    market, result, claims = _case(seed)
    random_ = random.Random(seed)
    at = random_.randrange(len(claims))
    path = random_.choice(_paths(claims[at]))
    false = copy.deepcopy(claims)
    spot: Any = false[at]
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = _changed(spot[path[-1]], random_)
    faults = check(market, result, false)
    assert faults, (claims[at], path, false[at])


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_missing_a_repeated_and_a_stray_field_are_found(seed: int) -> None:
    market, result, claims = _case(seed)
    random_ = random.Random(seed)
    at = random_.randrange(len(claims))
    assert any("理由がありません" in fault for fault in check(market, result, claims[:at] + claims[at + 1 :]))
    assert any("同じ理由が二つ" in fault for fault in check(market, result, [*claims, claims[at]]))
    field = random_.choice(sorted(claims[at]))
    cut = copy.deepcopy(claims)
    del cut[at][field]
    assert check(market, result, cut)
    cut = copy.deepcopy(claims)
    cut[at]["note"] = "x"
    assert any("「note」は、この理由にはない項目" in fault for fault in check(market, result, cut))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_order_of_lines_does_not_matter(seed: int) -> None:
    market, result, claims = _case(seed)
    assert check(market, result, random.Random(seed).sample(claims, len(claims))) == []


PLANTED = [
    ("placed", "rank", 9),
    ("held", "class", "9-9"),
    ("not_placed", "wishes", 99),
    ("full", "wish", 77),
    ("capacity_zero", "kind", "full"),
    ("never_possible", "kind", "capacity_zero"),
    ("declared_blocking", "blocking", 0),
    ("declared_blocking", "status", "bounded"),
    ("below", "from", 0),
    ("cutoff", "last", "c9_9"),
    ("key_names", "names", ["別の名"]),
    ("key", "threshold", 1),
    ("key", "name", "別の名"),
    ("key", "key", 5),
    ("lottery", "by", "order"),
    ("holder", "by", "key"),
    ("sibling", "by", "lottery"),
    ("order", "by", "lottery"),
]


@pytest.mark.parametrize(("kind", "field", "value"), PLANTED)
def test_a_planted_false_claim_of_each_kind_is_rejected(kind: str, field: str, value: Any) -> None:
    market, result, claims, at = _case_with(kind, keys=kind != "order")
    assert claims[at][field] != value
    claims[at][field] = value
    faults = check(market, result, claims)
    about = str(claims[at].get("child") or claims[at].get("class") or "key_names")
    assert any(about in fault for fault in faults), faults


def test_a_claim_names_the_child_the_field_and_both_values() -> None:
    market, result, claims, at = _case_with("full")
    truth = claims[at]["seats"][0]["above"]
    claims[at]["seats"][0]["above"] = truth + 1
    (fault,) = check(market, result, claims)
    assert fault.startswith(f"{at + 1}行目 児童 {claims[at]['child']}（世帯 {claims[at]['family']}）")
    assert f"第{claims[at]['wish']}希望（full）：「seats」" in fault


@pytest.mark.parametrize(
    "line", [None, 3, [], "x", {}, {"kind": []}, {"kind": "full", "child": [], "wish": {}}]
)
def test_a_line_that_is_no_claim_is_reported(line: Any) -> None:
    market, result, claims = _case(5)
    assert any("理由の形式ではありません" in fault for fault in check(market, result, [*claims, line]))


def test_a_claim_about_an_unknown_child_is_reported() -> None:
    market, result, claims = _case(5)
    faults = check(market, result, [*claims, {"kind": "not_placed", "family": "f9", "child": "nobody"}])
    where = f"{len(claims) + 1}行目 児童 nobody（世帯 f9）（not_placed）"
    assert faults == [f"{where}：該当する児童、希望又はクラスがありません。"]


def test_an_undeclared_blocking_family_is_neither_explained_nor_verified() -> None:
    market, result, claims, at = _case_with("declared_blocking")
    silent = {**result, "blocking_families": [], "status": "stable"}
    faults = check(market, silent, claims)
    assert any(f"世帯 {claims[at]['family']}" in fault and "示されていません" in fault for fault in faults)
    with pytest.raises(explain.NotExplained, match=claims[at]["family"]):
        list(explain.claims(market, silent))


@pytest.mark.parametrize("seat", ["2-2", None])
def test_a_seat_nobody_asked_for_is_reported(seat: str | None) -> None:
    market = {
        "capacity": {"1-1": 1, "2-2": 1},
        "priority": {"1-1": ["a", "b"], "2-2": ["b", "a"]},
        "families": [
            {"id": "A", "children": ["a"], "current": ["1-1"], "wishes": []},
            {"id": "B", "children": ["b"], "current": [None], "wishes": [["2-2"]]},
        ],
    }
    result = {"status": "stable", "assignment": {"a": seat, "b": None}, "blocking_families": []}
    assert any(
        "世帯 A" in fault and "希望にも在籍にもありません" in fault for fault in check(market, result, [])
    )
    with pytest.raises(explain.NotExplained, match="希望にも在籍にもありません"):
        list(explain.claims(market, result))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"assignment": {}}, "結果に割当てがありません"),
        ({"assignment": {"a": "9-9"}}, "クラス 9-9 は市場にありません"),
        ({"assignment": {"a": "2-2"}}, "クラス 2-2 の優先順位にありません"),
    ],
)
def test_inputs_that_cannot_be_recounted_are_reported(change: dict[str, Any], words: str) -> None:
    market = {
        "capacity": {"1-1": 1, "2-2": 1},
        "priority": {"1-1": ["a"]},
        "families": [{"id": "A", "children": ["a"], "current": [None], "wishes": [["1-1"]]}],
    }
    result = {"status": "stable", "assignment": {"a": "1-1"}, **change}
    assert any("児童 a" in fault and words in fault for fault in check(market, result, []))
    with pytest.raises(explain.NotExplained, match=words):
        list(explain.claims(market, result))


@pytest.mark.parametrize("key", ["x", "1/2", None, 1.5, True])
def test_a_key_that_is_no_number_is_reported(key: Any) -> None:
    market, result, claims = _case(1)
    child = market["families"][0]["children"][0]
    market["keys"]["children"][child] = [key, "0"]
    assert any(f"児童 {child}" in fault and "数でない" in fault for fault in check(market, result, claims))


def test_a_wished_class_outside_of_the_market_is_not_explained() -> None:
    market = {
        "capacity": {"1-1": 1},
        "priority": {"1-1": ["a"]},
        "families": [{"id": "A", "children": ["a"], "current": [None], "wishes": [["5-5"]]}],
    }
    with pytest.raises(explain.NotExplained, match="クラス 5-5"):
        list(explain.claims(market, {"status": "stable", "assignment": {"a": None}}))


def test_2500_children_have_a_reason_for_every_wish_not_obtained_and_all_hold() -> None:
    market = market_of(random.Random(1), families=2500, classes=80, wishes=20, seats=30, siblings=0)
    result = deferred_acceptance(market)
    assert result["status"] == "stable"
    start = time.perf_counter()
    claims = list(explain.claims(market, result))
    assert time.perf_counter() - start < 10  # 0.5 s on a quiet machine
    told = {(claim["child"], claim["wish"]) for claim in claims if "seats" in claim}
    for family in market["families"]:
        child = family["children"][0]
        got = [result["assignment"][child]]
        lost = family["wishes"].index(got) if got in family["wishes"] else len(family["wishes"])
        assert all((child, number + 1) in told for number in range(lost))
    assert check(market, result, claims) == []


def test_keys_that_contradict_the_priority_are_not_called_the_reason() -> None:
    market = {
        "capacity": {"1-1": 1},
        "priority": {"1-1": ["a", "b"]},
        "families": [
            {"id": "A", "children": ["a"], "current": [None], "wishes": [["1-1"]]},
            {"id": "B", "children": ["b"], "current": [None], "wishes": [["1-1"]]},
        ],
        "keys": {"names": ["指数"], "children": {"a": [1], "b": [2]}},
    }
    result = {"status": "stable", "assignment": {"a": "1-1", "b": None}}
    claims = list(explain.claims(market, result))
    (reason,) = [claim for claim in claims if claim["kind"] == "decided_by"]
    assert reason["by"] == "order"
    assert check(market, result, claims) == []


def test_claims_are_found_child_by_child() -> None:
    market, _result, claims = _case(11)
    children = [child for family in market["families"] for child in family["children"]]
    found = dict(explain.by_child(claims))
    assert sorted(found) == sorted(children)
    own = [claim for lines in found.values() for claim in lines if "child" in claim]
    assert own == [claim for claim in claims if "child" in claim]
    for child, lines in found.items():
        assert explain.of_child(claims, child) == lines
        wanted = {seat["class"] for line in lines for seat in line.get("seats", ())}
        assert wanted <= {line["class"] for line in lines if line["kind"] == "cutoff"}
    assert explain.of_child(claims, "nobody") == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"assignment": None}, "結果：割当て"),
        ({"status": 1}, "結果：割当て"),
        ({"assignment": {"a": ["1-1"]}}, "児童 a（世帯 A）：割当て ['1-1'] はクラスの番号ではありません"),
        ({"assignment": {"a": 1}}, "児童 a（世帯 A）：割当て 1 は"),
    ],
)
def test_a_result_of_another_shape_is_reported_and_not_followed(change: dict[str, Any], words: str) -> None:
    market = {
        "capacity": {"1-1": 1},
        "priority": {"1-1": ["a"]},
        "families": [{"id": "A", "children": ["a"], "current": [None], "wishes": [["1-1"]]}],
    }
    (fault,) = check(market, {"status": "stable", "assignment": {"a": "1-1"}, **change}, [])
    assert fault.startswith(words)


@pytest.mark.parametrize("without", ["a", "b"])
def test_one_child_without_keys_leaves_only_the_order_as_the_reason(without: str) -> None:
    market = {
        "capacity": {"1-1": 1},
        "priority": {"1-1": ["a", "b"]},
        "families": [
            {"id": "A", "children": ["a"], "current": [None], "wishes": [["1-1"]]},
            {"id": "B", "children": ["b"], "current": [None], "wishes": [["1-1"]]},
        ],
        "keys": {"names": ["指数"], "children": {child: [1] for child in "ab" if child != without}},
    }
    result = {"status": "stable", "assignment": {"a": "1-1", "b": None}}
    claims = list(explain.claims(market, result))
    assert [claim["by"] for claim in claims if claim["kind"] == "decided_by"] == ["order"]
    assert check(market, result, claims) == []


def test_a_result_that_states_no_lower_bound_has_none_above_nought() -> None:
    market = {
        "capacity": {"1-1": 1},
        "priority": {"1-1": ["a"]},
        "families": [{"id": "F", "children": ["a"], "current": [None], "wishes": [["1-1"]]}],
    }
    result = result_of(market, {"a": None})  # a seat that nobody else wants: F blocks
    del result["blocking_lower_bound"]
    claims = list(explain.claims(market, result))
    (declared,) = (claim for claim in claims if claim["kind"] == "declared_blocking")
    assert declared["lower_bound"] == 0
    assert check(market, result, claims) == []
