"""Take an application ledger in (台帳の取込み)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.ledger import Ledger as LedgerContent
from yakuba.nursery.ledger import TiesFound, read_upload
from yakuba.nursery.models import Ledger

UPLOAD_LIMIT = 20 * 1024 * 1024  # bytes; the largest ledger measured (8,000 children) has 1.5 MiB
TIES_KEPT = 500  # ties shown on the page; the whole list is made again from the file when needed


def import_ledger(
    *, title: str, file_name: str, data: bytes, by: Any, actor: object = None
) -> Ledger:
    """Read, check and keep one version of a ledger.

    The same title again makes the next version (版). Raises ``BadInput`` with every fault; then nothing
    is kept.
    """
    content = read_upload(file_name, data)
    ties, market = _ties_and_market(content)
    with transaction.atomic():
        # Locks the versions of this title so that two uploads at once get two numbers.
        list(Ledger.objects.select_for_update().filter(title=title).values_list("pk"))
        last = Ledger.objects.filter(title=title).aggregate(last=Max("number"))["last"] or 0
        stored = store(data, name=file_name, content_type="application/octet-stream", by=by)
        ledger = Ledger.objects.create(
            title=title,
            number=last + 1,
            file=stored,
            file_name=file_name,
            sha256=content.sha256,
            children=sum(len(family.children) for family in market.families),
            families=len(market.families),
            classes=len(market.capacity),
            seats=sum(market.capacity.values()),
            warnings=list(content.warnings),
            ties=ties[:TIES_KEPT],
            imported_by=by,
        )
        record(
            "nursery.ledger.import",
            actor=actor or by or "system:nursery",
            target=f"nursery.ledger:{ledger.pk}",
            detail={"sha256": content.sha256, "children": ledger.children, "ties": len(ties)},
        )
    return ledger


def content_of(ledger: Ledger) -> LedgerContent:
    """The ledger as it was uploaded, read again."""
    return read_upload(ledger.file_name, read_file(ledger.file))


def _ties_and_market(content: LedgerContent) -> tuple[list[str], Any]:
    try:
        return [], content.market(None)
    except TiesFound as found:
        return [str(tie) for tie in found.ties], content.market(0)


__all__ = ["BadInput", "content_of", "import_ledger"]
