"""Does the audited error rate still keep the promise? A cumulative sum over audited decisions.

E. S. Page, "Continuous inspection schemes" (1954), with the weights of a binomial likelihood ratio rounded
to whole numbers: every right decision takes ``STEP_DOWN`` off the sum (never below nought), every wrong one
adds ``STEP_UP``, and at ``LIMIT`` the task stops. Whole numbers make the sum a small Markov chain, so that
the chance of stopping within n audited decisions is computed exactly (``chance_of_stopping``), not simulated.

The weights were chosen from those exact chances: at 5 % of errors the sum reaches the limit within 200
audited decisions with 97.7 %; at the target itself, 0.5 %, within the 494 decisions that the plan audits
of 10,000 automatic ones with 3 %; at 0.2 %, a usual rate under a certificate, within 10,000 audited ones
with 2.3 %.
"""

from __future__ import annotations

STEP_UP = 90
STEP_DOWN = 1
LIMIT = 268


def step(total: int, correct: bool) -> int:
    """The sum after one more audited decision.

    >>> step(0, True), step(5, True), step(5, False)
    (0, 4, 95)
    """
    return max(0, total - STEP_DOWN) if correct else total + STEP_UP


def broken(total: int) -> bool:
    """Whether the sum says that the promise no longer holds."""
    return total >= LIMIT


def chance_of_stopping(rate: float, audited: int) -> float:
    """The exact chance that a fresh sum stops within ``audited`` decisions, each wrong with ``rate``."""
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must lie between 0 and 1, found {rate}")
    weights = [1.0] + [0.0] * (LIMIT - 1)
    stopped = 0.0
    for _ in range(audited):
        later = [0.0] * LIMIT
        for total, weight in enumerate(weights):
            if weight == 0.0:
                continue
            later[step(total, True)] += weight * (1.0 - rate)
            wrong = step(total, False)
            if broken(wrong):
                stopped += weight * rate
            else:
                later[wrong] += weight * rate
        weights = later
    return stopped
