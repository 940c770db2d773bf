"""The result of the last verification, kept beside the database (``YAKUBA_HOME/audit-check.json``)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from yakuba.core.crypto.keyfile import replace_private
from yakuba.core.home import yakuba_home

NAME = "audit-check.json"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a verification found, and when."""

    at: datetime
    lines: int
    good: bool
    sequence: int | None
    reason: str
    flaw: str


def remember_check(result: CheckResult) -> None:
    """Keep the result for the page."""
    body = {**asdict(result), "at": result.at.isoformat()}
    replace_private(yakuba_home() / NAME, json.dumps(body, ensure_ascii=False).encode())


def last_check() -> CheckResult | None:
    """The last result, or ``None`` when there is none that can be read."""
    try:
        body = json.loads((yakuba_home() / NAME).read_bytes())
        return CheckResult(**{**body, "at": datetime.fromisoformat(body["at"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
