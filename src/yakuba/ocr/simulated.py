"""What the shipped, simulated certificates would let pass (``yakuba ocr read --assume-certified``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from yakuba.core.border.domain.certify import Certificate
from yakuba.core.border.domain.policy import Decision, Policy, decide
from yakuba.ocr.domain.form import Field, FieldPolicy
from yakuba.ocr.domain.reading import FieldReading
from yakuba.ocr.domain.scoring import Family, family_of

Certificates = Mapping[str, Certificate]


def shipped() -> Certificates:
    """The certificates by «family/writing», and «blank/writing» for empty fields."""
    return {name: _certificate(one) for name, one in _document().get("pools", {}).items()}


def measured_with() -> str:
    """The engine version (``reader.engine_version``) that the certificates were measured with."""
    return str(_document().get("model", ""))


def _document() -> dict[str, Any]:
    place = files("yakuba.ocr.certificates").joinpath("simulated.json")
    found: dict[str, Any] = json.loads(place.read_text("utf-8")) if place.is_file() else {}
    return found


def _certificate(data: Mapping[str, Any]) -> Certificate:
    threshold = data.get("threshold")
    return Certificate(
        certified=data.get("certified") is True,
        threshold=None if threshold is None else float(threshold),
        accepted=int(data.get("accepted", 0)),
        errors=int(data.get("errors", 0)),
        upper_bound=float(data.get("upper_bound", 1.0)),
        n=int(data.get("n", 0)),
        target=float(data.get("target", 0.005)),
        confidence=float(data.get("confidence", 0.95)),
        tests=(),
        missing=None,
    )


def decision(field: Field, reading: FieldReading, certificates: Certificates) -> Decision:
    """Who decides a field under these certificates; a reason that no certificate outweighs means staff."""
    if reading.must_be_checked or field.policy is FieldPolicy.ALWAYS_STAFF:
        return Decision.STAFF
    family = family_of(field)
    if family is Family.MARK:  # a tick is a tick, whatever the rest is written with; unticked is not blank
        found = certificates.get("mark/print")
        return decide(Policy.AUTO_IF_CERTIFIED, reading.confidence, certificate=found)
    kind = "blank" if reading.blank else family.value
    policy = Policy.BLANK_AUTO if reading.blank else Policy.AUTO_IF_CERTIFIED
    certificate = certificates.get(f"{kind}/{field.writing.value}")
    return decide(policy, reading.confidence, blank=reading.blank, certificate=certificate)
