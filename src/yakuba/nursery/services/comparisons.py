"""A manual result beside ours (手作業との照合): read it, explain every difference, keep both."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.nursery.domain.compare import CATEGORIES, compare
from yakuba.nursery.domain.pins import apply
from yakuba.nursery.ledger.manual import KnownChild, KnownClass, read_manual
from yakuba.nursery.models import Allocation, Comparison
from yakuba.nursery.services.bases import Base, base_of
from yakuba.nursery.services.pins import approved_pins


def compare_with(allocation: Allocation, *, file_name: str, data: bytes, by: Any) -> Comparison:
    """Read an uploaded manual result and keep the comparison. ``BadInput`` names every fault; then nothing
    is kept."""
    base = base_of(allocation)
    manual = read_manual(file_name, data, _classes(allocation), _children(allocation, base))
    used = base.loaded.pins
    recorded = {child: seat for child, seat in approved_pins(allocation.ledger).items() if child not in used}
    found = compare(
        apply(base.market, used),
        base.assignment,
        manual.seats,
        keys=base.loaded.extras.get("keys"),
        recorded=recorded,
    )
    counts: dict[str, int] = {name: sum(one.category == name for one in found) for name in CATEGORIES}
    with transaction.atomic():
        kept = Comparison.objects.create(
            allocation=allocation,
            file=store(data, name=file_name, content_type="application/octet-stream", by=by),
            file_name=file_name[-255:],
            differences=[one.as_dict() for one in found],
            figures={
                "children": len(base.assignment),
                "same": len(base.assignment) - len(found),
                "different": len(found),
                "missing": manual.missing,
                "categories": counts,
            },
            compared_by=by,
        )
        record(
            "nursery.comparison.make",
            actor=by,
            target=f"nursery.comparison:{kept.pk}",
            detail={"allocation": allocation.pk, "different": len(found), **counts},
        )
    return kept


def _classes(allocation: Allocation) -> list[KnownClass]:
    rows = allocation.class_rows.all()
    return [KnownClass(row.class_id, row.label, row.nursery, row.age, row.track) for row in rows]


def _children(allocation: Allocation, base: Base) -> dict[str, KnownChild]:
    ages = dict(allocation.child_rows.values_list("child_id", "age"))
    known = {}
    for family in base.market.families:
        for at, child in enumerate(family.children):
            wanted = {wish[at] for wish in (*family.wishes, family.current)} - {None}
            classes = frozenset(str(seat) for seat in wanted)
            known[child] = KnownChild(ages.get(child), classes, family.current[at])
    return known
