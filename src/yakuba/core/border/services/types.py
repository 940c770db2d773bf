"""What goes into the services and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.core.border.domain.policy import Decision, Policy
from yakuba.core.border.models import Certificate, State


class BorderError(ValueError):
    """A request that is refused; the message tells the person what to do."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a policy and a certificate are for: one kind at one version, model and scanner.

    ``kind`` is «form name / field name» for forms: the part before the first «/» is what a page of one
    form shows together, and whose promises are corrected together.
    """

    system: str  # "ocr"
    kind: str  # 「給与支払報告書/支払金額」
    version: str  # of the form or rulebook
    model: str  # hash of models and reading code
    scanner: str = ""

    @property
    def form(self) -> str:
        """The kind's first part."""
        return self.kind.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide. ``ref`` names it once and for all, ``document`` the sheet it stands on."""

    ref: str
    document: str
    score: float
    blank: bool = False
    must_be_checked: bool = False  # beats every certificate


@dataclass(frozen=True, slots=True)
class Routed:
    """Who decides, whether a random audit looks at it as well, and why (one Japanese sentence)."""

    decision: Decision
    audited: bool
    because: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task stands now; ``because`` says it in one sentence."""

    policy: Policy
    state: State
    certificate: Certificate | None
    because: str = ""
