"""Letters that wait on the staff's side: put into one PDF, each once; held ones stay behind with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.core.jobs.services import enqueue
from yakuba.core.notify.domain.texts import without_ruby
from yakuba.core.notify.models import Letter, LetterBatch
from yakuba.core.notify.paper.typeset import Sheet, typeset
from yakuba.core.notify.registry import Drop, Hold, Kind, Request, addressee, ask, kind_named
from yakuba.core.notify.wording import text_of, when

MOST = 2000  # letters of one batch
PDF = "application/pdf"


class NothingToPrint(ValueError):
    """No letter of the kind waits."""


@transaction.atomic
def request_batch(kind: str, *, by: Any) -> LetterBatch:
    """Have the waiting letters of a kind put together. ``NothingToPrint`` when there are none."""
    if not waiting(kind).exists():
        raise NothingToPrint("印刷を待つ手紙はありません。")
    batch = LetterBatch.objects.create(kind=kind, made_by=by)
    batch.job = enqueue("notify.print_letters", {"batch": batch.pk}, by=by, system=kind.partition(".")[0])
    batch.save(update_fields=["job"])
    return batch


def waiting(kind: str) -> Any:
    """The letters of a kind that are printed next; those held back are asked again."""
    return Letter.objects.filter(
        kind=kind, batch=None, state__in=[Letter.State.WAITING, Letter.State.HELD]
    ).order_by("received_at", "pk")


def prepare(batch: LetterBatch) -> bool:
    """Take the letters that may leave into the batch, in one transaction with their releases.

    ``False`` when none may. A batch that holds letters already (its job ran before and died) keeps them.
    """
    with transaction.atomic():
        if batch.sheets.exists():
            return True
        now = timezone.now()
        for letter in list(waiting(batch.kind).select_for_update()[:MOST]):
            _judge(letter, batch, now)
        return bool(batch.sheets.exists())


def _judge(letter: Letter, batch: LetterBatch, now: datetime) -> None:
    kind = kind_named(letter.kind)
    if kind is None:
        _keep_back(letter, "unknown_kind")
        return
    if letter.at <= now:
        letter.state, letter.reason = Letter.State.WITHDRAWN, "too_late"
        letter.save(update_fields=["state", "reason"])
        return
    if addressee(letter.recipient, _params(letter)) is None:
        _keep_back(letter, "no_postal")
        return
    verdict = ask(_request(letter, batch.made_by))
    if isinstance(verdict, Hold):
        _keep_back(letter, verdict.reason)
    elif isinstance(verdict, Drop):
        letter.state, letter.reason = Letter.State.WITHDRAWN, verdict.reason[:60]
        letter.save(update_fields=["state", "reason"])
    else:
        letter.state, letter.reason, letter.batch = Letter.State.PRINTED, "", batch
        letter.save(update_fields=["state", "reason", "batch"])


def _keep_back(letter: Letter, reason: str) -> None:
    letter.state, letter.reason = Letter.State.HELD, reason[:60]
    letter.save(update_fields=["state", "reason"])


def _params(letter: Letter) -> dict[str, Any]:
    params: dict[str, Any] = json.loads(letter.params or "{}")
    params.pop("_all_day", None)
    return params


def _request(letter: Letter, by: Any) -> Request:
    return Request(
        act="print",
        recipient=letter.recipient,
        event="",
        kind=letter.kind,
        channel="letter",
        at=letter.at,
        params=_params(letter),
        by=by,
    )


def sheets_of(batch: LetterBatch) -> list[Sheet]:
    """The letters of a batch in words."""
    found = []
    for number, letter in enumerate(batch.sheets.order_by("received_at", "pk"), start=1):
        kind, place = kind_named(letter.kind), addressee(letter.recipient, _params(letter))
        if kind is None or place is None:
            raise NothingToPrint("宛先か種類が、印刷の途中でなくなりました。もう一度作ってください。")
        found.append(_sheet(letter, kind, place.lines, batch.made_at, f"{batch.pk}-{number}"))
    return found


def _sheet(letter: Letter, kind: Kind, lines: Sequence[str], made_at: datetime, number: str) -> Sheet:
    params = json.loads(letter.params or "{}")
    all_day = bool(params.pop("_all_day", False))
    text = text_of(kind, params, letter.at, letter.language, all_day=all_day)
    english = letter.language == "en"
    with override(letter.language):
        issued = without_ruby(when(made_at, all_day=True))
    return Sheet(
        addressee=tuple(lines),
        issued=issued,
        town=settings.YAKUBA_CITY_EN if english else settings.YAKUBA_CITY,
        number=number,
        subject=without_ruby(text.subject),
        paragraphs=tuple(without_ruby(one) for one in text.paragraphs),
    )


def finish(batch: LetterBatch, pdf: bytes, pages: int) -> dict[str, Any]:
    """Keep the PDF; inside of the transaction that ends the job."""
    count = batch.sheets.count()
    batch.file = store(pdf, name=f"tegami-{batch.pk}.pdf", content_type=PDF, by=batch.made_by)
    batch.letters, batch.pages = count, pages
    batch.save(update_fields=["file", "letters", "pages"])
    record(
        "notify.print",
        actor=batch.made_by or "system:notify",
        target=f"notify.letters:{batch.pk}",
        detail={"letters": count, "pages": pages},
    )
    return {"batch": batch.pk, "letters": count, "pages": pages}


def set_batch(batch: LetterBatch) -> tuple[bytes, int]:
    """The PDF of a batch and its pages."""
    printed = typeset(sheets_of(batch), "通知の手紙")
    return printed.pdf, printed.pages
