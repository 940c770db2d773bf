"""What a municipality's overlay adds to a dose on the command line's lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.handbook.domain.vouchers import Overlay, mailing_day, mailing_for


def voucher(overlay: Overlay, vaccine: str, dose: int | None, birth: date | None) -> dict[str, Any]:
    """``voucher`` (when it is mailed, or that it is sent on request) and ``subsidy`` of one dose."""
    rule = None if dose is None or birth is None else mailing_for(overlay, vaccine, dose)
    sent: dict[str, Any] | None = None
    if rule is not None and birth is not None:
        sent = {"title": rule.title, "mailed_on": mailing_day(rule, birth).isoformat()}
    elif vaccine in overlay.on_request:
        sent = {"title": None, "mailed_on": None, "on_request": True}
    return {"voucher": sent, "subsidy": [one.what for one in overlay.subsidies if one.vaccine == vaccine]}


def overlay_name(overlay: Overlay) -> str:
    """How results name the overlay: municipality and the day as of which it holds."""
    return f"{overlay.municipality} {overlay.as_of.isoformat()}"
