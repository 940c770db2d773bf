"""What other parts call: who decides an item, labels, audits, certificates, suspensions."""

from yakuba.core.border.services.audits import record_audit, record_recheck
from yakuba.core.border.services.certificates import certify, certify_pool
from yakuba.core.border.services.labels import record_label, withdraw_label
from yakuba.core.border.services.routing import route, route_all
from yakuba.core.border.services.statements import propose_statement
from yakuba.core.border.services.suspensions import resume, suspend, suspended
from yakuba.core.border.services.tasks import declare, set_policy, standing
from yakuba.core.border.services.types import BorderError, Item, Routed, Standing, Task

__all__ = [
    "BorderError",
    "Item",
    "Routed",
    "Standing",
    "Task",
    "certify",
    "certify_pool",
    "declare",
    "propose_statement",
    "record_audit",
    "record_label",
    "record_recheck",
    "resume",
    "route",
    "route_all",
    "set_policy",
    "standing",
    "suspend",
    "suspended",
    "withdraw_label",
]
