"""A certificate as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from yakuba.core.border.domain.certify import GRID, Certificate

FORMAT = "yakuba.border.certificate/1"


def certificate_dict(certificate: Certificate) -> dict[str, Any]:
    """The contract's keys, then the tests made and, when refused, what is missing."""
    values = asdict(certificate)
    shown = {
        key: values[key]
        for key in ("certified", "threshold", "accepted", "errors", "upper_bound", "n", "tests")
    }
    if certificate.missing is not None:
        shown["missing"] = values["missing"]
    return shown


def document(
    overall: Certificate,
    kinds: Mapping[str, Certificate] | None,
    *,
    source_sha256: str,
    start: float | None,
) -> dict[str, Any]:
    """The whole file. The top level is computed on all rows; ``kinds`` holds one certificate a kind."""
    values: dict[str, Any] = {
        "format": FORMAT,
        **certificate_dict(overall),
        "target": overall.target,
        "confidence": overall.confidence,
        "grid": list(GRID),
        "start": start,
        "outcomes_sha256": source_sha256,
    }
    if kinds is not None:
        values["kinds"] = {kind: certificate_dict(certificate) for kind, certificate in kinds.items()}
    return values
