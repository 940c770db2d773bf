"""Open an approved result to its families, and take it back (家庭への公開).

The staff side writes each family's payload into the outbox of ``core.exchange``; only that crosses. A family
with a protected child waits there until a second person has released the output ``nursery.family_page``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings as installation
from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.exchange import Lane
from yakuba.core.exchange import sending as exchange
from yakuba.core.files.services import read as read_file
from yakuba.core.people import protected
from yakuba.nursery.domain.family_board import Board
from yakuba.nursery.domain.family_view import Child, Place, family_payload
from yakuba.nursery.family.digests import birth_digest
from yakuba.nursery.models import Allocation, ChildOutcome, FamilyCode, Publication, PublishedNotice
from yakuba.nursery.services.ledgers import source_of
from yakuba.nursery.services.scoring import shown_points, trace_of
from yakuba.nursery.services.visibility import SUBJECT, protected_ids

KIND = "nursery.family_notice"
OUTPUT = "nursery.family_page"  # what a second person releases

BATCH = 500  # rows of a statement

Page = tuple[FamilyCode, list[str], list[date], dict[str, Any]]  # code, children, birth dates, payload
Lines = Mapping[str, tuple[tuple[str, str, str, str, bool], ...]]


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


@transaction.atomic
def publish(
    allocation: Allocation,
    *,
    words: Mapping[str, Any],
    expires_at: datetime,
    by: Any,
    lines: Lines | None = None,
) -> Published:
    """Publish an approved result, or its next version in place of the one before.

    ``words``: dates and contact of ``docs/nursery-family.md``; ``lines``: the points of children, for their
    own family; those of the scoring where nothing else is given. A family without a code on its letter or
    without a birth date in the ledger can't open a page and gets none. Raises ``NotPublishable``.
    """
    found = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
    _check(found, expires_at)
    publication = _next_version(found, words, expires_at, by)
    done = _write(publication, own_points(found) if lines is None else lines)
    held = _hand_over(by)
    record(
        "nursery.family.publish",
        actor=by,
        target=f"nursery.publication:{publication.pk}",
        detail={"version": publication.version, "families": done.families, "held": held},
    )
    return replace(done, held=held)


def _write(publication: Publication, lines: Lines, only: frozenset[str] | None = None) -> Published:
    """Put the pages of every family (or of ``only``) into the outbox; take back those without a code."""
    found = publication.allocation
    board = Board(*(json.loads(read_file(found.kept_file(name))) for name in ("market", "result")))
    codes = {row.family_id: row for row in FamilyCode.objects.filter(allocation=found, revoked_at=None)}
    births, places = birth_dates(found), places_of(found)
    _revoke_stale(publication, codes)
    pages: list[Page] = []
    without_birth = without_code = 0
    for family, rows in _families(found).items():
        if only is not None and family not in only:
            continue
        code = codes.get(family)
        known = sorted({births[row.child_id] for row in rows if row.child_id in births})
        if code is None or not known:
            without_code += code is None
            without_birth += code is not None
            continue
        payload = family_payload(
            board,
            family,
            {row.child_id: row.claims for row in rows},
            {row.child_id: Child(row.name, row.age, lines.get(row.child_id, ())) for row in rows},
            places,
        )
        pages.append((code, [row.child_id for row in rows], known, payload))
    _post(publication, pages)
    return Published(publication, len(pages), without_code, without_birth, 0)


def own_points(allocation: Allocation) -> Lines:
    """Child → the trace of its points as its own family reads it; empty for a ledger that came with keys."""
    scoring = getattr(allocation.ledger, "scoring", None)
    if scoring is None or scoring.scores_file is None:
        return {}
    return {
        child: tuple(
            (line.part, line.label, line.basis, shown_points(line.points), line.counted)
            for line in found.score.lines
            if line.nursery is None
        )
        for child, found in trace_of(scoring).children.items()
    }


@transaction.atomic
def follow_codes(sender: object, allocation: Allocation, family_ids: Iterable[str], **_: Any) -> None:
    """A family got a new code, or lost it: the page under the old one closes, the new one opens."""
    publication = Publication.objects.filter(allocation=allocation, revoked_at=None).first()
    if publication is None or publication.expires_at <= timezone.now():
        return
    _write(publication, own_points(allocation), frozenset(family_ids))
    _hand_over(None)


def _check(allocation: Allocation, expires_at: datetime) -> None:
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


def _families(allocation: Allocation) -> dict[str, list[ChildOutcome]]:
    found: dict[str, list[ChildOutcome]] = {}
    for row in allocation.child_rows.order_by("pk"):
        found.setdefault(row.family_id, []).append(row)
    return found


def places_of(allocation: Allocation) -> dict[str, Place]:
    """Classes of a result as families call them."""
    return {row.class_id: Place(row.nursery, row.label) for row in allocation.class_rows.all()}


def birth_dates(allocation: Allocation) -> dict[str, date]:
    """Birth dates by child, as far as the ledger of the result gives them."""
    children = source_of(allocation.ledger).children
    return {child: facts.birth for child, facts in children.items() if facts.birth is not None}


def _post(publication: Publication, pages: list[Page]) -> None:
    contents = []
    for code, children, births, payload in pages:
        content = {
            "code": code.digest,
            "births": [birth_digest(code.reference, birth) for birth in births],
            "published_at": publication.published_at.isoformat(),
            "expires_at": publication.expires_at.isoformat(),
            "payload": {**payload, "version": publication.version, "words": publication.settings},
        }
        contents.append((code.reference, content, children))
    exchange.post_many(KIND, contents)
    PublishedNotice.objects.bulk_create(
        [
            PublishedNotice(
                publication=publication,
                family_id=code.family_id,
                reference=code.reference,
                version=publication.version,
            )
            for code, _, _, _ in pages
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
    """Close every page of a publication; how many there were."""
    now = timezone.now()
    going = publication.notices.select_for_update().filter(revoked_at=None)
    references = list(going.values_list("reference", flat=True))
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
