"""Which codes a rule book has, for the check of applications."""

from __future__ import annotations

from yakuba.nursery.domain.scores.rulebook import Rulebook


def codes_of(book: Rulebook) -> dict[str, frozenset[str]]:
    """Scope (as ``applications.rules.SCOPES``) → the codes of the book."""
    household = {row.code for row in book.basic if row.who == "household"}
    found = {
        "basic": frozenset(row.code for row in book.basic if row.code not in household),
        "basic_household": frozenset(household),
    }
    for scope in ("parent", "household", "child", "wish"):
        found[scope] = frozenset(row.code for row in book.adjustments if row.scope == scope)
    return found
