"""Monthly mailing of vouchers: who and why, the batch, its files, sent or undone, single sheets again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.csv_files import Encoding, to_csv
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.core.ui.wareki import wareki
from yakuba.handbook.domain.mailing import SEND, Sheet, sheets_of
from yakuba.handbook.domain.person import Observation
from yakuba.handbook.domain.vouchers import Mailing, mailings_of_month
from yakuba.handbook.letters.vouchers import VoucherLetter, VoucherSheet, typeset
from yakuba.handbook.models import RegisteredChild, RegisteredDose, Voucher, VoucherBatch
from yakuba.handbook.services import books
from yakuba.handbook.services.books import Active
from yakuba.handbook.services.looking import look, observations_of
from yakuba.handbook.services.visibility import (
    VOUCHER_OUTPUT,
    is_protected,
    protected_numbers,
    require_release,
)

LEFT = "left"
PDF = "application/pdf"
AT_ONCE = 500
CSV_HEADER = (
    *("予診票番号", "氏名", "フリガナ", "生年月日", "保護者", "郵便番号", "住所"),
    *("予防接種", "回", "定期の始め", "定期の期限"),
)


class NotPossible(ValueError):
    """The vouchers can't be made or handed out now; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One child under one mailing rule: the sheets to send and those not, with the reason of each."""

    child: RegisteredChild
    rule: Mailing
    day: date
    sheets: tuple[Sheet, ...]
    protected: bool

    @property
    def sending(self) -> tuple[Sheet, ...]:
        """The sheets that go out."""
        return tuple(one for one in self.sheets if one.outcome == SEND)


def plan(month: date) -> list[Planned]:
    """Everyone whom the municipality's rules write to in a month. Raises ``NotPossible`` without rules.

    Whoever left before the day of mailing is listed with the reason ``left``.
    """
    active = books.active()
    if active.overlay is None:
        raise NotPossible(
            "発送の時期の定めがありません。「規則」の画面で、自治体の定めを付けた版を適用してください。"
        )
    rows = RegisteredChild.objects.filter(birth__isnull=False, gone_at=None).filter(
        Q(left_on=None) | Q(left_on__gte=month)
    )
    births = [(str(pk), birth) for pk, birth in rows.values_list("pk", "birth") if birth is not None]
    found = mailings_of_month(active.overlay, births, month.year, month.month)
    keys = sorted({int(pk) for pk, _, _ in found})
    facts = _facts(keys)
    guarded = protected_numbers()
    forecasts: dict[tuple[int, date], Any] = {}
    planned = []
    for pk, rule, day in found:
        child = facts.children[int(pk)]
        if (child.pk, day) not in forecasts:
            doses, observations = facts.doses.get(child.pk, []), facts.observations.get(child.pk, [])
            seen = look(child, doses, observations, active.book, day)
            forecasts[child.pk, day] = {one.vaccine: one for one in seen.forecasts}
        sheets = sheets_of(rule, forecasts[child.pk, day], active.book, facts.made.get(child.pk, set()), day)
        if child.left_on is not None and child.left_on <= day:
            sheets = [Sheet(one.vaccine, one.dose, one.title, LEFT) for one in sheets]
        planned.append(Planned(child, rule, day, tuple(sheets), child.number in guarded))
    return planned


@dataclass(slots=True)
class _Facts:
    """What is known of the children of a month, by their keys."""

    children: dict[int, RegisteredChild] = field(default_factory=dict)
    doses: dict[int, list[RegisteredDose]] = field(default_factory=dict)
    observations: dict[int, list[Observation]] = field(default_factory=dict)
    made: dict[int, set[tuple[str, int]]] = field(default_factory=dict)  # vouchers: vaccine, dose


def _facts(keys: Sequence[int]) -> _Facts:
    facts = _Facts()
    for begin in range(0, len(keys), AT_ONCE):
        some = keys[begin : begin + AT_ONCE]
        facts.children |= {one.pk: one for one in RegisteredChild.objects.filter(pk__in=some)}
        for dose in RegisteredDose.objects.filter(child__in=some, taken_back_at=None):
            facts.doses.setdefault(dose.child_id, []).append(dose)
        for child, vaccine, number in Voucher.objects.filter(child__in=some, undone_at=None).values_list(
            "child", "vaccine", "dose"
        ):
            facts.made.setdefault(child, set()).add((vaccine, number))
        facts.observations |= observations_of(some)
    return facts


def figures_of(planned: Sequence[Planned]) -> dict[str, Any]:
    """Counts for the page, the batch and the audit log."""
    outcomes = Counter(sheet.outcome for one in planned for sheet in one.sheets)
    open_ones = [one for one in planned if not one.protected]
    return {
        "children": len({one.child.pk for one in open_ones if one.sending}),
        "vouchers": sum(len(one.sending) for one in open_ones),
        "not_sent": {name: count for name, count in sorted(outcomes.items()) if name != SEND},
    }


def request_batch(month: date, *, by: Any) -> VoucherBatch:
    """Queue the making. The same month while it is made (a double click) is that making."""
    planned = plan(month)
    if not any(one.sending for one in planned):
        raise NotPossible("この月に送る予診票はありません（作成済みのものを除く）。")
    with transaction.atomic():
        running = VoucherBatch.objects.filter(
            month=month, finished_at=None, undone_at=None, job__state__in=ACTIVE_STATES
        ).first()
        if running is not None:
            return running
        batch = VoucherBatch.objects.create(month=month, rulebook=books.active().book.sha256, requested_by=by)
        batch.job = enqueue(
            "handbook.vouchers", {"batch": batch.pk}, by=by, key=f"handbook.vouchers:{batch.pk}"
        )
        batch.save(update_fields=["job"])
        record("handbook.voucher.request", actor=by, target=f"handbook.vouchers:{batch.pk}")
    return batch


@dataclass(slots=True)
class Prepared:
    """A made batch before it is kept."""

    vouchers: list[Voucher]
    pdf: bytes
    figures: dict[str, Any]


def prepare(batch: VoucherBatch, progress: Callable[[float, str], None]) -> Prepared:
    """Plan, number and set the vouchers; nothing is kept yet."""
    active = books.active()
    if active.book.sha256 != batch.rulebook:
        raise NotPossible("作成を待つ間に、適用中の規則が変わりました。もう一度確かめてください。")
    progress(0.05, "対象を確かめています")
    planned = [one for one in plan(batch.month) if one.sending]
    by_child: dict[int, list[Planned]] = {}
    for one in planned:
        by_child.setdefault(one.child.pk, []).append(one)
    order = sorted(
        by_child.values(),
        key=lambda rows: (rows[0].child.postal_code, rows[0].child.address, rows[0].child.number),
    )
    vouchers: list[Voucher] = []
    letters: list[tuple[list[Voucher], RegisteredChild]] = []
    for rows in order:
        own = _numbered(batch, rows, len(vouchers))
        vouchers += own
        if not rows[0].protected:
            letters.append((own, rows[0].child))
    pdf = b""
    if letters:
        printed = typeset(
            [_letter(child, own) for own, child in letters],
            common_of(active, timezone.localdate()),
            progress=lambda share: progress(0.1 + 0.8 * share, "予診票を作っています"),
        )
        pdf = printed.pdf
        for (own, _), cover in zip(letters, printed.covers, strict=True):
            for at, voucher in enumerate(own, 1):
                voucher.page = cover + at
    return Prepared(vouchers, pdf, figures_of(planned))


def _numbered(batch: VoucherBatch, rows: Sequence[Planned], before: int) -> list[Voucher]:
    sheets = [(one, sheet) for one in rows for sheet in one.sending]
    return [
        Voucher(
            batch=batch,
            child=one.child,
            number=f"{batch.month:%y%m}-{batch.pk}-{before + at:05}",
            vaccine=sheet.vaccine,
            dose=sheet.dose,
            title=sheet.title[:80],
            legal_from=sheet.legal_from,
            legal_until=sheet.legal_until,
            held=one.protected,
        )
        for at, (one, sheet) in enumerate(sheets, 1)
    ]


def common_of(active: Active, issued: date) -> dict[str, str]:
    """What stands on every sheet."""
    return {
        "city": settings.YAKUBA_CITY,
        "issued": wareki(issued, weekday=False),
        "rulebook": active.title,
    }


def window_text(voucher: Voucher) -> str:
    """The legal window as printed."""
    if voucher.legal_from is None and voucher.legal_until is None:
        return "前の回の接種後に決定"
    first = wareki(voucher.legal_from, weekday=False) if voucher.legal_from else ""
    last = wareki(voucher.legal_until, weekday=False) if voucher.legal_until else ""
    return f"{first}〜{last}"


def _letter(child: RegisteredChild, vouchers: Sequence[Voucher], *, mailed: bool = True) -> VoucherLetter:
    return VoucherLetter(
        name=child.name,
        kana=child.kana,
        birth=wareki(child.birth, weekday=False) if child.birth else "",
        addressee=child.guardian or child.name,
        postal_code=child.postal_code if mailed else "",
        address=child.address if mailed else "",
        sheets=[VoucherSheet(one.number, one.title, f"{one.dose}回目", window_text(one)) for one in vouchers],
    )


def keep(batch: VoucherBatch, prepared: Prepared) -> dict[str, Any]:
    """File, rows and counts, in the caller's transaction."""
    guarded = protected_numbers()
    if any(not one.held and one.child.number in guarded for one in prepared.vouchers):
        raise NotPossible("作成中に支援措置の対象が変わりました。もう一度作ってください。")
    by = batch.requested_by
    if prepared.pdf:
        batch.pdf = store(prepared.pdf, name=f"vouchers-{batch.pk}.pdf", content_type=PDF, by=by)
    batch.figures, batch.finished_at = prepared.figures, timezone.now()
    batch.save()
    Voucher.objects.bulk_create(prepared.vouchers, batch_size=AT_ONCE)
    record(
        "handbook.voucher.make",
        actor="system:jobs",
        target=f"handbook.vouchers:{batch.pk}",
        detail={"children": batch.figures["children"], "vouchers": batch.figures["vouchers"]},
    )
    return dict(batch.figures)


def _handed(batch: VoucherBatch) -> None:
    batch.refresh_from_db(fields=["finished_at", "undone_at"])
    if batch.finished_at is None:
        raise NotPossible("予診票はまだできていません。できるまで待ってください。")
    if batch.undone_at is not None:
        raise NotPossible("作成を取り消した発送です。")
    numbers = set(batch.vouchers.filter(held=False).values_list("child__number", flat=True))
    if numbers & protected_numbers():
        raise NotPossible(
            "作ったあとに支援措置の対象になった方が含まれるため、渡せません。取り消して作り直してください。"
        )


def whole_file(batch: VoucherBatch, *, by: Any) -> bytes:
    """The joined PDF. Raises ``NotPossible``."""
    _handed(batch)
    if batch.pdf is None:
        raise NotPossible("まとめて印刷する予診票がありません。")
    record(
        "handbook.voucher.export", actor=by, target=f"handbook.vouchers:{batch.pk}", detail={"form": "pdf"}
    )
    return read_file(batch.pdf)


def table_file(batch: VoucherBatch, *, encoding: Encoding, replace_missing: bool = False, by: Any) -> bytes:
    """The list for the printing company. ``CannotEncode`` lists what Shift_JIS can't hold."""
    _handed(batch)
    rows: list[list[str]] = [list(CSV_HEADER)]
    for one in batch.vouchers.filter(held=False, undone_at=None).select_related("child"):
        child = one.child
        rows.append(
            [
                *(one.number, child.name, child.kana, _iso(child.birth), child.guardian),
                *(child.postal_code, child.address, one.title, str(one.dose)),
                *(_iso(one.legal_from), _iso(one.legal_until)),
            ]
        )
    body = to_csv(rows, encoding=encoding, replace_missing=replace_missing)
    record(
        "handbook.voucher.export",
        actor=by,
        target=f"handbook.vouchers:{batch.pk}",
        detail={"form": encoding, "rows": len(rows) - 1},
    )
    return body


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@transaction.atomic
def mark_sent(batch: VoucherBatch, *, by: Any) -> None:
    """The mailing has left the office; from then on it can't be undone. Raises ``NotPossible``."""
    locked = VoucherBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    _handed(locked)
    if locked.sent_at is not None:
        raise NotPossible("発送済みです。")
    locked.sent_at, locked.sent_by = timezone.now(), by
    locked.save(update_fields=["sent_at", "sent_by"])
    record("handbook.voucher.sent", actor=by, target=f"handbook.vouchers:{locked.pk}")


@transaction.atomic
def undo(batch: VoucherBatch, *, by: Any) -> int:
    """As if the batch had not been made; its vouchers can be made again. Raises ``NotPossible``."""
    locked = VoucherBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.finished_at is None or locked.undone_at is not None:
        raise NotPossible("取り消せる発送ではありません。")
    if locked.sent_at is not None:
        raise NotPossible("発送済みの予診票は取り消せません。")
    now = timezone.now()
    count = locked.vouchers.filter(undone_at=None).update(undone_at=now)
    locked.undone_at, locked.undone_by = now, by
    locked.save(update_fields=["undone_at", "undone_by"])
    record(
        "handbook.voucher.undo",
        actor=by,
        target=f"handbook.vouchers:{locked.pk}",
        detail={"vouchers": count},
    )
    return count


@transaction.atomic
def print_again(voucher: Voucher, *, by: Any) -> bytes:
    """One sheet once more, with the same number. A protected child's needs a release, and has no address."""
    locked = (
        Voucher.objects.select_for_update(of=("self",)).select_related("child", "batch").get(pk=voucher.pk)
    )
    if locked.undone_at is not None:
        raise NotPossible("取り消した予診票です。")
    require_release(locked.child, VOUCHER_OUTPUT, by=by)
    mailed = not is_protected(locked.child)
    printed = typeset(
        [_letter(locked.child, [locked], mailed=mailed)],
        common_of(books.active(), timezone.localdate()),
        cover=False,
    )
    locked.printed_again += 1
    locked.save(update_fields=["printed_again"])
    record(
        "handbook.voucher.print",
        actor=by,
        target=f"handbook.child:{locked.child_id}",
        detail={"voucher": locked.pk, "times": locked.printed_again},
    )
    return printed.pdf
