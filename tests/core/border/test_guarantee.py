"""200 calibrations with a known risk: a certificate hardly ever lets through more errors than promised."""

from __future__ import annotations

import random
from functools import cache

from scipy.stats import binom

from yakuba.core.border.domain.certify import Outcome, certify
from yakuba.core.border.domain.correction import strict_confidence
from yakuba.core.border.domain.sampling import Labelled, one_a_document

TARGET, RUNS = 0.005, 200
MOST = int(binom.ppf(0.999, RUNS, 0.05))  # 5 % and what chance allows on top of it


def test_the_slack_is_what_the_binomial_allows() -> None:
    assert binom.sf(MOST, RUNS, 0.05) <= 0.001


def test_at_most_5_per_cent_of_certificates_break_the_promise() -> None:
    """The chance of an error is known at every score: it crosses the target inside the grid."""
    rng = random.Random(11)
    broken = certified = 0
    for _ in range(RUNS):
        scores = [rng.betavariate(14, 1) for _ in range(2_500)]
        risks = [min(0.5, 0.06 * (1.0 - score) ** 0.75) for score in scores]
        outcomes = [Outcome(score, rng.random() >= risk) for score, risk in zip(scores, risks, strict=True)]
        found = certify(outcomes, TARGET, 0.95)
        certified += found.certified
        if found.threshold is None:
            continue
        let_through = [risk for score, risk in zip(scores, risks, strict=True) if score >= found.threshold]
        broken += sum(let_through) / len(let_through) > TARGET
    assert certified > 20, "a setting in which nothing is certified would show nothing"
    assert broken <= MOST


def test_all_policies_of_a_form_keep_their_promises_together() -> None:
    """Ten fields just worse than the target: any certificate among them is false."""
    rng = random.Random(12)
    confidence = strict_confidence(0.95, policies=10, attempt=1)

    @cache
    def certified(wrong: int) -> bool:
        outcomes = [Outcome(0.99, number >= wrong) for number in range(1_102)]
        return certify(outcomes, TARGET, confidence).certified

    def field_errors(rng: random.Random) -> list[int]:
        return list(binom.rvs(1_102, 0.0051, size=10, random_state=rng.getrandbits(32)))

    with_a_false_one = sum(any(certified(int(wrong)) for wrong in field_errors(rng)) for _ in range(RUNS))
    assert with_a_false_one <= MOST
    assert certified(0), "without an error 1,102 labels are enough"


def test_fields_of_one_document_that_fail_together_do_not_fake_a_proof() -> None:
    """Ten fields a document, all right or all wrong together, one document in a hundred wrong."""
    rng = random.Random(13)
    naive = sampled = 0
    for _ in range(60):
        labels = []
        for document in range(130):
            correct = rng.random() >= 0.01
            labels += [Labelled(f"{document}/{n}", str(document), 0.99, correct) for n in range(10)]
        naive += certify([Outcome(one.score, one.correct) for one in labels], TARGET, 0.95).certified
        one_each = one_a_document(labels, "x")
        sampled += certify([Outcome(one.score, one.correct) for one in one_each], TARGET, 0.95).certified
    assert naive > 10, "counting fields would certify what documents refute"
    assert sampled == 0


def test_300_labels_are_never_enough() -> None:
    found = certify([Outcome(1.0, True)] * 300, TARGET, 0.95)
    assert not found.certified
    assert found.missing is not None
    assert found.missing.labels == 298
