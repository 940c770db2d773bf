"""Rule books (利用調整基準): install a version, look what it changes, activate it with two persons."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.core.people.approval import consequences, on_approved, place, request_approval
from yakuba.core.people.models import Approval
from yakuba.core.ui.wareki import wareki
from yakuba.nursery.domain.scores.rulebook import Rulebook as Content
from yakuba.nursery.models import ApplicationFile, Rulebook
from yakuba.nursery.rulebooks.examples import run_examples
from yakuba.nursery.rulebooks.load import builtin, parse

KIND = "nursery.rulebook"
UPLOAD_LIMIT = 2 * 1024 * 1024  # bytes; the largest shipped book has some 60 KiB
TRIES = 3


class NotReady(ValueError):
    """The version can't be activated now; the message says why."""


def install(data: bytes, *, file_name: str, by: Any) -> Rulebook:
    """Read, check, run its own examples, and keep a book as a draft version.

    The newest version once more is that version. Raises ``BadInput`` with every fault; then nothing is kept.
    """
    content = parse(file_name, data)
    outcome = examples_of(content)
    for attempt in range(TRIES):
        try:
            return _keep(content, data, outcome, by)
        except IntegrityError:  # somebody else's upload took the number in between
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def install_shipped(book: str, *, by: Any) -> Rulebook:
    """Install one of the books that come with the product. ``KeyError`` for an unknown one."""
    if book not in builtin():
        raise KeyError(book)
    file = f"{book}.yaml"
    data = resources.files("yakuba.nursery.rulebooks").joinpath(file).read_bytes()
    return install(data, file_name=file, by=by)


def _keep(content: Content, data: bytes, outcome: dict[str, Any], by: Any) -> Rulebook:
    with transaction.atomic():
        versions = list(Rulebook.objects.select_for_update().filter(book=content.id).order_by("-number"))
        if versions and versions[0].sha256 == content.sha256:
            return versions[0]
        last = versions[0].number if versions else 0
        stored = store(data, name=f"{content.id}.yaml", content_type="application/yaml", by=by)
        made = Rulebook.objects.create(
            book=content.id,
            title=f"{content.municipality} {content.version}"[:150],
            number=last + 1,
            file=stored,
            sha256=content.sha256,
            effective_from=content.effective_from or timezone.localdate(),
            effective_until=content.effective_until,
            examples=outcome,
            created_by=by,
        )
        record(
            "nursery.rulebook.install",
            actor=by or "system:nursery",
            target=f"nursery.rulebook:{made.pk}",
            detail={"book": made.book, "number": made.number, "sha256": made.sha256},
        )
    return made


def content(rulebook: Rulebook) -> Content:
    """The book itself."""
    return _parsed(rulebook.sha256, rulebook.file_id)


@lru_cache(maxsize=8)
def _parsed(sha256: str, file: int) -> Content:
    from yakuba.core.files.models import StoredFile

    stored = StoredFile.objects.get(pk=file)
    return parse(stored.name, read_file(stored))


def examples_of(book: Content) -> dict[str, Any]:
    """``passed``: how many of the book's own examples come out as printed; ``failed``: ids of the others."""
    results = run_examples(book)
    return {"passed": sum(one.ok for one in results), "failed": [one.id for one in results if not one.ok]}


def active_on(book: str, day: date) -> Rulebook | None:
    """The version of a book that is active for a day."""
    rows = Rulebook.objects.filter(book=book, effective_from__lte=day).exclude(state=Rulebook.State.DRAFT)
    for row in rows.order_by("-effective_from", "-number"):
        if row.effective_until is None or row.effective_until >= day:
            return row
    return None


def predecessor(rulebook: Rulebook) -> Rulebook | None:
    """The active version that this draft would follow."""
    rows = Rulebook.objects.filter(book=rulebook.book, state=Rulebook.State.ACTIVE).exclude(pk=rulebook.pk)
    return rows.order_by("-effective_from", "-number").first()


def obstacles(rulebook: Rulebook) -> list[str]:
    """Why the version can't be activated now; empty when it can."""
    found = []
    if rulebook.state != Rulebook.State.DRAFT:
        found.append(f"この版は「{rulebook.get_state_display()}」です。")
    if rulebook.approval is not None and rulebook.approval.state == "waiting":
        found.append("承認はすでに依頼されています。")
    failed = rulebook.examples.get("failed", [])
    if failed:
        ids = "、".join(failed[:5])
        found.append(f"計算例のうち {len(failed)}件が合いません（{ids}）。基準を直して入れ直してください。")
    if not rulebook.examples.get("passed"):
        found.append("計算例がありません。窓口の資料などから計算例を加えて入れ直してください。")
    if content(rulebook).status == "template":
        found.append("ひな形です。足りない行を補い、「complete」にして入れ直してください。")
    return found


def report_key(old: Rulebook | None, applications: ApplicationFile | None) -> str:
    """What the what-changed report was made from; the request for approval must name the same."""
    return f"{old.pk if old else 0}-{applications.pk if applications else 0}"


def ask_activation(rulebook: Rulebook, *, by: Any, reason: str, counts: dict[str, int]) -> Approval:
    """Ask a second person to activate the version. ``NotReady`` says what stands in the way.

    ``counts``: of the what-changed report that the officer looked at (``children``, ``changed``, ``moved``).
    """
    with transaction.atomic():
        locked = Rulebook.objects.select_for_update().get(pk=rulebook.pk)
        if why := obstacles(locked):
            raise NotReady("".join(why))
        old = predecessor(locked)
        approval = request_approval(
            KIND,
            f"nursery.rulebook:{locked.pk}",
            {
                "rulebook": locked.pk,
                "title": str(locked),
                "from": locked.effective_from.isoformat(),
                "old": old and old.pk,
                "old_title": str(old) if old else "",
                **counts,
            },
            by=by,
            reason=reason,
            system="nursery",
        )
        locked.approval = approval
        locked.save(update_fields=["approval"])
    rulebook.refresh_from_db()
    return approval


def register() -> None:
    """Tell the approval primitive what an approval of a rule book does and how it reads."""
    on_approved(KIND, label="利用調整基準の適用")(activate)
    consequences(KIND)(tell_consequences)
    place(KIND)(page_of)


def page_of(approval: Approval) -> str:
    """Where the approver reads the version."""
    return reverse("nursery:rulebook-changes", args=[approval.payload["rulebook"]])


def tell_consequences(approval: Approval) -> str:
    """What the approver reads before deciding."""
    facts = approval.payload
    text = f"「{facts['title']}」を、{wareki(date.fromisoformat(facts['from']))}から適用します。"
    if facts.get("old_title"):
        text += f"それまでの「{facts['old_title']}」は、その前の日で終わります。"
    if facts.get("children"):
        text += (
            f"申込児童 {facts['children']:,}人のうち、合計が変わる児童 {facts['changed']:,}人、"
            f"どこかのクラスで順位が変わる児童 {facts['moved']:,}人。"
        )
    return text


def activate(approval: Approval) -> None:
    """The version counts from its effective date; the one before it ends the day before."""
    rulebook = Rulebook.objects.select_for_update().get(pk=approval.payload["rulebook"])
    last_day = rulebook.effective_from - timedelta(days=1)
    ended = []
    before = Rulebook.objects.filter(book=rulebook.book, state=Rulebook.State.ACTIVE).exclude(pk=rulebook.pk)
    for old in before:
        if old.effective_until is None or old.effective_until > last_day:
            old.effective_until = last_day
        old.state = Rulebook.State.RETIRED
        old.save(update_fields=["state", "effective_until"])
        ended.append(old.pk)
    rulebook.state = Rulebook.State.ACTIVE
    rulebook.save(update_fields=["state"])
    record(
        "nursery.rulebook.activate",
        actor=approval.decided_by or "system:people",
        target=approval.target,
        detail={"approval": approval.pk, "retired": ended},
    )
