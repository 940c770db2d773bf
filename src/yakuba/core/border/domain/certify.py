"""Certify a score threshold above which an automatic decision keeps its promise.

Fixed-sequence Learn-then-Test (A. N. Angelopoulos et al., "Learn then Test", 2021): the thresholds of a
declared grid are tested from strict to loose, each with an exact binomial test at the full risk
``1 - confidence``, and testing stops at the first that fails. A false certificate needs the first
threshold in the sequence that truly breaks the promise to pass, so the chance of any false certificate
is at most ``1 - confidence``, however long the grid.

**Where testing starts.** The strictest thresholds accept too few items to pass even without an error, and
would stop every run. Testing therefore starts at the strictest grid threshold that accepts at least as
many items as a certificate without errors needs. That choice reads the scores alone. Given the scores,
the order of tests is fixed and the labels are independent with error chances p(score); their number of
errors is at most as likely to fall this low as a binomial of the same mean (W. Hoeffding, "On the
distribution of the number of successes in independent trials", 1956), so the test stays valid and the
promise holds for the mean error chance over items scored like the calibration's. What this leaves out is
the chance in the draw of the scores themselves. Whoever wants the promise unconditionally names the
starting threshold beforehand (``start``): then nothing in the sequence depends on the data.

**What it assumes.** Items are independent and drawn like those to come; fields of one document are not
independent: sample one a document, or count documents.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from yakuba.core.border.domain.bounds import needed, upper_bound

GRID: tuple[float, ...] = (
    1.0, 0.9999, 0.9995, 0.999, 0.998, 0.997, 0.995, 0.99, 0.985, 0.98, 0.97, 0.96, 0.95, 0.94, 0.92,
    0.9, 0.88, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0,
)  # fmt: skip
"""The declared thresholds, strict to loose. An item is accepted when its score is at least the threshold."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled item: how sure the programme was (0 to 1, higher surer) and whether it was right."""

    score: float
    correct: bool
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """One threshold's figures; ``passed`` says that the upper bound is at most the target."""

    __test__ = False  # not a test case, whatever a test runner makes of the name

    threshold: float
    accepted: int
    errors: int
    upper_bound: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a certificate was refused: this threshold needs ``labels`` more items without an error."""

    threshold: float
    accepted: int
    errors: int
    labels: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What may be decided without a person, and the evidence.

    When ``certified``, items scored at least ``threshold`` may pass: the loosest threshold of the tested
    prefix. When not, ``threshold`` is None, the counts are those of the first threshold tested (of the
    loosest when even that accepts too few), and ``missing`` says what is lacking.
    """

    certified: bool
    threshold: float | None
    accepted: int
    errors: int
    upper_bound: float
    n: int
    target: float
    confidence: float
    tests: tuple[Test, ...]
    missing: Missing | None


def certify(
    outcomes: Iterable[Outcome],
    target: float,
    confidence: float,
    *,
    start: float | None = None,
    grid: Sequence[float] = GRID,
) -> Certificate:
    """The loosest certified threshold of the grid, or what is missing.

    ``target`` is the highest error rate allowed among accepted items, ``confidence`` the chance that the
    certificate is right; both strictly between 0 and 1. ``start`` names the first threshold to test and
    must be one of the grid; without it the scores decide (see above). Raises ``ValueError`` otherwise.
    """
    fewest = needed(0, target, confidence)
    if any(strict <= loose for strict, loose in pairwise(grid)) or not grid:
        raise ValueError("the grid must hold thresholds from strict to loose, each once")
    if start is not None and start not in grid:
        raise ValueError(f"start must be a threshold of the grid, found {start}")
    counts = _counts(outcomes, grid)
    n = counts.n
    tests: list[Test] = []
    for threshold, accepted, errors in counts.rows:
        if (start is None and accepted < fewest) or (start is not None and threshold > start):
            continue
        bound = upper_bound(accepted, errors, confidence)
        tests.append(Test(threshold, accepted, errors, bound, bound <= target))
        if bound > target:
            break
    passed = [test for test in tests if test.passed]
    if passed:
        best = passed[-1]
        return Certificate(
            True, best.threshold, best.accepted, best.errors, best.upper_bound, n, target, confidence,
            tuple(tests), None,
        )  # fmt: skip
    threshold, accepted, errors = (
        (tests[0].threshold, tests[0].accepted, tests[0].errors) if tests else counts.rows[-1]
    )
    missing = Missing(threshold, accepted, errors, needed(errors, target, confidence) - accepted)
    bound = upper_bound(accepted, errors, confidence)
    return Certificate(
        False, None, accepted, errors, bound, n, target, confidence, tuple(tests), missing
    )  # fmt: skip


def certify_kinds(
    outcomes: Sequence[Outcome], target: float, confidence: float, *, start: float | None = None
) -> dict[str, Certificate]:
    """A certificate of its own for every kind, in order of the kinds' names.

    Each stands alone at the given confidence; the chance that one of several is wrong adds up.
    """
    return {
        kind: certify([item for item in outcomes if item.kind == kind], target, confidence, start=start)
        for kind in sorted({item.kind for item in outcomes})
    }


@dataclass(frozen=True, slots=True)
class _Counts:
    n: int
    rows: tuple[tuple[float, int, int], ...]  # threshold, accepted, errors


def _counts(outcomes: Iterable[Outcome], grid: Sequence[float]) -> _Counts:
    """Accepted and wrong items at each threshold; one pass over the items."""
    rising = [-threshold for threshold in grid]
    accepted = [0] * len(grid)
    errors = [0] * len(grid)
    n = 0
    for item in outcomes:
        if not 0.0 <= item.score <= 1.0:
            raise ValueError(f"a score must lie between 0 and 1, found {item.score}")
        n += 1
        place = bisect_left(rising, -item.score)
        if place < len(grid):
            accepted[place] += 1
            errors[place] += not item.correct
    return _Counts(n, tuple(zip(grid, accumulate(accepted), accumulate(errors), strict=True)))
