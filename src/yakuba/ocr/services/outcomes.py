"""What the border learns from people: labels of blind entries, results of audits, decisions looked at again."""

from __future__ import annotations

from yakuba.ocr.models import Check, FieldValue


def tell(value: FieldValue, check: Check) -> None:
    """Hand one decision to the border, when it is one that the border asked for."""


def may_undo(value: FieldValue, check: Check) -> None:
    """Refuse to take back what can't be unlearnt."""
