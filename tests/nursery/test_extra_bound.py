"""The page says how sure it is that fewer extra seats would not do."""

from __future__ import annotations

import pytest

from yakuba.nursery.pages.allocations import _extra_bound


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (
            {"seats": {"1-1": 1, "2-1": 1}, "lower_bound": 2, "proven_fewest": True},
            "合わせて 2席。これより少ない",
        ),
        ({"seats": {"1-1": 5}, "lower_bound": 3, "proven_fewest": False}, "合わせて 5席。3席以上要る"),
    ],
)
def test_a_proof_and_an_interval_read_differently(extra: dict[str, object], said: str) -> None:
    assert _extra_bound({"extra_seats": extra}).startswith(said)


@pytest.mark.parametrize("certificate", [{}, {"extra_seats": None}, {"extra_seats": {"seats": None}}])
def test_without_extra_seats_nothing_is_said(certificate: dict[str, object]) -> None:
    assert _extra_bound(certificate) == ""
