"""Take an application ledger in (台帳の取込み)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.nursery.domain.market import BadInput, Fault, Market
from yakuba.nursery.ledger import ChildFacts, TiesFound, read_upload
from yakuba.nursery.ledger import Ledger as LedgerContent
from yakuba.nursery.models import Ledger
from yakuba.nursery.runs import Loaded, load_market_bytes

UPLOAD_LIMIT = 20 * 1024 * 1024  # bytes; the largest ledger measured (8,000 children) has 1.5 MiB
MOST_NAME = 200  # characters of a file name, from its end
TRIES = 3  # uploads of one title at the same moment
TIES_KEPT = 500  # ties shown on the page; the file itself keeps them all


@dataclass(frozen=True, slots=True)
class Facts:
    """What the pages show of a child besides its result; empty for a bare market.json."""

    name: str = ""
    kana: str = ""
    age: int | None = None


@dataclass(slots=True)
class Source:
    """A ledger of any accepted form: workbook, zip of CSVs, or market.json."""

    sha256: str  # the ledger's fingerprint, as written in market.json
    warnings: list[str]  # what an officer should look at before a run
    content: LedgerContent | Loaded
    children: dict[str, ChildFacts] = field(default_factory=dict)

    def load(self, seed: int | None) -> Loaded:
        """The market with its extras; ``TiesFound`` when ties are left and no seed is given."""
        if isinstance(self.content, Loaded):
            return self.content
        return Loaded(
            self.content.market(seed),
            self.content.market_extras(seed),
            list(self.content.warnings),
            self.content.labels,
        )

    def facts(self, child: str) -> Facts:
        """The child's name and age."""
        found = self.children.get(child)
        return Facts() if found is None else Facts(found.name, found.kana, found.age)

    def class_parts(self, class_id: str) -> tuple[str, int | None, str]:
        """Nursery, age and track of a class, for columns and filters."""
        if isinstance(self.content, Loaded):
            return class_id, None, ""
        nursery = self.content.labels.classes.get(class_id, class_id).split(" ")[0]
        parts = class_id.split("-")
        age = next((int(part) for part in parts[1:] if part in "012345"), None)
        return nursery, age, parts[2] if len(parts) > 2 else ""


def _pins_refused(name: str, found: str) -> Fault:
    expected = "固定は、理由と承認者の同意を記録して行います"
    return Fault(
        name, found, expected, column="$.pins", advice="pinsを除いて取り込み、結果の画面で固定してください"
    )


def open_source(name: str, data: bytes) -> Source:
    """Read an upload. ``BadInput`` names every fault."""
    if name.lower().endswith(".json"):
        loaded = load_market_bytes(name, data)
        if loaded.pins:
            raise BadInput([_pins_refused(name, f"{len(loaded.pins)}人の固定（pins）")])
        return Source(loaded.extras["ledger"]["sha256"], list(loaded.warnings), loaded)
    content = read_upload(name, data)
    facts = {child.id: child for child in content.children}
    return Source(content.sha256, list(content.warnings), content, facts)


def source_of(ledger: Ledger) -> Source:
    """A kept ledger as it was uploaded, read again."""
    return open_source(ledger.file_name, read_file(ledger.file))


def import_ledger(*, title: str, file_name: str, data: bytes, by: Any, actor: object = None) -> Ledger:
    """Read, check and keep one version of a ledger.

    The same title again makes the next version (版); the newest version once more is that version.
    ``actor`` is who the audit log names when no user stands behind it. Raises ``BadInput`` with every
    fault; then nothing is kept.
    """
    return keep_ledger(check_ledger(file_name, data), title=title, by=by, actor=actor)


@dataclass(frozen=True, slots=True)
class Checked:
    """A ledger that was read and has no fault, before it is kept."""

    file_name: str
    data: bytes
    source: Source
    ties: list[str]
    market: Market  # with a lottery of seed 0 where ties are left


def check_ledger(file_name: str, data: bytes) -> Checked:
    """Read and check; ``BadInput`` names every fault. Writes nothing."""
    file_name = plain_name(file_name)
    source = open_source(file_name, data)
    return Checked(file_name, data, source, *_ties_and_market(source))


def keep_ledger(checked: Checked, *, title: str, by: Any, actor: object = None) -> Ledger:
    """Keep a checked ledger as the next version of its title."""
    for attempt in range(TRIES):
        try:
            return _keep(title, checked, by, actor)
        except IntegrityError:  # somebody else's upload took the number in between
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def plain_name(name: str) -> str:
    """A file name to show: without invisible signs (a direction override disguises the ending)."""
    shown = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    return shown[-MOST_NAME:] or "ledger"


def _keep(title: str, checked: Checked, by: Any, actor: object) -> Ledger:
    source, ties, market, file_name = checked.source, checked.ties, checked.market, checked.file_name
    with transaction.atomic():
        # Locks the versions of this title so that two uploads at once get two numbers.
        versions = list(Ledger.objects.select_for_update().filter(title=title).order_by("-number"))
        if versions and (versions[0].sha256, versions[0].file_name) == (source.sha256, file_name):
            return versions[0]
        last = versions[0].number if versions else 0
        stored = store(checked.data, name=file_name, content_type="application/octet-stream", by=by)
        ledger = Ledger.objects.create(
            title=title,
            number=last + 1,
            file=stored,
            file_name=file_name,
            sha256=source.sha256,
            children=sum(len(family.children) for family in market.families),
            families=len(market.families),
            classes=len(market.capacity),
            seats=sum(market.capacity.values()),
            warnings=source.warnings,
            ties=ties[:TIES_KEPT],
            imported_by=by,
        )
        record(
            "nursery.ledger.import",
            actor=actor or by or "system:nursery",
            target=f"nursery.ledger:{ledger.pk}",
            detail={"sha256": ledger.sha256, "children": ledger.children, "ties": len(ties)},
        )
    return ledger


def _ties_and_market(source: Source) -> tuple[list[str], Market]:
    try:
        return [], source.load(None).market
    except TiesFound as found:
        return [str(tie) for tie in found.ties], source.load(0).market
