"""Tables of the handbook: what families keep (resident side) and what the office keeps (staff side)."""

from __future__ import annotations

from yakuba.handbook.models.births import Birth
from yakuba.handbook.models.bookings import (
    Booking,
    BookingEvent,
    OpenBookings,
    OpeningRule,
    Resource,
    ResourceStep,
    ServiceOffer,
    Slot,
    SlotStep,
    WaitingEntry,
)
from yakuba.handbook.models.families import (
    Child,
    EntryCode,
    EntryLimit,
    FamilyAccount,
    FamilySession,
    Guardian,
    Invitation,
    PasskeyChallenge,
)
from yakuba.handbook.models.mailings import EntryBatch, IssuedCode, Voucher, VoucherBatch
from yakuba.handbook.models.outlooks import (
    OutlookCount,
    OutlookRow,
    OutlookRun,
    RulebookEffect,
    RulebookReport,
)
from yakuba.handbook.models.records import (
    Dose,
    Measurement,
    Observation,
    PlanChange,
    PlannedVisit,
    Unavailable,
)
from yakuba.handbook.models.register import (
    RegisterChange,
    RegisteredChild,
    RegisteredDose,
    RegisteredObservation,
    RegisterImport,
    StaffTask,
)
from yakuba.handbook.models.rules import PublishedRulebook, RulebookVersion

__all__ = [
    "Birth",
    "Booking",
    "BookingEvent",
    "Child",
    "Dose",
    "EntryBatch",
    "EntryCode",
    "EntryLimit",
    "FamilyAccount",
    "FamilySession",
    "Guardian",
    "Invitation",
    "IssuedCode",
    "Measurement",
    "Observation",
    "OpenBookings",
    "OpeningRule",
    "OutlookCount",
    "OutlookRow",
    "OutlookRun",
    "PasskeyChallenge",
    "PlanChange",
    "PlannedVisit",
    "PublishedRulebook",
    "RegisterChange",
    "RegisterImport",
    "RegisteredChild",
    "RegisteredDose",
    "RegisteredObservation",
    "Resource",
    "ResourceStep",
    "RulebookEffect",
    "RulebookReport",
    "RulebookVersion",
    "ServiceOffer",
    "Slot",
    "SlotStep",
    "StaffTask",
    "Unavailable",
    "Voucher",
    "VoucherBatch",
    "WaitingEntry",
]
