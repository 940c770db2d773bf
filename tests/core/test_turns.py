"""Turns: never more at work than there are turns, nobody left out, nothing held while away."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from yakuba.core.turns import Turns

PATIENCE_S = 60.0


def test_no_more_are_at_work_than_there_are_turns_and_everybody_comes_to_it() -> None:
    turns, go = Turns(3), threading.Event()
    inside, done = threading.Semaphore(0), threading.Semaphore(0)

    def work(_: int) -> None:
        with turns.at_work():
            inside.release()
            assert go.wait(PATIENCE_S)
        done.release()

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(work, number) for number in range(8)]
        for _ in range(3):
            assert inside.acquire(timeout=PATIENCE_S)
        assert not turns._free.acquire(blocking=False)  # three are at work: there is no fourth turn
        assert not inside.acquire(blocking=False)
        go.set()
        for one in waiting:
            one.result(PATIENCE_S)
    assert [done.acquire(blocking=False) for _ in range(9)] == [True] * 8 + [False]
    assert [turns._free.acquire(blocking=False) for _ in range(4)] == [True] * 3 + [False]


def test_who_is_away_lets_another_work() -> None:
    turns = Turns(1)
    other_worked = threading.Event()

    def other() -> None:
        with turns.at_work():
            other_worked.set()

    with turns.at_work():
        thread = threading.Thread(target=other)
        thread.start()
        with turns.away():
            assert other_worked.wait(PATIENCE_S)
        thread.join(PATIENCE_S)
        assert not turns._free.acquire(blocking=False)  # the turn is ours again
    assert turns._free.acquire(blocking=False)


def test_a_turn_within_a_turn_is_the_same_one() -> None:
    turns = Turns(1)
    with turns.at_work(), turns.at_work():
        pass
    assert turns._free.acquire(blocking=False)


def test_away_without_a_turn_takes_none() -> None:
    turns = Turns(1)
    with turns.away():
        assert turns._free.acquire(blocking=False)


def test_a_turn_comes_back_whatever_happens() -> None:
    turns = Turns(1)

    def fail(*, away: bool) -> None:
        with turns.at_work():
            if away:
                with turns.away():
                    raise ValueError("planted")
            raise ValueError("planted")

    for away in (False, True, False):
        with pytest.raises(ValueError, match="planted"):
            fail(away=away)
    assert turns._free.acquire(blocking=False)
    turns._free.release()
    with pytest.raises(ValueError, match="too many times"):  # there is one turn, not two
        turns._free.release()
