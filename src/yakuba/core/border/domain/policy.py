"""What may happen to an item without a person: the policy of one kind, and the decision it gives."""

from __future__ import annotations

import math
from enum import StrEnum

from yakuba.core.border.domain.certify import Certificate


class Policy(StrEnum):
    """How a kind of item is decided."""

    ALWAYS_STAFF = "always_staff"  # 必ず職員が決める
    AUTO_IF_CERTIFIED = "auto_if_certified"  # 証明書のしきい値以上だけ自動
    BLANK_AUTO = "blank_auto"  # 空欄だけ自動（空欄と読めたもの）。ほかは職員


class Decision(StrEnum):
    """Who decides one item."""

    AUTO = "auto"
    STAFF = "staff"
    BLANK = "blank"


def decide(policy: Policy, score: float, *, blank: bool = False, certificate: Certificate | None) -> Decision:
    """Who decides an item with this score; staff whenever anything needed for the automatic way is missing.

    ``blank`` says that the item was read as empty; only ``BLANK_AUTO`` lets it pass, and like every automatic
    way only with a certificate that holds (for the blank kind) and a score at or above its threshold.
    """
    if policy is Policy.ALWAYS_STAFF or certificate is None or not certificate.certified:
        return Decision.STAFF
    if certificate.threshold is None or math.isnan(score) or score < certificate.threshold:
        return Decision.STAFF
    if policy is Policy.BLANK_AUTO:
        return Decision.BLANK if blank else Decision.STAFF
    return Decision.AUTO
