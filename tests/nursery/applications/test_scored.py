"""The keyed ledger says what the scores say: the engine reads the same keys, wishes, tuples and patterns."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.applications.helpers import grids, read_book
from yakuba.nursery import ledger as ledgers
from yakuba.nursery.applications.scored import BY_HAND, keyed_ledger, ledger_rows
from yakuba.nursery.domain.application import Applicant, Applications, WishTuple
from yakuba.nursery.domain.scores.result import ChildScore, Keys, Scores, WishScore
from yakuba.nursery.ledger.rows import class_id

NAMES = ("指数", "課税階層", "希望順位")
ASCENDING = (False, True, True)


def child_score(child: Applicant, keys: list[Keys]) -> ChildScore:
    wishes = tuple(
        WishScore(nursery, rank, Decimal(0), own)
        for rank, (nursery, own) in enumerate(zip(child.wishes, keys, strict=True), 1)
    )
    return ChildScore(child.id, child.household, {}, Decimal(0), Decimal(0), None, None, (), wishes)


def scores(found: Applications, keys: dict[str, list[Keys]] | None = None) -> Scores:
    """Per child (指数, -課税階層, -希望順位); ``keys`` replaces a child's."""
    children = {}
    for number, child in enumerate(found.applicants):
        own: list[Keys] = [(40 - number, -number, -rank) for rank in range(1, len(child.wishes) + 1)]
        children[child.id] = child_score(child, (keys or {}).get(child.id, own))
    return Scores("test", "", NAMES, ASCENDING, children)


def applications() -> Applications:
    return read_book(grids()).applications


def read_back(found: Applications, given_: Scores, **options: object) -> ledgers.Ledger:
    return ledgers.read_upload("台帳.zip", keyed_ledger(found, given_, **options))  # type: ignore[arg-type]


def keys_at(ledger: ledgers.Ledger, child: str, seat: str) -> Keys:
    return ledger.class_keys.get((child, seat), ledger.keys[child])


def test_every_child_has_the_same_keys_at_every_wished_class() -> None:
    found = applications()
    given_ = scores(found)
    ledger = read_back(found, given_)
    assert ledger.key_names == NAMES
    assert ledger.key_ascending == ASCENDING
    for child in found.applicants:
        for wish in given_.children[child.id].wishes:
            assert keys_at(ledger, child.id, class_id(wish.nursery, child.age, child.track)) == wish.keys


def test_the_file_holds_keys_as_printed_and_overrides_only_where_they_differ() -> None:
    found = applications()
    rows = ledger_rows(found, scores(found, {"a": [(Decimal("38.5"), -7, -1), (Decimal("38.5"), -7, -1)]}))
    first = rows.children[0]
    assert first.keys == (Decimal("38.5"), 7, 1)
    assert "a" not in {row.child for row in rows.overrides}
    assert [(row.nursery, row.keys) for row in rows.overrides if row.child == "b"] == [("1", (39, 1, 2))]


keys_of_wish = st.tuples(
    st.integers(-500, 500) | st.decimals(-500, 500, places=1), st.integers(-30, 0), st.integers(-20, -1)
)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_keys_survive_negative_totals_and_half_points_too(data: st.DataObject) -> None:
    found = applications()
    keys = {child.id: [data.draw(keys_of_wish) for _ in child.wishes] for child in found.applicants}
    given_ = scores(found, keys)
    ledger = read_back(found, given_)
    for child in found.applicants:
        for wish in given_.children[child.id].wishes:
            assert keys_at(ledger, child.id, class_id(wish.nursery, child.age, child.track)) == wish.keys


def test_averages_of_siblings_keep_their_order() -> None:
    third = Decimal(100) / 3
    found = applications()
    given_ = scores(found, {"d": [(third, 0, -1)], "b": [(third + Decimal("0.5") / 7, 0, -1)] * 2})
    ledger = read_back(found, given_)
    assert abs(Decimal(ledger.keys["d"][0]) - third) < Decimal("1e-10")
    assert ledger.keys["d"] < ledger.keys["b"]


def test_transfers_patterns_and_explicit_tuples_survive() -> None:
    found = applications()
    tuples = (WishTuple("h2", 1, {"b": "1", "c": "1"}), WishTuple("h2", 2, {"b": "2", "c": None}))
    explicit = replace(found, tuples=tuples)
    families = {family.id: family for family in read_back(explicit, scores(explicit)).families}
    assert families["h2"].wishes == (("1-2", "1-1"), ("2-2", None))
    assert families["h3"].current == ("2-2",)
    by_pattern = {family.id: family for family in read_back(found, scores(found)).families}
    assert {row.pattern for row in ledger_rows(found, scores(found)).children if row.household == "h2"} == {7}
    assert by_pattern["h2"].wishes[0] == ("2-2", "1-1")  # each child's first wish


def test_a_child_without_wishes_gets_zeros() -> None:
    found = applications()
    stays = replace(found.applicants[3], kind="continue", wishes=())
    found = replace(found, applicants=(*found.applicants[:3], stays))
    assert ledger_rows(found, scores(found)).children[3].keys == (0, 0, 0)


def test_missing_scores_are_refused() -> None:
    found = applications()
    given_ = scores(found)
    with pytest.raises(ValueError, match="受付番号 a の採点結果がありません"):
        ledger_rows(found, replace(given_, children={k: v for k, v in given_.children.items() if k != "a"}))
    short = replace(given_.children["a"], wishes=given_.children["a"].wishes[:1])
    with pytest.raises(ValueError, match="希望 2 の採点結果"):
        ledger_rows(found, replace(given_, children={**given_.children, "a": short}))


def tied() -> tuple[Applications, Scores]:
    """a and c (two households) are equal at nursery 1, age 1."""
    found = applications()
    return found, scores(found, {"a": [(30, -1, -1), (29, -1, -1)], "c": [(30, -1, -1)]})


def test_the_order_by_hand_is_a_last_key_and_settles_the_tie() -> None:
    found, given_ = tied()
    assert [tie.children for tie in read_back(found, given_).ties()] == [("a", "c")]
    ledger = read_back(found, given_, tie_order=[["c", "a"]])
    assert ledger.key_names[-1] == BY_HAND
    assert ledger.ties() == []
    assert ledger.market().priority["1-1"] == ("c", "a")


def test_an_order_by_hand_that_leaves_out_a_tied_child_is_refused() -> None:
    found, given_ = tied()
    with pytest.raises(ValueError, match=r"クラス 1-1 の同点（受付番号 a、c）"):
        ledger_rows(found, given_, tie_order=[["c", "b"]])


def test_orders_by_hand_that_contradict_one_another_are_refused() -> None:
    found, given_ = tied()
    with pytest.raises(ValueError, match="食い違っています"):
        ledger_rows(found, given_, tie_order=[["c", "a"], ["a", "b"], ["b", "c"]])


def test_names_that_look_like_formulas_are_neutralised_and_ids_kept() -> None:
    sheets = grids()
    sheets["児童"][1][2] = "'=1+1"
    found = read_book(sheets).applications
    assert ledger_rows(found, scores(found)).children[0].name == "'=1+1"
    assert found.applicants[0].name == "=1+1"


def test_the_same_input_gives_the_same_bytes() -> None:
    found = applications()
    assert keyed_ledger(found, scores(found)) == keyed_ledger(found, scores(found))


def test_2500_children_with_ten_wishes_take_less_than_three_seconds() -> None:
    from yakuba.site.demo.nursery_applications import make_applications

    found = make_applications(2500, 80, 10, 3)
    random = Random(1)
    keys: dict[str, list[Keys]] = {
        child.id: [
            (random.randint(0, 100), -random.randint(0, 20), -n) for n, _ in enumerate(child.wishes, 1)
        ]
        for child in found.applicants
    }
    given_ = scores(found, keys)
    start = time.process_time()
    data = keyed_ledger(found, given_)
    assert time.process_time() - start < 3
    ledger = ledgers.read_upload("台帳.zip", data)
    for child in found.applicants:
        for wish in given_.children[child.id].wishes:
            assert keys_at(ledger, child.id, class_id(wish.nursery, child.age, child.track)) == wish.keys


def test_the_engine_allocates_by_the_keyed_ledger_and_the_verifier_agrees(tmp_path: Path) -> None:
    from yakuba.nursery.cli import nursery
    from yakuba.site.demo.nursery_applications import make_applications

    found = make_applications(120, 8, 6, 5)
    (tmp_path / "台帳.zip").write_bytes(keyed_ledger(found, scores(found)))
    ledger, out = str(tmp_path / "台帳.zip"), tmp_path / "out"
    done = CliRunner().invoke(nursery, ["allocate", ledger, "-o", str(out), "--seed", "1"])
    assert done.exit_code == 0, done.output
    files = [str(out / name) for name in ("market.json", "result.json")]
    done = CliRunner().invoke(nursery, ["verify", *files, "--ledger", ledger])
    assert done.exit_code == 0, done.output
