"""Exact binomial bounds on an error rate, standard library only.

Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case
of the binomial", Biometrika 26 (1934). The tail is a regularised incomplete beta function, evaluated by
Lentz's continued fraction (DLMF 8.17.22), which stays accurate for a million trials where a sum of
binomial terms would underflow or drift.
"""

from __future__ import annotations

import math

_TINY = 1e-300
_EPSILON = 1e-16
_MAX_TERMS = 200_000


def binomial_cdf(errors: int, trials: int, rate: float) -> float:
    """P(X ≤ errors) for X ~ Binomial(trials, rate).

    >>> binomial_cdf(1, 2, 0.5)
    0.75
    """
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must lie between 0 and 1, found {rate}")
    if errors < 0:
        return 0.0
    if errors >= trials or rate == 0.0:
        return 1.0
    if rate == 1.0:
        return 0.0
    # P(X ≤ k) = I_{1-p}(n-k, k+1); the fraction converges fast on the smaller side of the mean.
    if (errors + 1) > (trials + 1) * rate:
        return 1.0 - _beta_part(errors + 1, trials - errors, rate, 1.0 - rate)
    return _beta_part(trials - errors, errors + 1, 1.0 - rate, rate)


def upper_bound(accepted: int, errors: int, confidence: float) -> float:
    """One-sided Clopper-Pearson upper bound on the error rate.

    The rate p at which seeing at most ``errors`` in ``accepted`` has probability ``1 - confidence``: the
    true rate lies above the returned value with at most that probability. 1.0 when nothing was accepted
    or everything was wrong. Raises ``ValueError`` for impossible counts or a confidence outside (0, 1).

    >>> round(upper_bound(598, 0, 0.95), 6)
    0.004997
    """
    _check(accepted, errors, confidence)
    if errors == accepted:
        return 1.0
    risk = 1.0 - confidence
    if errors == 0:
        return -math.expm1(math.log(risk) / accepted)
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return high
        if binomial_cdf(errors, accepted, middle) > risk:
            low = middle
        else:
            high = middle


def needed(errors: int, target: float, confidence: float) -> int:
    """The smallest accepted count whose upper bound is at most ``target`` with that many errors.

    >>> [needed(errors, 0.005, 0.95) for errors in (0, 1, 2)]
    [598, 947, 1258]
    """
    if not 0.0 < target < 1.0:
        raise ValueError(f"target must lie strictly between 0 and 1, found {target}")
    _check(errors, errors, confidence)
    high = errors + 1
    while upper_bound(high, errors, confidence) > target:
        high *= 2
    low = errors  # upper_bound(errors, errors) is 1.0: never enough
    while high - low > 1:
        middle = (low + high) // 2
        if upper_bound(middle, errors, confidence) > target:
            low = middle
        else:
            high = middle
    return high


def _check(accepted: int, errors: int, confidence: float) -> None:
    if not 0 <= errors <= accepted:
        raise ValueError(f"errors must lie between 0 and accepted ({accepted}), found {errors}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie strictly between 0 and 1, found {confidence}")


def _beta_part(a: int, b: int, x: float, rest: float) -> float:
    """I_x(a, b) with ``rest = 1 - x``, for x on the side of the mean where the fraction converges."""
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return min(1.0, math.exp(log_front) * _fraction(a, b, x) / a)


def _fraction(a: int, b: int, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c = 1.0
    d = 1.0 / _nonzero(1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MAX_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / _nonzero(1.0 + even * d)
        c = _nonzero(1.0 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / _nonzero(1.0 + odd * d)
        c = _nonzero(1.0 + odd / c)
        step = d * c
        value *= step
        if abs(step - 1.0) <= _EPSILON:
            return value
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
