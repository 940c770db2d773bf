"""``/api/v1/handbook``: children, one child's outlook, counts of who is late. Scope: ``handbook:read``.

Tokens stand for programmes: none of them is a named officer, so protected children are never found here.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from ninja.errors import HttpError

from yakuba.core.tokens.auth import Token
from yakuba.handbook.domain.outlook import NextDose
from yakuba.handbook.models import OutlookRow, RegisteredChild
from yakuba.handbook.services import books, outlooks
from yakuba.handbook.services.looking import Judged, look_at
from yakuba.handbook.services.visibility import unprotected

router = Router(tags=["handbook"])
READ = Token("handbook:read")
PAGE = 100


class RegisteredChildOut(Schema):
    """A child of the register; ``due`` is set before birth. Name and address are not given out here."""

    number: str
    birth: date | None
    due: date | None
    sex: str
    district: str
    left_on: date | None


class DoseOut(Schema):
    """One dose and the verdict on it. ``valid`` is null where nothing is judged."""

    vaccine: str
    product: str
    given_on: date
    source: str
    valid: bool | None
    reason: str
    rule_sources: list[str]


class ForecastOut(Schema):
    """What comes next of one vaccine."""

    vaccine: str
    status: str
    dose: int | None
    legal_from: date | None
    legal_until: date | None
    recommended_from: date | None
    recommended_until: date | None
    overdue_on: date | None
    rule_sources: list[str]


class OutlookOut(Schema):
    """Everything about one child today, with the rule book's version and whether somebody confirmed it."""

    number: str
    on: date
    rulebook: str
    rulebook_sha256: str
    signed_off: bool
    doses: list[DoseOut]
    forecasts: list[ForecastOut]


class LateOut(Schema):
    """How many children (protected ones included) are late with a dose, on the day of the run."""

    vaccine: str
    dose: int | None
    children: int


class LateCountsOut(Schema):
    """Counts of the newest run over the register."""

    on: date
    rulebook_sha256: str
    children: int
    overdue: list[LateOut]


@router.get(
    "/children",
    response=list[RegisteredChildOut],
    auth=READ,
    summary="対象の子ども（番号の順、after より後の100件まで。支援措置の対象者を除く）",
)
def children(request: HttpRequest, after: str = "") -> Any:
    """The next children after a number."""
    rows = unprotected(RegisteredChild.objects.filter(gone_at=None, number__gt=after.replace("\0", "")))
    return list(rows.order_by("number")[:PAGE])


@router.get(
    "/children/{number}/outlook", response=OutlookOut, auth=READ, summary="1人の接種の記録とこれからの接種"
)
def outlook(request: HttpRequest, number: str) -> OutlookOut:
    """One child; a protected one is not found here."""
    rows = unprotected(RegisteredChild.objects.all())
    child = get_object_or_404(rows, number=number.replace("\0", ""))
    today, active = timezone.localdate(), books.active()
    found = look_at(child, active.book, today)
    signed = active.sign_off()
    return OutlookOut(
        number=child.number,
        on=today,
        rulebook=active.title,
        rulebook_sha256=active.book.sha256,
        signed_off=signed is not None and signed.holds_on(today),
        doses=[_dose(one) for one in found.doses if one.counted],
        forecasts=[_forecast(one) for one in found.forecasts],
    )


def _dose(one: Judged) -> DoseOut:
    return DoseOut(
        vaccine=one.dose.vaccine,
        product=one.dose.product,
        given_on=one.dose.given_on,
        source=one.dose.source,
        valid=one.line.valid if one.line is not None else None,
        reason=one.reason,
        rule_sources=list(one.line.source) if one.line is not None else [],
    )


def _forecast(one: NextDose) -> ForecastOut:
    return ForecastOut(
        vaccine=one.vaccine,
        status=one.status,
        dose=one.dose,
        legal_from=one.legal_from,
        legal_until=one.legal_until,
        recommended_from=one.recommended_from,
        recommended_until=one.recommended_until,
        overdue_on=one.overdue_on,
        rule_sources=list(one.source),
    )


@router.get(
    "/overdue", response=LateCountsOut, auth=READ, summary="標準の時期を過ぎた人数（ワクチン・回ごと）"
)
def overdue(request: HttpRequest) -> LateCountsOut:
    """Counts of the newest run; 409 before the first."""
    run = outlooks.current()
    if run is None:
        raise HttpError(409, "接種状況をまだ計算していません。職員の画面で計算してから取り出してください。")
    rows = OutlookRow.objects.filter(run=run, status="overdue").values("vaccine", "dose")
    counted = rows.annotate(number=Count("pk")).order_by("vaccine", "dose")
    return LateCountsOut(
        on=run.on,
        rulebook_sha256=run.rulebook,
        children=run.children,
        overdue=[
            LateOut(vaccine=one["vaccine"], dose=one["dose"], children=one["number"]) for one in counted
        ],
    )
