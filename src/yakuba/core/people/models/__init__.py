"""The tables of people, approvals and protected persons."""

from yakuba.core.people.models.accounts import Assignment, Department, ResetCode, Role, User, UserManager
from yakuba.core.people.models.approval import Approval, Deputy
from yakuba.core.people.models.moves import TransferBatch, TransferLine
from yakuba.core.people.models.protected import ProtectedAccess, ProtectedPerson, ProtectedRelease

__all__ = [
    "Approval",
    "Assignment",
    "Department",
    "Deputy",
    "ProtectedAccess",
    "ProtectedPerson",
    "ProtectedRelease",
    "ResetCode",
    "Role",
    "TransferBatch",
    "TransferLine",
    "User",
    "UserManager",
]
