"""What the office takes from families through the exchange."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.registry import gate, receiver
from yakuba.handbook.models import Birth, RegisteredChild, RegisteredDose
from yakuba.handbook.services.birth_matches import live

FAMILY_DOSE = "handbook.dose"


def register() -> None:
    """Tell the exchange."""
    from yakuba.handbook.services import publishing

    receiver(FAMILY_DOSE, "接種の記録（家庭）")(take_dose)
    gate(publishing.CHILD)(publishing.may_child_leave)
    gate(publishing.DOSE)(publishing.may_dose_leave)
    gate(publishing.OBSERVATION)(publishing.may_dose_leave)


def take_dose(item: Item) -> None:
    """Keep a dose that a family recorded or took back, and open what staff must look at.

    A dose that the office itself recorded is never changed by a family. The same item again changes nothing.
    """
    if item.action != "put":
        raise ExchangeError(
            "家庭の接種の記録に、取消しの項目は使いません。両方の環境を同じ版にしてください。"
        )
    try:
        content = item.content
        fields: dict[str, Any] = {
            "vaccine": _text(content["vaccine"], 40),
            "product": _text(content["product"], 40),
            "given_on": date.fromisoformat(content["given_on"]),
            "lot": _text(content["lot"], 40),
            "clinic": _text(content["clinic"], 200),
        }
        reference, child_reference = _text(content["dose"], 64), _text(content["child"], 64)
        taken_back = bool(content["taken_back"])
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "家庭の接種の記録として読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    child = RegisteredChild.objects.filter(reference=child_reference).first()
    handed = None if child is None else live(pregnancy=child).exclude(how=Birth.SIBLING).first()
    if handed is not None:  # the family's own entry of a pregnancy whose child the office goes on with
        child = handed.child
    if child is None:
        return  # entered by a family on its own: no child of the register
    _keep(child, reference, fields, taken_back)
    from yakuba.handbook.services.tasks import sync_children

    sync_children([child])


def _keep(child: RegisteredChild, reference: str, fields: dict[str, Any], taken_back: bool) -> None:
    dose = RegisteredDose.objects.select_for_update().filter(reference=reference).first()
    if dose is None:
        dose = RegisteredDose(reference=reference, child=child, source="family")
    elif dose.source != "family" or dose.child_id != child.pk:
        raise ExchangeError(
            "家庭の接種の記録が、別の記録と同じ参照番号です。保守の担当者に知らせてください。"
        )
    for name, value in fields.items():
        setattr(dose, name, value)
    if not taken_back:
        dose.taken_back_at = None
    elif dose.taken_back_at is None:
        dose.taken_back_at = timezone.now()
    dose.save()


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("text")
    return value
