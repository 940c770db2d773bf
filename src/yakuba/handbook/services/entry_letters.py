"""Registration letters: choose whom, print all as one PDF, print one again, end a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yakuba.core import access_codes
from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.handbook.letters.entry import EntryLetter, EntrySheet, typeset
from yakuba.handbook.models import EntryBatch, IssuedCode, RegisteredChild, StaffTask
from yakuba.handbook.services import codes, publishing
from yakuba.handbook.services.birth_matches import KIND as BIRTH
from yakuba.handbook.services.visibility import (
    LETTER_OUTPUT,
    is_protected,
    protected_numbers,
    require_release,
    unprotected,
)

MOST = 5_000  # letters a batch
PDF = "application/pdf"


class NotPossible(ValueError):
    """The letters can't be made or handed out now; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the officer chose; kept with the batch as JSON. ``born_from``, ``born_until``: inclusive."""

    page_address: str
    office: str
    born_from: date | None = None
    born_until: date | None = None
    pregnancies: bool = True
    mark: bool = False  # print 〓 for characters that the font lacks

    def as_json(self) -> dict[str, Any]:
        """For the batch's row."""
        return {
            "page_address": self.page_address,
            "office": self.office,
            "born_from": self.born_from.isoformat() if self.born_from else None,
            "born_until": self.born_until.isoformat() if self.born_until else None,
            "pregnancies": self.pregnancies,
            "mark": self.mark,
        }


def choices_of(batch: EntryBatch) -> Choices:
    """The choices of a batch."""
    kept = batch.choices
    days = {
        name: date.fromisoformat(kept[name]) if kept[name] else None for name in ("born_from", "born_until")
    }
    return Choices(
        kept["page_address"], kept["office"], pregnancies=kept["pregnancies"], mark=kept["mark"], **days
    )


def waiting(choices: Choices) -> QuerySet[RegisteredChild]:
    """Children here who have no valid code yet, without protected ones, as the choices say.

    A newborn that may be born of a pregnancy on the register waits until staff have answered that: with a
    letter of its own the family would have two entries for one child.
    """
    today = timezone.localdate()
    valid = IssuedCode.objects.filter(child=OuterRef("pk"), revoked_at=None)
    rows = RegisteredChild.objects.filter(~Exists(valid), ~Exists(asked()), gone_at=None)
    rows = rows.filter(Q(left_on=None) | Q(left_on__gt=today))
    born = Q(birth__isnull=False)
    if choices.born_from is not None:
        born &= Q(birth__gte=choices.born_from)
    if choices.born_until is not None:
        born &= Q(birth__lte=choices.born_until)
    chosen = born | Q(birth=None) if choices.pregnancies else born
    return unprotected(rows.filter(chosen))


def asked() -> QuerySet[StaffTask]:
    """Open questions whether the child of an outer query is born of a pregnancy."""
    return StaffTask.objects.filter(child=OuterRef("pk"), kind=BIRTH, closed_at=None)


def request_letters(choices: Choices, *, by: Any) -> EntryBatch:
    """Queue the printing. The same choices while they are printed (a double click) are that printing."""
    count = waiting(choices).count()
    if not count:
        raise NotPossible("登録コードのない子どもがいません。条件を変えるか、名簿を確かめてください。")
    if count > MOST:
        raise NotPossible(f"{count:,}人います。1回に{MOST:,}人までです。生年月日で分けてください。")
    with transaction.atomic():
        running = EntryBatch.objects.select_for_update(of=("self",)).filter(
            finished_at=None, job__state__in=ACTIVE_STATES
        )
        for batch in running:
            if batch.choices == choices.as_json():
                return batch
        batch = EntryBatch.objects.create(choices=choices.as_json(), requested_by=by)
        batch.job = enqueue(
            "handbook.entry-letters", {"batch": batch.pk}, by=by, key=f"handbook.entry:{batch.pk}"
        )
        batch.save(update_fields=["job"])
        record(
            "handbook.letters.request",
            actor=by,
            target=f"handbook.entry:{batch.pk}",
            detail={"children": count},
        )
    return batch


@dataclass(slots=True)
class Prepared:
    """A printed batch before it is kept."""

    children: list[RegisteredChild]
    drawn: dict[int, str]
    pdf: bytes


def _letter(child: RegisteredChild, code: str, *, mailed: bool = True) -> EntryLetter:
    who = child.guardian or child.name
    return EntryLetter(
        child=child.name if mailed else "—",
        addressee=who,
        postal_code=child.postal_code if mailed else "",
        address=child.address if mailed else "",
        code=access_codes.shown(code),
    )


def sheet_of(choices: Choices) -> EntrySheet:
    """What all letters of the choices share."""
    today = timezone.localdate()
    return EntrySheet(
        city=settings.YAKUBA_CITY,
        office=choices.office,
        page_address=choices.page_address,
        issued_on=today,
        expires_on=today + timedelta(days=codes.VALID_DAYS),
    )


def prepare(batch: EntryBatch, progress: Callable[[float, str], None]) -> Prepared:
    """Draw codes and set the letters; nothing is kept yet."""
    choices = choices_of(batch)
    children = list(waiting(choices).order_by("postal_code", "address", "number"))
    if not children:
        raise NotPossible("登録コードのない子どもがいません。")
    drawn = codes.draw(children)
    progress(0.05, "通知を作っています")
    pdf = typeset(
        [_letter(child, drawn[child.pk]) for child in children],
        sheet_of(choices),
        missing="mark" if choices.mark else "refuse",
        progress=lambda share: progress(0.05 + 0.85 * share, "通知を作っています"),
    )
    return Prepared(children, drawn, pdf)


def keep(batch: EntryBatch, prepared: Prepared) -> dict[str, int]:
    """File, codes and what the residents' side is told, in the caller's transaction. Returns counts."""
    if {child.number for child in prepared.children} & protected_numbers():
        raise NotPossible("作成中に支援措置の対象が変わりました。もう一度作ってください。")
    by = batch.requested_by
    batch.pdf = store(prepared.pdf, name=f"entry-{batch.pk}.pdf", content_type=PDF, by=by)
    batch.figures = {"children": len(prepared.children)}
    batch.finished_at = timezone.now()
    batch.save()
    pages = {child.pk: at for at, child in enumerate(prepared.children, 1)}
    codes.keep(prepared.drawn, by=by, batch=batch, pages=pages)
    record(
        "handbook.letters.finish",
        actor="system:jobs",
        target=f"handbook.entry:{batch.pk}",
        detail=batch.figures,
    )
    publishing.hand_over(by)
    return dict(batch.figures)


def whole_file(batch: EntryBatch, *, by: Any) -> bytes:
    """The joined PDF. ``NotPossible`` when a child in it was put under protection since."""
    if batch.pdf is None:
        raise NotPossible("通知はまだできていません。できるまで待ってください。")
    numbers = set(batch.codes.values_list("child__number", flat=True))
    if numbers & protected_numbers():
        raise NotPossible(
            "作ったあとに支援措置の対象になった方が含まれるため、渡せません。1通ずつ印刷してください。"
        )
    record("handbook.letters.export", actor=by, target=f"handbook.entry:{batch.pk}")
    return read_file(batch.pdf)


@transaction.atomic
def print_one(child: RegisteredChild, choices: Choices, *, by: Any) -> bytes:
    """One child's letter with a new code; the code before ends.

    A protected child's letter needs a second person's release (``ReleaseRequired``), and has no address.
    """
    if not publishing.present(child):
        raise NotPossible("転出した方、台帳にない方の通知は作れません。")
    require_release(child, LETTER_OUTPUT, by=by)
    guarded = is_protected(child)
    drawn = codes.draw([child])
    letter = _letter(child, drawn[child.pk], mailed=not guarded)
    pdf = typeset([letter], sheet_of(choices), missing="mark")
    codes.keep(drawn, by=by)
    record("handbook.letters.print", actor=by, target=f"handbook.child:{child.pk}")
    publishing.hand_over(by)
    return pdf


@transaction.atomic
def revoke(child: RegisteredChild, *, by: Any) -> bool:
    """End the child's code."""
    done = codes.revoke(child, by=by)
    if done:
        publishing.hand_over(by)
    return done
