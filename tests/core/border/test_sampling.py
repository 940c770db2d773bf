"""Which decisions are audited, which labels count, and how strict one test is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.border.domain.correction import attempt_share, strict_confidence
from yakuba.core.border.domain.sampling import Labelled, audit_share, one_a_document


def test_the_first_200_are_all_audited_and_then_three_in_a_hundred() -> None:
    assert [audit_share(number) for number in (0, 199, 200, 10**6)] == [1.0, 1.0, 0.03, 0.03]
    assert audit_share(200, 0.02) == 0.02
    assert audit_share(200, 0.05) == 0.05


@pytest.mark.parametrize("share", [0.0199, 0.0501])
def test_a_share_outside_two_to_five_per_cent_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share must lie"):
        audit_share(0, share)


LABELS = st.lists(
    st.builds(
        Labelled,
        st.integers(0, 30).map(str),
        st.integers(0, 8).map(str),
        st.just(0.9),
        st.booleans(),
    ),
    unique_by=lambda label: label.ref,
)


@given(LABELS, st.randoms(use_true_random=False))
def test_one_label_of_each_document_is_chosen_whatever_their_order(
    labels: list[Labelled], rng: random.Random
) -> None:
    chosen = one_a_document(labels, "給与")
    assert sorted(label.document for label in chosen) == sorted({label.document for label in labels})
    shuffled = list(labels)
    rng.shuffle(shuffled)
    assert one_a_document(shuffled, "給与") == chosen


@given(LABELS)
def test_the_choice_does_not_look_at_right_or_wrong(labels: list[Labelled]) -> None:
    turned = [Labelled(one.ref, one.document, 1 - one.score, not one.correct) for one in labels]
    assert [one.ref for one in one_a_document(turned, "a")] == [
        one.ref for one in one_a_document(labels, "a")
    ]


def test_another_task_chooses_other_fields() -> None:
    labels = [Labelled(f"{n}", f"{n // 4}", 0.9, True) for n in range(400)]
    one = [label.ref for label in one_a_document(labels, "a")]
    two = [label.ref for label in one_a_document(labels, "b")]
    assert 10 < sum(a == b for a, b in zip(one, two, strict=True)) < 50  # about one in four by chance
    places = [int(ref) % 4 for ref in one]
    assert all(places.count(place) > 10 for place in range(4))


def test_all_attempts_together_stay_within_the_risk() -> None:
    shares = [attempt_share(number) for number in range(1, 60)]
    assert shares[:4] == pytest.approx([0.8, 0.1, 0.05, 0.025])
    assert sum(shares) <= 1.0
    assert sum(shares) == pytest.approx(1.0)


def test_policies_share_the_risk_equally() -> None:
    assert 1 - strict_confidence(0.95, policies=20, attempt=1) == pytest.approx(0.05 * 0.8 / 20)
    assert 1 - strict_confidence(0.9, policies=1, attempt=3) == pytest.approx(0.1 * 0.05)


@pytest.mark.parametrize(
    ("confidence", "policies", "attempt", "said"),
    [
        (1.0, 1, 1, "confidence"),
        (0.0, 1, 1, "confidence"),
        (0.95, 0, 1, "policy"),
        (0.95, 1, 0, "count from 1"),
    ],
)
def test_impossible_requests_are_refused(confidence: float, policies: int, attempt: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        strict_confidence(confidence, policies=policies, attempt=attempt)
