"""A flood of refusals leaves few lines and no doubt about how many there were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.audit.domain.thinning import MOST_IN_A_WINDOW, WINDOW, Thinner


def test_the_first_event_of_a_kind_is_written_and_the_next_ones_are_counted() -> None:
    thinner = Thinner()
    assert [thinner.admit("a", at) for at in (0.0, 1.0, WINDOW - 0.5, WINDOW)] == [0, None, None, 2]


def test_another_kind_is_written_beside_it_and_takes_the_count_along() -> None:
    thinner = Thinner()
    assert [thinner.admit(kind, 1.0) for kind in ("a", "a", "b", "b", "c")] == [0, None, 1, None, 1]


def test_no_window_holds_more_than_its_most_lines() -> None:
    thinner = Thinner()
    told = [thinner.admit(number, 5.0) for number in range(MOST_IN_A_WINDOW + 10)]
    assert told.count(None) == 10
    assert told[:MOST_IN_A_WINDOW] == [0] * MOST_IN_A_WINDOW
    assert thinner.admit("later", 5.0 + WINDOW) == 10


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 300)), max_size=60))
def test_written_and_counted_events_are_all_events(events: list[tuple[str, float]]) -> None:
    thinner = Thinner(most=2)
    told = [thinner.admit(kind, at) for kind, at in sorted(events, key=lambda event: event[1])]
    rest = thinner.admit("z", 1_000.0)
    written = [one for one in told if one is not None]
    assert rest is not None
    assert len(written) + sum(written) + rest == len(events)
