"""Rule book versions: install, confirm, report who is affected, activate by two persons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from hashlib import sha256
from importlib import resources
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.core.people.approval import consequences, on_approved, place, request_approval
from yakuba.core.people.models import Approval
from yakuba.core.ui.wareki import wareki
from yakuba.handbook.domain.person import Person
from yakuba.handbook.domain.rule_diff import Affected, Subject, compare
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.models import (
    RegisteredChild,
    RulebookEffect,
    RulebookReport,
    RulebookVersion,
)
from yakuba.handbook.rulebooks.faults import BadRulebook as BadRulebook
from yakuba.handbook.rulebooks.load import parse
from yakuba.handbook.rulebooks.overlay import parse_overlay
from yakuba.handbook.services import books, publishing
from yakuba.handbook.services.books import CALENDAR
from yakuba.handbook.services.books import reminders_allowed as reminders_allowed
from yakuba.handbook.services.looking import given_of
from yakuba.handbook.services.population import Known

KIND = "handbook.rulebook"
UPLOAD_LIMIT = 512 * 1024  # bytes; the shipped book has some 30 KiB
AT_ONCE = 500
SHIPPED = "2026"


class NotReady(ValueError):
    """The version can't be confirmed or activated now; the message says why."""


def install(content: bytes, *, file_name: str, overlay: bytes = b"", by: Any) -> RulebookVersion:
    """Read strictly and keep a version; the same content once more is that version.

    Raises ``BadRulebook`` with every fault; then nothing is kept.
    """
    book = parse(file_name, content)
    if overlay:
        parse_overlay("自治体の定め", overlay, book)
    digest = sha256(content + b"\0" + overlay).hexdigest() if overlay else sha256(content).hexdigest()
    with transaction.atomic():
        made, new = RulebookVersion.objects.get_or_create(
            sha256=digest,
            defaults={
                "name": book.name[:120],
                "version": book.version[:60],
                "content": content.decode("utf-8-sig"),
                "overlay": overlay.decode("utf-8-sig"),
                "taken_by": by,
            },
        )
        if new:
            record(
                "handbook.rulebook.install",
                actor=by or "system:handbook",
                target=f"handbook.rulebook:{made.pk}",
                detail={"sha256": digest},
            )
    return made


def install_shipped(*, overlay: bytes = b"", by: Any) -> RulebookVersion:
    """The book that comes with the product."""
    file = resources.files("yakuba.handbook.rulebooks") / "jp" / f"{SHIPPED}.yaml"
    return install(file.read_bytes(), file_name=file.name, overlay=overlay, by=by)


@transaction.atomic
def sign(version: RulebookVersion, *, name: str, by: Any) -> None:
    """The responsible nurse or official confirms the version today. Raises ``NotReady``."""
    locked = RulebookVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if locked.retired_at is not None:
        raise NotReady("終わった版です。新しい版を確認してください。")
    locked.signed_name, locked.signed_by, locked.signed_on = name, by, timezone.localdate()
    locked.save(update_fields=["signed_name", "signed_by", "signed_on"])
    record("handbook.rulebook.sign", actor=by, target=f"handbook.rulebook:{locked.pk}")
    _publish_if_active(locked, by)


@transaction.atomic
def unsign(version: RulebookVersion, *, by: Any) -> None:
    """Undo of ``sign``: from then on nothing may be sent that rests on it. Raises ``NotReady``."""
    locked = RulebookVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if locked.signed_on is None:
        raise NotReady("確認は記録されていません。")
    locked.signed_name, locked.signed_by, locked.signed_on = "", None, None
    locked.save(update_fields=["signed_name", "signed_by", "signed_on"])
    record("handbook.rulebook.unsign", actor=by, target=f"handbook.rulebook:{locked.pk}")
    _publish_if_active(locked, by)


def _publish_if_active(version: RulebookVersion, by: Any) -> None:
    if version.activated_at is not None and version.retired_at is None:
        publishing.put_rulebook(version)
        publishing.hand_over(by)


def state_of(version: RulebookVersion) -> str:
    """``draft``, ``waiting``, ``active`` or ``retired``."""
    if version.retired_at is not None:
        return "retired"
    if version.activated_at is not None:
        return "active"
    waiting = version.approval is not None and version.approval.state == "waiting"
    return "waiting" if waiting else "draft"


def obstacles(version: RulebookVersion) -> list[str]:
    """Why the version can't be activated now; empty when it can."""
    found = []
    state = state_of(version)
    if state != "draft":
        words = {"waiting": "承認を待っている", "active": "適用中の", "retired": "終わった"}
        found.append(f"{words[state]}版です。")
    signed = books.sign_off_of(version, books.book_of(version))
    if signed is None:
        found.append("責任者の確認がありません。先に確認を記録してください。")
    elif not signed.holds_on(timezone.localdate()):
        found.append("責任者の確認が4月1日で切れています。確認し直してください。")
    if books.active_version() is not None and latest_report(version) is None:
        found.append("「変わる人の一覧」がありません。先に計算してください。")
    return found


def latest_report(version: RulebookVersion) -> RulebookReport | None:
    """The newest finished report against the book that is in force now."""
    against = books.active().book.sha256
    return RulebookReport.objects.filter(version=version, finished_at__isnull=False, against=against).first()


def ask_activation(version: RulebookVersion, *, by: Any, reason: str) -> Approval:
    """Ask a second person. Raises ``NotReady`` with everything that stands in the way."""
    with transaction.atomic():
        locked = RulebookVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        if why := obstacles(locked):
            raise NotReady("".join(why))
        report = latest_report(locked)
        approval = request_approval(
            KIND,
            f"handbook.rulebook:{locked.pk}",
            {
                "version": locked.pk,
                "title": str(locked),
                "signed": f"{locked.signed_name}・{locked.signed_on}",
                "children": report.figures.get("children", 0) if report else 0,
                "affected": report.figures.get("affected", 0) if report else 0,
            },
            by=by,
            reason=reason,
            system="handbook",
        )
        locked.approval = approval
        locked.save(update_fields=["approval"])
    version.refresh_from_db()
    return approval


def register() -> None:
    """Tell the approval primitive what an approval of a rule book does and how it reads."""
    on_approved(KIND, label="予防接種の規則の適用")(activate)
    consequences(KIND)(tell_consequences)
    place(KIND)(page_of)


def page_of(approval: Approval) -> str:
    """Where the approver reads the version."""
    return reverse("handbook:rulebook", args=[approval.payload["version"]])


def tell_consequences(approval: Approval) -> str:
    """What the approver reads before deciding."""
    facts = approval.payload
    text = (
        f"規則「{facts['title']}」（確認：{facts['signed']}）を適用し、家庭の画面にも使います。"
        "それまでの規則は、いまで終わります。"
    )
    if facts["children"]:
        text += (
            f"対象の子ども {facts['children']:,}人のうち、"
            f"時期か判定が変わる子どもは {facts['affected']:,}人です。"
        )
    return text


def activate(approval: Approval) -> None:
    """The version counts from now; the one before it ends; families are shown it."""
    version = RulebookVersion.objects.select_for_update(of=("self",)).get(pk=approval.payload["version"])
    now = timezone.now()
    before = RulebookVersion.objects.filter(activated_at__isnull=False, retired_at=None).exclude(
        pk=version.pk
    )
    retired = list(before.values_list("pk", flat=True))
    before.update(retired_at=now)
    version.activated_at = now
    version.save(update_fields=["activated_at"])
    record(
        "handbook.rulebook.activate",
        actor=approval.decided_by or "system:people",
        target=approval.target,
        detail={"approval": approval.pk, "retired": retired},
    )
    publishing.put_rulebook(version)
    publishing.hand_over(approval.decided_by)


# --- who is affected -------------------------------------------------------------------------------------


def affected(
    before: Rulebook,
    after: Rulebook,
    people: Iterable[Known],
    on: date,
) -> Iterator[tuple[RegisteredChild, Affected]]:
    """Every child for whom something changes, in order, and from which day."""
    for child, doses, observations in people:
        history = tuple(given_of(child, doses, (before, after)))
        subject = Subject(child.pk, Person(child.birth, child.sex, child.due), history, tuple(observations))
        for found in compare(before, after, [subject], on, CALENDAR):
            yield child, found


def _as_json(found: Affected) -> list[dict[str, Any]]:
    """The changes of one child for the report's row: codes and ISO dates."""
    return [
        {
            "what": one.what,
            "vaccine": one.vaccine,
            "dose": one.dose,
            "field": one.field,
            "before": _plain(one.before),
            "after": _plain(one.after),
            "on": found.on.isoformat(),
        }
        for one in found.changes
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def request_report(version: RulebookVersion, *, on: date, by: Any) -> RulebookReport:
    """Queue the comparison with the book in force, over the whole register."""
    against = books.active().book.sha256
    with transaction.atomic():
        RulebookVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        running = RulebookReport.objects.filter(
            version=version, finished_at=None, on=on, against=against, job__state__in=ACTIVE_STATES
        ).first()
        if running is not None:
            return running
        report = RulebookReport.objects.create(version=version, against=against, on=on, requested_by=by)
        report.job = enqueue(
            "handbook.rulebook-report", {"report": report.pk}, by=by, key=f"handbook.report:{report.pk}"
        )
        report.save(update_fields=["job"])
    return report


def compare_register(
    report: RulebookReport,
    people: Callable[[Callable[[float], None]], Iterable[Known]],
    progress: Callable[[float], None],
) -> tuple[list[RulebookEffect], int]:
    """The effects on every child, not kept yet, and how many children were looked at."""
    current = books.active().book
    if current.sha256 != report.against:
        raise NotReady("計算を待つ間に、適用中の規則が変わりました。もう一度計算してください。")
    following = books.book_of(report.version)
    count = 0

    def counted() -> Iterator[Known]:
        nonlocal count
        for one in people(progress):
            count += 1
            yield one

    effects = [
        RulebookEffect(report=report, child=child, changes=_as_json(found))
        for child, found in affected(current, following, counted(), report.on)
    ]
    return effects, count


def keep_report(report: RulebookReport, effects: list[RulebookEffect], children: int) -> dict[str, int]:
    """Rows and counts, in the caller's transaction."""
    RulebookEffect.objects.filter(report=report).delete()
    RulebookEffect.objects.bulk_create(effects, batch_size=AT_ONCE)
    report.figures = {"children": children, "affected": len(effects)}
    report.finished_at = timezone.now()
    report.save(update_fields=["figures", "finished_at"])
    record(
        "handbook.rulebook.report",
        actor="system:jobs",
        target=f"handbook.rulebook:{report.version_id}",
        detail=report.figures,
    )
    return dict(report.figures)


def expires_on(signed_on: date) -> date:
    """The next 1 April: the day on which a sign-off ends."""
    return date(signed_on.year + (signed_on.month >= 4), 4, 1)


def warning(on: date) -> str:
    """What the first page should say of the rule book in force, empty when nothing."""
    allowed, why = reminders_allowed(on)
    if not allowed:
        return why
    signed = books.active().sign_off()
    if signed is not None and (expires_on(signed.day) - on).days <= 60:
        ends = wareki(expires_on(signed.day), weekday=False)
        return f"規則の確認は{ends}に切れます。新年度の規則を登録してください。"
    return ""
