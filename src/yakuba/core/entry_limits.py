"""Failed entries of residents, counted per code, name and address (OWASP ASVS 5.0, 6.3.1).

Each system keeps a table of its own with ``key`` (a keyed digest: neither code nor address is kept),
``failures``, ``window_at`` and ``locked_until``; what happens with the rows is the same everywhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=30)


def source_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def limits_of(model: Any, keys: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The rows of a table of limits for some keys, locked for update; those whose time is over start anew."""
    return {what: _limit(model, key, now) for what, key in keys.items()}


def _limit(model: Any, key: str, now: datetime) -> Any:
    limit, made = model.objects.select_for_update().get_or_create(key=key, defaults={"window_at": now})
    over = limit.locked_until is not None and limit.locked_until <= now
    if not made and (over or (limit.locked_until is None and limit.window_at + WINDOW <= now)):
        limit.failures, limit.window_at, limit.locked_until = 0, now, None
        limit.save()
    return limit


def locked_until(limits: Mapping[str, Any]) -> datetime | None:
    """Until when nothing is tried any more; ``None`` when an entry may be tried."""
    return max((one.locked_until for one in limits.values() if one.locked_until), default=None)


def count_failure(limits: Mapping[str, Any], most: Mapping[str, int], now: datetime) -> datetime | None:
    """Count one failure everywhere; until when it locks, if it was one too many (``most`` by name)."""
    locked: datetime | None = None
    for what, limit in limits.items():
        limit.failures += 1
        if limit.failures >= most[what]:
            limit.locked_until = locked = now + LOCK
        limit.save()
    return locked
