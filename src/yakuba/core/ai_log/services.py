"""Write uses of models, and what people decided about them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from yakuba.core.ai_log.models import AiUse

REFERENCE = re.compile(r"[a-z][a-z0-9_.-]*:[A-Za-z0-9_.:/#-]+")
_BATCH = 500


class BadUse(ValueError):
    """A row that must not go into the log; a fault of the calling code."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use. References are «area:id» (``ocr.page:812``): they name a row, they hold nothing of it."""

    system: str
    purpose: str
    model: str
    input_ref: str
    output_ref: str = ""
    model_version: str = ""
    model_hash: str = ""
    confidence: float | None = None
    human: str = AiUse.Human.WAITING.value


def log(uses: Use | Iterable[Use], *, user: Any = None) -> int:
    """Append rows in the caller's transaction; ``user`` started the work (None: the installation itself).

    ``BadUse`` for a reference that is none, a confidence outside 0 to 1, or an unknown human decision.
    """
    rows = [uses] if isinstance(uses, Use) else list(uses)
    for use in rows:
        _check(use)
    at = timezone.now()
    AiUse.objects.bulk_create(
        [
            AiUse(
                at=at, user=user, system=use.system, purpose=use.purpose, model=use.model,
                model_version=use.model_version, model_hash=use.model_hash, input_ref=use.input_ref,
                output_ref=use.output_ref, confidence=use.confidence, human=use.human,
            )
            for use in rows
        ],
        batch_size=_BATCH,
    )  # fmt: skip
    return len(rows)


def decided(input_ref: str, human: AiUse.Human, *, by: Any) -> int:
    """Note what a person decided about every use of one input; how many rows that were."""
    return AiUse.objects.filter(input_ref=input_ref).update(human=human, human_by=by, human_at=timezone.now())


def _check(use: Use) -> None:
    for name, text in (("input_ref", use.input_ref), ("output_ref", use.output_ref)):
        if (text or name == "input_ref") and not REFERENCE.fullmatch(text):
            raise BadUse(f"{name}: {text!r} is no reference such as 'ocr.page:812'; contents stay outside.")
    if use.confidence is not None and (math.isnan(use.confidence) or not 0.0 <= use.confidence <= 1.0):
        raise BadUse(f"confidence: found {use.confidence}, expected 0 to 1")
    if use.human not in AiUse.Human.values:
        raise BadUse(f"human: found {use.human!r}, expected one of {', '.join(AiUse.Human.values)}")
    for field in ("system", "purpose", "model", "model_version", "model_hash", "input_ref", "output_ref"):
        longest = getattr(AiUse._meta.get_field(field), "max_length")  # noqa: B009 - typed for columns only
        if len(getattr(use, field)) > longest:
            raise BadUse(f"{field}: longer than {longest} characters")
