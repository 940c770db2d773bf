"""When engines that do not agree still leave no doubt."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.reading import ALWAYS_STAFF_REASONS, FieldReading, Reason
from yakuba.ocr.domain.scoring import Features
from yakuba.ocr.field_reading import settled

SURE = Features(first=-0.01, second=-0.02, cells=-6.0, margin=6.0, agree=2 / 3)


def test_two_of_three_engines_with_a_wide_margin_settle_a_number() -> None:
    assert settled(SURE)
    assert not settled(replace(SURE, margin=2.9))
    assert not settled(replace(SURE, agree=1 / 3))


def test_one_of_two_engines_settles_only_with_a_wider_margin_and_its_own_surety() -> None:
    alone = Features(first=-0.1, second=-20.0, margin=5.5, agree=0.5)
    assert settled(alone)
    assert not settled(replace(alone, margin=4.9))
    assert not settled(replace(alone, first=-1.5))


@given(
    st.builds(
        Features,
        first=st.floats(-20, 0),
        margin=st.floats(-5, 10),
        agree=st.sampled_from((0.0, 1 / 3, 0.5, 2 / 3)),
    )
)
def test_a_value_that_nearly_ties_with_another_is_never_settled_by_a_disagreeing_majority(
    one: Features,
) -> None:
    if one.margin < 3.0:
        assert not settled(one)
    if settled(one):
        assert settled(replace(one, margin=10.0))


def test_a_character_that_may_be_another_shape_always_goes_to_staff() -> None:
    reading = FieldReading("name", "高橋", "高橋", 0.9999, reasons=(Reason.UNUSUAL_CHARACTER,))
    assert Reason.UNUSUAL_CHARACTER in ALWAYS_STAFF_REASONS
    assert reading.must_be_checked
