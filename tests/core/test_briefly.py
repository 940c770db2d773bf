"""An answer is made once a moment, by one thread, and never older than the setting says."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from yakuba.core.briefly import MOST, Briefly


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def one_second(settings: Any, nothing_kept: None) -> None:
    settings.YAKUBA_LISTS_KEPT_S = 1.0


def test_it_is_made_anew_when_the_moment_is_over() -> None:
    clock, made = Clock(), iter(range(9))
    brief = Briefly[str, int](lambda _: next(made), clock)
    assert [brief.get("a"), brief.get("a"), brief.get("b")] == [0, 0, 1]
    clock.now += 0.9
    assert (brief.get("a"), brief.get("b")) == (0, 1)
    clock.now += 0.1
    assert (brief.get("a"), brief.get("b")) == (2, 3)


def test_its_age_counts_from_before_it_was_read() -> None:
    clock = Clock()

    def slowly(_: str) -> float:
        clock.now += 0.8
        return clock.now

    brief = Briefly[str, float](slowly, clock)
    first = brief.get("a")
    clock.now += 0.3  # it was begun 1.1 seconds ago
    assert brief.get("a") > first


def test_nothing_is_kept_where_the_setting_is_nought(settings: Any) -> None:
    settings.YAKUBA_LISTS_KEPT_S = 0.0
    made = iter(range(9))
    brief = Briefly[str, int](lambda _: next(made), Clock())
    assert [brief.get("a") for _ in range(3)] == [0, 1, 2]


def test_many_threads_have_it_made_once() -> None:
    begun, go = threading.Semaphore(0), threading.Event()
    calls: list[str] = []

    def make(key: str) -> str:
        calls.append(key)
        begun.release()
        go.wait(120)
        return key.upper()

    brief = Briefly[str, str](make, Clock())
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(brief.get, "a") for _ in range(8)]
        assert begun.acquire(timeout=120)
        go.set()
        assert {one.result() for one in waiting} == {"A"}
    assert calls == ["a"]


def test_what_fails_is_not_kept() -> None:
    answers = iter([ValueError("once"), None])

    def make(_: str) -> str:
        if error := next(answers):
            raise error
        return "fine"

    brief = Briefly[str, str](make, Clock())
    with pytest.raises(ValueError, match="once"):
        brief.get("a")
    assert brief.get("a") == "fine"


def test_many_keys_do_not_fill_the_memory() -> None:
    brief = Briefly[int, int](lambda key: key, Clock())
    for key in range(3 * MOST):
        assert brief.get(key) == key
    assert len(brief._kept) <= MOST
    assert len(brief._makers) <= MOST
