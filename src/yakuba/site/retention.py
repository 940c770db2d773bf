"""What is deleted when it is no longer needed (保存期間), and what is never deleted.

``docs/security/retention.md`` is the table for people; a test compares it with ``RULES``. The audit log and
its sealed heads only grow. Cases (ledgers, results) are kept until their system says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yakuba.core.ai_log.models import AiUse
from yakuba.core.audit.services import record
from yakuba.core.files import vault
from yakuba.core.files.models import StoredFile
from yakuba.core.jobs.models import ACTIVE_STATES, Job
from yakuba.core.notify.models import CalendarFeed, ContactPoint, Event, Letter, LetterBatch
from yakuba.core.people.models import ResetCode
from yakuba.effects.models import WorkSession
from yakuba.handbook.models import EntryBatch, RegisterImport
from yakuba.handbook.services.forgetting import ended_children, forget_children, forget_slots, old_slots
from yakuba.ocr.models import Batch, BatchState, Document, ReadTestSample
from yakuba.ocr.services import expiring
from yakuba.ocr.services.forgetting import forget_numbers, old_numbers
from yakuba.site.environment import setting

BATCH = 500  # rows a transaction: nobody waits long for the database


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data, how many days it is kept, and how the old part is found and ended."""

    key: str
    label: str
    days: int
    old: Callable[[datetime], QuerySet]  # type: ignore[type-arg]  # of any model
    end: Callable[[QuerySet], int]  # type: ignore[type-arg]  # of any model; how many rows


def _delete(rows: QuerySet) -> int:  # type: ignore[type-arg]
    return int(rows.delete()[0])


def _delete_with_parts(rows: QuerySet) -> int:  # type: ignore[type-arg]
    """How many rows themselves went; what hangs on them goes along uncounted."""
    count = int(rows.count())
    rows.delete()
    return count


def _forget_person(rows: QuerySet) -> int:  # type: ignore[type-arg]
    return int(rows.update(user=None))


def _ended(before: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=before)


def _ended_sessions(before: datetime) -> QuerySet[UserSession]:
    living = Session.objects.filter(session_key=OuterRef("session_key"))
    ended: QuerySet[UserSession] = UserSession.objects.filter(~Exists(living), last_seen_at__lt=before)
    return ended


def _checked_batches(before: datetime) -> QuerySet[Batch]:
    """Batches with nothing left to do: what was read has been handed on, and the sheets are filed."""
    return Batch.objects.filter(state=BatchState.DONE, created_at__lt=before)


def _old_samples(before: datetime) -> QuerySet[ReadTestSample]:
    return ReadTestSample.objects.filter(created_at__lt=before)


def _given_up_imports(before: datetime) -> QuerySet[RegisterImport]:
    """Register files that were looked at and never kept: they hold names and addresses."""
    return RegisterImport.objects.filter(confirmed_at=None, taken_at__lt=before)


def _read_imports(before: datetime) -> QuerySet[RegisterImport]:
    return RegisterImport.objects.filter(confirmed_at__lt=before, file__isnull=False)


def _forget_files(rows: QuerySet) -> int:  # type: ignore[type-arg]
    return int(rows.update(file=None))


def _old_letters(before: datetime) -> QuerySet[EntryBatch]:
    """Joined letters with registration codes: printed and mailed long since."""
    return EntryBatch.objects.filter(finished_at__lt=before, pdf__isnull=False)


def _forget_pdfs(rows: QuerySet) -> int:  # type: ignore[type-arg]
    return int(rows.update(pdf=None))


def _old_documents(before: datetime) -> QuerySet[Document]:
    return Document.objects.filter(created_at__lt=before)


def unused_files(before: datetime) -> QuerySet[StoredFile]:
    """Files put in before a moment to which no row of any table points."""
    rows = StoredFile.objects.filter(created_at__lt=before)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is StoredFile:
                pointing = model._default_manager.filter(**{field.name: OuterRef("pk")})
                rows = rows.filter(~Exists(pointing))
    return rows


def _old_events(before: datetime) -> QuerySet[Event]:
    return Event.objects.filter(at__lt=before, changed_at__lt=before)


def _unproven_addresses(before: datetime) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(verified_at=None, code_at__lt=before)


def _ended_letters(before: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(
        received_at__lt=before, state__in=[Letter.State.PRINTED, Letter.State.WITHDRAWN]
    )


def _empty_batches(before: datetime) -> QuerySet[LetterBatch]:
    return LetterBatch.objects.filter(made_at__lt=before, sheets=None)


def _clock_jobs(before: datetime) -> QuerySet[Job]:
    """Jobs that the clock began: one a minute while something is due."""
    return Job.objects.filter(kind="notify.send_due", created_at__lt=before).exclude(state__in=ACTIVE_STATES)


def days_of(name: str) -> int:
    """A setting that is a number of days. ``ValueError`` for anything else, naming the setting."""
    text = setting(name)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{name}：「{text}」は日数ではありません。0以上の整数にしてください。")
    return int(text)


OPEN_NUMBER_DAYS = days_of("YAKUBA_OCR_OPEN_NUMBER_DAYS")

RULES: tuple[Rule, ...] = (
    Rule(
        "sessions", "期限の切れたログイン", 0, lambda at: Session.objects.filter(expire_date__lt=at), _delete
    ),
    Rule("session-list", "終わったログインの端末の一覧", 7, _ended_sessions, _delete),
    Rule(
        "failed-sign-ins",
        "ログインの失敗の回数（住所を含む）",
        30,
        lambda at: AccessAttempt.objects.filter(attempt_time__lt=at),
        _delete,
    ),
    Rule(
        "reset-codes",
        "使用・失効した再設定コード",
        90,
        lambda at: ResetCode.objects.filter(Q(closed_at__lt=at) | Q(closed_at=None, expires_at__lt=at)),
        _delete,
    ),
    Rule(
        "work-persons",
        "作業の計測と職員の結び付き（時間は残す）",
        400,
        lambda at: WorkSession.objects.filter(started_at__lt=at, user__isnull=False),
        _forget_person,
    ),
    Rule(
        "ocr-numbers",
        "AI-OCR の個人番号（封じた値と、用紙の画像の番号）",
        days_of("YAKUBA_OCR_NUMBER_DAYS"),
        old_numbers,
        forget_numbers,
    ),
    Rule(
        "ocr-number-warnings",
        "確定していない個人番号を消すことの予告（束。消さない）",
        max(0, OPEN_NUMBER_DAYS - expiring.WARN_DAYS),
        expiring.to_announce,
        expiring.announce,
    ),
    Rule(
        "ocr-open-numbers",
        "確認の終わらない個人番号（予告から14日たったもの）",
        OPEN_NUMBER_DAYS,
        lambda before: expiring.ended_numbers(before, before + timedelta(days=OPEN_NUMBER_DAYS)),
        expiring.end_numbers,
    ),
    Rule(
        "ocr-unread-scans",
        "読めなかったページの画像（個人番号の欄がある帳票。予告から14日たったもの）",
        OPEN_NUMBER_DAYS,
        lambda before: expiring.ended_scans(before, before + timedelta(days=OPEN_NUMBER_DAYS)),
        expiring.end_scans,
    ),
    Rule(
        "ocr-batches",
        "確認の済んだ束（ページの画像、読み、確認の記録）",
        400,
        _checked_batches,
        _delete_with_parts,
    ),
    Rule("ocr-documents", "帳票以外の文書（画像、読み、訂正）", 400, _old_documents, _delete_with_parts),
    Rule("ocr-samples", "読取りの試験の見本", 400, _old_samples, _delete_with_parts),
    Rule("notices", "住民への通知（予定、送信の記録、受信箱）", 400, _old_events, _delete_with_parts),
    Rule("notice-addresses", "確認の済んでいないメールアドレス", 7, _unproven_addresses, _delete),
    Rule("notice-letters", "印刷・取消しの済んだ手紙", 90, _ended_letters, _delete),
    Rule("notice-batches", "手紙のない束（PDFを含む）", 90, _empty_batches, _delete),
    Rule(
        "notice-feeds",
        "無効にしたカレンダーのアドレス",
        30,
        lambda at: CalendarFeed.objects.filter(revoked_at__lt=at),
        _delete,
    ),
    Rule("notice-jobs", "通知を送る処理の記録", 30, _clock_jobs, _delete),
    Rule("handbook-looked-at", "反映しなかった台帳のファイル", 7, _given_up_imports, _delete_with_parts),
    Rule("handbook-files", "反映した台帳のファイル（変更の記録は残す）", 90, _read_imports, _forget_files),
    Rule("handbook-letters", "登録コードの通知のPDF（コードを含む）", 14, _old_letters, _forget_pdfs),
    Rule("handbook-bookings", "終わった予約の枠（予約、待ちの列を含む）", 1_830, old_slots, forget_slots),
    Rule(
        "handbook-children",
        "転出などで終わった子ども（家庭の側）",
        1_830,
        ended_children,
        forget_children,
    ),
    Rule("ai-log", "AIの利用記録", 1_830, lambda at: AiUse.objects.filter(at__lt=at), _delete),
    Rule("unused-files", "どこからも使われていないファイル", 30, unused_files, _delete),
)
CONTENTS = "unused-contents"  # bytes without a row: what the last rule and broken transactions leave
CONTENTS_LABEL = "行のないファイルの中身"
CONTENTS_DAYS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """How much of one kind is past its time."""

    key: str
    label: str
    days: int
    count: int


def survey(now: datetime | None = None) -> list[Found]:
    """What is past its time; nothing is changed."""
    at = now or timezone.now()
    found = [
        Found(rule.key, rule.label, rule.days, rule.old(at - timedelta(days=rule.days)).count())
        for rule in RULES
    ]
    return [*found, Found(CONTENTS, CONTENTS_LABEL, CONTENTS_DAYS, len(_old_contents(at)))]


def apply(now: datetime | None = None) -> list[Found]:
    """End what is past its time, in small transactions, and leave one audit line with the counts."""
    at = now or timezone.now()
    done = []
    for rule in RULES:
        count = _end(rule, at - timedelta(days=rule.days))
        done.append(Found(rule.key, rule.label, rule.days, count))
    limit = (at - timedelta(days=CONTENTS_DAYS)).timestamp()
    removed = sum(vault.discard(sha256, written_before=limit) for sha256 in _old_contents(at))
    done.append(Found(CONTENTS, CONTENTS_LABEL, CONTENTS_DAYS, removed))
    detail = {one.key: one.count for one in done if one.count}
    record("retention.applied", actor="system:retention", target="installation", detail=detail)
    return done


def _end(rule: Rule, before: datetime) -> int:
    count = 0
    keys = list(rule.old(before).order_by().values_list("pk", flat=True))
    rest = iter(keys)
    while chunk := list(islice(rest, BATCH)):
        with transaction.atomic():
            count += rule.end(rule.old(before).filter(pk__in=chunk))
    return count


def _old_contents(at: datetime) -> list[str]:
    limit = (at - timedelta(days=CONTENTS_DAYS)).timestamp()
    wanted = set(StoredFile.objects.values_list("sha256", flat=True).distinct())
    unneeded = sorted(vault.all_contents() - wanted)
    return [sha256 for sha256 in unneeded if vault.place(sha256).stat().st_mtime < limit]
