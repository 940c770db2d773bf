"""The measured border between what the AI decides and what staff decide."""

from yakuba.core.border.domain.bounds import needed, upper_bound
from yakuba.core.border.domain.certify import GRID, Certificate, Missing, Outcome, certify, certify_kinds
from yakuba.core.border.domain.policy import Decision, Policy, decide

__all__ = [
    "GRID",
    "Certificate",
    "Decision",
    "Missing",
    "Outcome",
    "Policy",
    "certify",
    "certify_kinds",
    "decide",
    "needed",
    "upper_bound",
]
