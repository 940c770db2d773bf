"""What a person may do before and after a transfer (人事異動): pure comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RANKS = {"viewer": 1, "officer": 2, "approver": 3}
ADMIN = ("", "admin")  # the installation itself


@dataclass(frozen=True, slots=True)
class Change:
    """Permissions gained and lost, as (system, role) pairs in order; an upgrade is a gain and a loss."""

    gained: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, str], ...]


def permissions(assignments: Iterable[tuple[Iterable[str], str]]) -> frozenset[tuple[str, str]]:
    """The highest role a person holds for each system.

    ``assignments`` are (systems of the department, role). An admin assignment gives ``("", "admin")`` and
    no system, because an admin sees no case.

    >>> sorted(permissions([(["nursery"], "viewer"), (["nursery", "ocr"], "officer")]))
    [('nursery', 'officer'), ('ocr', 'officer')]
    """
    held: dict[str, str] = {}
    admin = False
    for systems, role in assignments:
        if role == "admin":
            admin = True
            continue
        for system in systems:
            if RANKS[role] > RANKS.get(held.get(system, ""), 0):
                held[system] = role
    return frozenset(held.items()) | (frozenset({ADMIN}) if admin else frozenset())


def compare(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> Change:
    """What is gained and lost from one set of permissions to another."""
    old, new = frozenset(before), frozenset(after)
    return Change(gained=tuple(sorted(new - old)), lost=tuple(sorted(old - new)))
