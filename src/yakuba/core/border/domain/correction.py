"""How strict one test must be so that all promises of one form hold together.

The risk ``1 - confidence`` of a form is shared equally among its policies (Bonferroni), and each policy's
part among its attempts: four fifths for the first, then half of what is left each time. What is spent stays
spent: policies that join later share what is left. Whatever the number and order of policies and attempts,
the chance that any certificate of the form is false stays below the risk.
"""

from __future__ import annotations

FIRST = 0.8


def attempt_share(attempt: int) -> float:
    """The part of a policy's risk that the n-th attempt (from 1) may use; all parts together stay below 1.

    >>> [round(attempt_share(n), 3) for n in (1, 2, 3)]
    [0.8, 0.1, 0.05]
    """
    if attempt < 1:
        raise ValueError(f"attempts count from 1, found {attempt}")
    return FIRST if attempt == 1 else (1.0 - FIRST) / 2.0 ** (attempt - 1)


def strict_confidence(
    confidence: float, *, policies: int, attempt: int, spent: float = 0.0, untried: int | None = None
) -> float:
    """The confidence for one attempt of one of ``policies`` that are promised together.

    ``spent`` is the risk that earlier attempts of the form used, ``untried`` how many policies (this one
    included) have none yet: they share the rest. 1.0 means that nothing is left to spend.

    >>> round(strict_confidence(0.95, policies=1, attempt=1), 4)
    0.96
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie strictly between 0 and 1, found {confidence}")
    if policies < 1:
        raise ValueError(f"at least one policy is promised, found {policies}")
    whole = 1.0 - confidence
    part = whole * attempt_share(attempt) / policies
    rest = max(0.0, whole - spent) / max(1, policies if untried is None else untried)
    return 1.0 - min(part, rest)
