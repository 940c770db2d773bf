"""Tables of the border: tasks, their evidence, what they decided and what stopped them."""

from yakuba.core.border.models.evidence import Certificate, Label, Watch
from yakuba.core.border.models.routed import AuditSample, RoutedItem
from yakuba.core.border.models.stops import Recheck, Suspension
from yakuba.core.border.models.tasks import BorderTask, Happening, State, Statement

__all__ = [
    "AuditSample",
    "BorderTask",
    "Certificate",
    "Happening",
    "Label",
    "Recheck",
    "RoutedItem",
    "State",
    "Statement",
    "Suspension",
    "Watch",
]
