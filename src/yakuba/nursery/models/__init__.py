"""The tables of this package, one concept a file."""

from yakuba.nursery.models.allocation import Allocation, ChildOutcome, ClassOutcome, Ledger
from yakuba.nursery.models.changes import Comparison, Pin, PinPreview, Scenario
from yakuba.nursery.models.letters import FamilyCode, Letter, LetterBatch
from yakuba.nursery.models.notices import (
    EntryLimit,
    FamilyNotice,
    FamilySession,
    Publication,
    PublicationRun,
    PublishedNotice,
)
from yakuba.nursery.models.rounds import (
    ApplicationFile,
    ColumnMapping,
    Decision,
    Rulebook,
    Scoring,
    SelectionRound,
    Withdrawal,
)

__all__ = [
    "Allocation",
    "ApplicationFile",
    "ChildOutcome",
    "ClassOutcome",
    "ColumnMapping",
    "Comparison",
    "Decision",
    "EntryLimit",
    "FamilyCode",
    "FamilyNotice",
    "FamilySession",
    "Ledger",
    "Letter",
    "LetterBatch",
    "Pin",
    "PinPreview",
    "Publication",
    "PublicationRun",
    "PublishedNotice",
    "Rulebook",
    "Scenario",
    "Scoring",
    "SelectionRound",
    "Withdrawal",
]
