"""The pure chain: every kind of tampering is found at its exact line, with its name."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.core.audit.domain.chain import (
    GENESIS,
    Flaw,
    Head,
    Line,
    Verdict,
    canonical,
    chain_hash,
    head_seal,
    line_seal,
    verify,
)

KEY = b"outside the database"
FORGED_KEY = b"made up"


def write(count: int, *, key: bytes = KEY, after: list[Line] | None = None, word: str = "t") -> list[Line]:
    """The chain that the product would write, on top of ``after``."""
    lines = list(after or [])
    while len(lines) < count:
        previous = lines[-1].entry_hash if lines else GENESIS
        number = len(lines) + 1
        body = {
            "sequence": number,
            "at": f"2026-11-22T00:00:{number % 60:02}+00:00",
            "actor": "user:1",
            "action": "nursery.allocate",
            "target": f"{word}:{number}",
            "detail": {"n": number},
        }
        entry_hash = chain_hash(previous, **body)
        lines.append(
            Line(**body, previous_hash=previous, entry_hash=entry_hash, seal=line_seal(entry_hash, key))
        )
    return lines


def head(lines: list[Line], number: int, name: str = "latest.json", key: bytes = KEY) -> Head:
    entry_hash = lines[number - 1].entry_hash
    return Head(name, number, entry_hash, "2026-11-22", head_seal(number, entry_hash, "2026-11-22", key))


def test_an_untouched_chain_is_good_and_counted() -> None:
    lines = write(25)
    assert verify(lines, [head(lines, 25), head(lines, 10, "a.json")], KEY) == Verdict(25)
    assert verify(lines, [head(lines, 25)], KEY).good


def test_an_empty_log_without_heads_is_good() -> None:
    assert verify([], [], KEY) == Verdict(0)


def test_lines_newer_than_the_last_head_are_good() -> None:
    lines = write(9)
    assert verify(lines, [head(lines, 5)], KEY).good


CHANGES = {
    "at": "2026-11-22T00:00:59.000001+00:00",
    "actor": "user:2",
    "action": "nursery.approve",
    "target": "other",
    "detail": {"n": 0},
    "previous_hash": "f" * 64,
    "entry_hash": "f" * 64,
}


def test_every_field_of_a_line_is_covered() -> None:
    assert {field.name for field in dataclasses.fields(Line)} == set(CHANGES) | {"sequence", "seal"}


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 20), st.sampled_from(sorted(CHANGES)))
def test_an_edited_line_is_found_exactly(number: int, field: str) -> None:
    lines = write(20)
    lines[number - 1] = replace(lines[number - 1], **{field: CHANGES[field]})
    verdict = verify(lines, [head(write(20), 20)], KEY)
    assert (verdict.flaw, verdict.sequence, verdict.lines) == (Flaw.EDITED, number, number - 1)
    assert f"{number}行目" in verdict.reason


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 19))
def test_a_removed_line_is_found_exactly(number: int) -> None:
    lines = write(20)
    heads = [head(lines, 20)]
    del lines[number - 1]
    verdict = verify(lines, heads, KEY)
    assert (verdict.flaw, verdict.sequence) == (Flaw.MISSING, number)
    assert f"{number + 1}行目" in verdict.reason


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 19), st.integers(2, 20))
def test_two_lines_that_changed_places_are_found(first: int, second: int) -> None:
    first, second = sorted((first, second)) if first != second else (first, first + 1)
    lines = write(20)
    a, b = lines[first - 1], lines[second - 1]
    lines[first - 1], lines[second - 1] = replace(b, sequence=first), replace(a, sequence=second)
    verdict = verify(lines, [head(write(20), 20)], KEY)
    assert (verdict.flaw, verdict.sequence) == (Flaw.REORDERED, first)
    assert f"{second}行目として" in verdict.reason


@pytest.mark.parametrize(("away", "flaw"), [(1000, Flaw.REORDERED), (1001, Flaw.EDITED)])
def test_a_moved_line_is_looked_for_up_to_a_thousand_places_away(away: int, flaw: Flaw) -> None:
    lines = write(1 + away)
    lines[0] = replace(lines[away], sequence=1)
    verdict = verify(lines, [], KEY)
    assert (verdict.flaw, verdict.sequence) == (flaw, 1)


def test_a_line_written_twice_is_out_of_order() -> None:
    lines = write(5)
    verdict = verify([*lines[:3], lines[2], *lines[3:]], [head(lines, 5)], KEY)
    assert (verdict.flaw, verdict.sequence) == (Flaw.REORDERED, 4)
    assert verdict.reason == "4行目があるはずの場所に 3行目があります"


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 19))
def test_a_cut_off_end_is_found(kept: int) -> None:
    lines = write(20)
    verdict = verify(lines[:kept], [head(lines, 20), head(lines, 1, "2026-11-21.json")], KEY)
    assert (verdict.flaw, verdict.sequence, verdict.lines) == (Flaw.TRUNCATED, kept + 1, kept)
    assert "latest.json" in verdict.reason


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 20))
def test_a_tail_chained_again_without_the_key_is_found_even_after_the_last_head(number: int) -> None:
    lines = write(20)
    heads = [head(lines, 1)]
    forged = write(20, key=FORGED_KEY, after=lines[: number - 1], word="forged")
    verdict = verify(forged, heads, KEY)
    assert (verdict.flaw, verdict.sequence) == (Flaw.RECHAINED, number)


def test_a_chain_put_back_and_regrown_with_the_key_is_found_by_an_older_head() -> None:
    lines = write(20)
    regrown = write(30, after=lines[:10], word="regrown")
    assert verify(regrown, [head(lines, 9)], KEY).good  # nothing shows it before a head of the lost part
    verdict = verify(regrown, [head(lines, 15, "2026-11-21.json"), head(regrown, 30)], KEY)
    assert (verdict.flaw, verdict.sequence, verdict.lines) == (Flaw.RECHAINED, 15, 14)
    assert "2026-11-21.json" in verdict.reason


def test_a_genuine_line_of_another_chain_does_not_fit() -> None:
    lines, other = write(10), write(10, word="other")
    verdict = verify([*lines[:4], *other[4:]], [head(lines, 3)], KEY)
    assert (verdict.flaw, verdict.sequence) == (Flaw.RECHAINED, 5)
    assert "前の行" in verdict.reason


@pytest.mark.parametrize("field", ["sequence", "entry_hash", "sealed_at", "seal"])
def test_a_forged_head_is_found(field: str) -> None:
    lines = write(10)
    good = head(lines, 10)
    forged = replace(good, **{field: 9 if field == "sequence" else "0" * 64})
    verdict = verify(lines, [head(lines, 2, "a.json"), forged], KEY)
    assert verdict.flaw is Flaw.HEAD_FORGED
    assert verdict.sequence == forged.sequence
    assert "latest.json" in verdict.reason


def test_a_head_made_with_another_key_is_found_though_the_chain_fits() -> None:
    lines = write(10)
    assert verify(lines, [head(lines, 10, key=FORGED_KEY)], KEY).flaw is Flaw.HEAD_FORGED


def test_lines_without_any_head_can_not_be_called_complete() -> None:
    verdict = verify(write(3), [], KEY)
    assert (verdict.flaw, verdict.sequence, verdict.lines) == (Flaw.HEAD_MISSING, 3, 3)


def test_without_the_key_hashes_order_and_heads_are_still_checked() -> None:
    lines = write(10)
    assert verify(lines, [head(lines, 10)], None).good
    assert verify(write(10, key=FORGED_KEY), [head(lines, 10, key=FORGED_KEY)], None).good
    lines[4] = replace(lines[4], target="x")
    assert verify(lines, [], None).sequence == 5


def test_the_hash_is_the_published_one() -> None:
    assert canonical({"b": 1, "a": "区"}) == '{"a":"区","b":1}'
    assert (
        chain_hash(GENESIS, sequence=1, at="x", actor="a", action="b", target="c", detail={})
        == "db7392f0c1a872ef32db69ec8a7a6f687ca3f2c9a4e7486d7d778fd4d559bafa"
    )


def test_seals_of_lines_and_heads_can_not_stand_in_for_each_other() -> None:
    assert line_seal("a", KEY) != line_seal("b", KEY)
    assert line_seal("a", KEY) != line_seal("a", FORGED_KEY)
    assert len({head_seal(1, "a", "d", KEY), head_seal(11, "a", "d", KEY), head_seal(1, "b", "d", KEY)}) == 3
