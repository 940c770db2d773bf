"""Staff decide unless a certificate says otherwise."""

from __future__ import annotations

import pytest

from yakuba.core.border import Certificate, Decision, Outcome, Policy, certify, decide


def certificate(count: int) -> Certificate:
    return certify([Outcome(0.95, True)] * count + [Outcome(0.2, False)] * 900, 0.005, 0.95)


GOOD = certificate(700)
REFUSED = certificate(10)


def test_a_certified_kind_passes_from_its_threshold_on() -> None:
    assert GOOD.threshold == 0.3
    assert decide(Policy.AUTO_IF_CERTIFIED, 0.3, certificate=GOOD) is Decision.AUTO
    assert decide(Policy.AUTO_IF_CERTIFIED, 0.29999, certificate=GOOD) is Decision.STAFF


def test_blank_auto_passes_blanks_alone() -> None:
    assert decide(Policy.BLANK_AUTO, 0.9, blank=True, certificate=GOOD) is Decision.BLANK
    assert decide(Policy.BLANK_AUTO, 0.9, blank=False, certificate=GOOD) is Decision.STAFF
    assert decide(Policy.BLANK_AUTO, 0.1, blank=True, certificate=GOOD) is Decision.STAFF


def test_always_staff_never_passes() -> None:
    assert decide(Policy.ALWAYS_STAFF, 1.0, blank=True, certificate=GOOD) is Decision.STAFF


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("missing", [None, REFUSED])
def test_without_a_certificate_that_holds_staff_decide(policy: Policy, missing: Certificate | None) -> None:
    assert decide(policy, 1.0, blank=True, certificate=missing) is Decision.STAFF


@pytest.mark.parametrize("policy", Policy)
def test_a_score_that_is_no_number_goes_to_staff(policy: Policy) -> None:
    assert decide(policy, float("nan"), blank=True, certificate=GOOD) is Decision.STAFF
