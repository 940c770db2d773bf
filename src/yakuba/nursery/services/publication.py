"""Open an approved result to its families, and take it back (家庭への公開).

The staff side writes each family's payload into the outbox of ``core.exchange``; only that crosses. A family
with a protected child waits there until a second person has released the output ``nursery.family_page``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings as installation
from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.exchange import Lane
from yakuba.core.exchange import sending as exchange
from yakuba.core.jobs.models import ACTIVE_STATES, Job
from yakuba.core.jobs.services import cancel
from yakuba.core.people import protected
from yakuba.nursery.family.digests import birth_digest
from yakuba.nursery.models import Allocation, FamilyCode, Publication, PublicationRun, PublishedNotice
from yakuba.nursery.services.family_pages import FamilyPage, Lines, write_pages
from yakuba.nursery.services.visibility import SUBJECT, protected_ids

KIND = "nursery.family_notice"
OUTPUT = "nursery.family_page"  # what a second person releases

BATCH = 500  # rows of a statement


class NotPublishable(ValueError):
    """The result can't be opened to families now; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did. ``held``: families that wait for a release, in this installation's outbox."""

    publication: Publication
    families: int
    without_code: int
    without_birth: int
    held: int


def publish(
    allocation: Allocation,
    *,
    words: Mapping[str, Any],
    expires_at: datetime,
    by: Any,
    lines: Lines | None = None,
) -> Published:
    """Publish an approved result, or its next version in place of the one before, here and now.

    ``words``: dates and contact of ``docs/nursery-family.md``; ``lines``: the points of children, for their
    own family; those of the scoring where nothing else is given. A family without a code on its letter or
    without a birth date in the ledger can't open a page and gets none. Raises ``NotPublishable``.

    It takes seconds for a big ledger: pages have a job do it (``publication_runs``).
    """
    check(allocation, expires_at)
    return open_pages(allocation, write_pages(allocation, lines=lines), words, expires_at, by)


@transaction.atomic
def open_pages(
    allocation: Allocation,
    pages: Sequence[FamilyPage],
    words: Mapping[str, Any],
    expires_at: datetime,
    by: Any,
) -> Published:
    """Publish pages that were written before. Codes and protection are those of this moment.

    Raises ``NotPublishable``.
    """
    found = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
    check(found, expires_at)
    publication = _next_version(found, words, expires_at, by)
    done = _put(publication, pages)
    held = _hand_over(by)
    record(
        "nursery.family.publish",
        actor=by,
        target=f"nursery.publication:{publication.pk}",
        detail={"version": publication.version, "families": done.families, "held": held},
    )
    return replace(done, held=held)


def _put(publication: Publication, pages: Sequence[FamilyPage]) -> Published:
    """Put pages into the outbox, each under its family's code; take back those whose code has ended."""
    codes = {
        row.family_id: row
        for row in FamilyCode.objects.filter(allocation=publication.allocation, revoked_at=None)
    }
    _revoke_stale(publication, codes)
    coded = [(codes[page.family], page) for page in pages if page.family in codes]
    leaving = [(code, page) for code, page in coded if page.births]
    _post(publication, leaving)
    return Published(publication, len(leaving), len(pages) - len(coded), len(coded) - len(leaving), 0)


@transaction.atomic
def follow_codes(sender: object, allocation: Allocation, family_ids: Iterable[str], **_: Any) -> None:
    """A family got a new code, or lost it: the page under the old one closes, the new one opens."""
    publication = Publication.objects.filter(allocation=allocation, revoked_at=None).first()
    if publication is None or publication.expires_at <= timezone.now():
        return
    _put(publication, write_pages(allocation, only=frozenset(family_ids)))
    _hand_over(None)


def check(allocation: Allocation, expires_at: datetime) -> None:
    """Raises ``NotPublishable`` for a result that nobody approved, or an end that is past."""
    approval = allocation.approval
    if not allocation.is_finished or approval is None or approval.state != "approved":
        raise NotPublishable("承認されていない結果です。承認されてから公開してください。")
    if expires_at <= timezone.now():
        raise NotPublishable("公開の終わり：過ぎた日時です。これからの日時にしてください。")


def _next_version(
    allocation: Allocation, words: Mapping[str, Any], expires_at: datetime, by: Any
) -> Publication:
    publication = Publication.objects.filter(allocation=allocation).first()
    if publication is None:
        publication = Publication(allocation=allocation, version=0)
    publication.version += 1
    publication.settings = dict(words)
    publication.expires_at = expires_at
    publication.published_by, publication.published_at = by, timezone.now()
    publication.revoked_by, publication.revoked_at = None, None
    publication.save()
    return publication


def _post(publication: Publication, leaving: Sequence[tuple[FamilyCode, FamilyPage]]) -> None:
    contents = []
    for code, page in leaving:
        content = {
            "code": code.digest,
            "births": [birth_digest(code.reference, birth) for birth in page.births],
            "published_at": publication.published_at.isoformat(),
            "expires_at": publication.expires_at.isoformat(),
            "payload": {**page.payload, "version": publication.version, "words": publication.settings},
        }
        contents.append((code.reference, content, page.children))
    exchange.post_many(KIND, contents)
    PublishedNotice.objects.bulk_create(
        [
            PublishedNotice(
                publication=publication,
                family_id=code.family_id,
                reference=code.reference,
                version=publication.version,
            )
            for code, _ in leaving
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["publication", "family_id"],
        update_fields=["reference", "version", "revoked_at"],
    )


def _revoke_stale(publication: Publication, codes: Mapping[str, FamilyCode]) -> None:
    """Take back pages whose code was revoked or exchanged for a new one."""
    live = {code.reference for code in codes.values()}
    going = publication.notices.filter(revoked_at=None).values_list("pk", "reference")
    stale = [(pk, reference) for pk, reference in going if reference not in live]
    exchange.revoke_many(KIND, [reference for _, reference in stale])
    for begin in range(0, len(stale), BATCH):
        ended = [pk for pk, _ in stale[begin : begin + BATCH]]
        publication.notices.filter(pk__in=ended).update(revoked_at=publication.published_at)


def _hand_over(by: Any) -> int:
    """With both faces on one machine the pages open now; otherwise a file is made on the exchange page."""
    if installation.YAKUBA_FACE == "both":
        return exchange.send(Lane.RESIDENTS, by=by).held
    return 0


@transaction.atomic
def revoke_all(publication: Publication, *, by: Any) -> int:
    """Close every page of a publication; how many there were. A run that would open them again is stopped."""
    going = PublicationRun.objects.filter(
        allocation=publication.allocation, finished_at=None, job__state__in=ACTIVE_STATES
    )
    for job in Job.objects.filter(pk__in=going.values("job")):
        cancel(job, by)  # first: one that is ending now has ended after this, and is taken back below
    now = timezone.now()
    publication.refresh_from_db()
    live = publication.notices.select_for_update().filter(revoked_at=None)
    references = list(live.values_list("reference", flat=True))
    exchange.revoke_many(KIND, references)
    publication.notices.filter(revoked_at=None).update(revoked_at=now)
    publication.revoked_by, publication.revoked_at = by, now
    publication.save(update_fields=["revoked_by", "revoked_at"])
    _hand_over(by)
    record(
        "nursery.family.revoke",
        actor=by,
        target=f"nursery.publication:{publication.pk}",
        detail={"families": len(references)},
    )
    return len(references)


@transaction.atomic
def revoke_one(notice: PublishedNotice, *, by: Any) -> None:
    """Close one family's page (a letter that went astray, a family that is protected now)."""
    exchange.revoke(KIND, notice.reference)
    notice.revoked_at = timezone.now()
    notice.save(update_fields=["revoked_at"])
    _hand_over(by)
    record("nursery.family.revoke-one", actor=by, target=f"nursery.published-notice:{notice.pk}")


def may_leave(subjects: Any, by: Any) -> bool:
    """The exchange's gate: every protected child of the family has an unused release, which is used up now.

    Whoever makes the batch never sees what is in it, so that the named officer's request and the second
    person's leave decide, not who runs the hand-over.
    """
    del by
    guarded = protected_ids() & set(subjects)
    if not guarded:
        return True
    try:
        with transaction.atomic():
            for child in sorted(guarded):
                protected.require_release(SUBJECT, child, OUTPUT)
    except protected.ReleaseRequired:
        return False
    return True
