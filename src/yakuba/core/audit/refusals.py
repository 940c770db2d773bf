"""Refused requests (権限の不足、確認の印の不一致、回数の制限など) in the audit log (ASVS V16.3.2, V16.3.3).

One line a minute for each actor, reason and page, and 60 lines a minute in all, in each serving process; the
next line says how many were left out. A line names the page by its name in the code, never by its address:
addresses may hold what somebody typed.
"""

from __future__ import annotations

import logging
import time

from django.http import HttpRequest

from yakuba.core.audit.domain.thinning import Thinner
from yakuba.core.audit.services import record

REASONS = {
    400: "malformed",
    401: "not-proven",
    403: "not-allowed",
    413: "too-large",
    429: "too-many",
}
"""What a status means when nobody said more; other statuses are no refusals."""

log = logging.getLogger(__name__)
_thinner = Thinner()


def because(request: HttpRequest, reason: str) -> None:
    """Say why this request is about to be refused, for example ``because(request, "csrf")``."""
    request.yakuba_refused = reason  # type: ignore[attr-defined]  # read by note() below


def note(request: HttpRequest, status: int, *, actor: object) -> None:
    """Append a line for a refused request; nothing for another status. Never raises.

    A refusal must be answered even when the log can't be written; that is then in the service's own log.
    """
    if status not in REASONS:
        return
    match = request.resolver_match
    page = (match.view_name if match else None) or "unknown"
    reason = getattr(request, "yakuba_refused", REASONS[status])
    name = actor if isinstance(actor, str) else f"user:{getattr(actor, 'pk', '?')}"
    left_out = _thinner.admit((name, reason, page), time.monotonic())
    if left_out is None:
        return
    method = (
        request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
    )
    detail: dict[str, object] = {"reason": reason, "status": status, "method": method}
    if left_out:
        detail["left_out"] = left_out
    try:
        record("access.refused", actor=actor, target=f"page:{page}"[:200], detail=detail)
    except Exception:
        log.exception("a refused request could not be written to the audit log")
