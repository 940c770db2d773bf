"""Which automatic decisions are audited, and which labels of one document count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

ALL_OF_FIRST = 200  # decisions after a certification that are all audited
SHARE = 0.03  # of the later ones; 2 to 5 % are allowed
LEAST_SHARE, MOST_SHARE = 0.02, 0.05


def audit_share(decided_before: int, share: float = SHARE) -> float:
    """The chance with which the next automatic decision is audited.

    ``decided_before`` counts the automatic decisions since the certificate came into force.

    >>> audit_share(199), audit_share(200)
    (1.0, 0.03)
    """
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise ValueError(f"share must lie between {LEAST_SHARE} and {MOST_SHARE}, found {share}")
    return 1.0 if decided_before < ALL_OF_FIRST else share


@dataclass(frozen=True, slots=True)
class Labelled:
    """One settled label."""

    ref: str
    document: str
    score: float
    correct: bool


def one_a_document(labels: Iterable[Labelled], salt: str) -> list[Labelled]:
    """One label of each document, in order of documents: fields of one document are not independent.

    The choice reads only the names: the smallest SHA-256 of salt, document and reference. It can be
    repeated by anybody and favours neither right nor wrong readings.
    """
    chosen: dict[str, tuple[str, Labelled]] = {}
    for label in labels:
        text = "\0".join((salt, label.document, label.ref))
        rank = hashlib.sha256(text.encode()).hexdigest()
        held = chosen.get(label.document)
        if held is None or rank < held[0]:
            chosen[label.document] = (rank, label)
    return [chosen[document][1] for document in sorted(chosen)]
