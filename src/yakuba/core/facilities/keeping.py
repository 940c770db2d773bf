"""Versions in the database: put one in, go back to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.facilities.domain.records import Place, Record, Scheme, as_json, place_of, scheme_of
from yakuba.core.facilities.models import Dataset, Facility, SupportScheme

KEPT = 3  # versions of a kind whose rows stay: the present one and two to go back to
BATCH = 500


def current(kind: str) -> Dataset | None:
    """The version that pages show."""
    return Dataset.objects.filter(kind=kind, current=True).first()


def records_of(dataset: Dataset | None) -> list[Record]:
    """A version's records in the order of its file."""
    if dataset is None:
        return []
    if KINDS[dataset.kind].schemes:
        return [scheme_of(row.content) for row in dataset.schemes.order_by("pk")]
    return [place_of(row.content) for row in dataset.facilities.order_by("pk")]


def keep(
    kind: str,
    records: Sequence[Record],
    *,
    number: int,
    source: str,
    as_of: date | None,
    sha256: str,
    at: datetime,
) -> Dataset:
    """Put a version in and show it, in the caller's transaction; versions beyond ``KEPT`` go."""
    Dataset.objects.filter(kind=kind, current=True).update(current=False)
    dataset = Dataset.objects.create(
        kind=kind,
        number=number,
        source=source,
        as_of=as_of,
        sha256=sha256,
        rows=len(records),
        current=True,
        published_at=at,
    )
    if KINDS[kind].schemes:
        SupportScheme.objects.bulk_create(_schemes(dataset, records), batch_size=BATCH)
    else:
        Facility.objects.bulk_create(_facilities(dataset, records), batch_size=BATCH)
    old = list(Dataset.objects.filter(kind=kind).order_by("-number").values_list("pk", flat=True)[KEPT:])
    Dataset.objects.filter(pk__in=old).delete()
    return dataset


def _facilities(dataset: Dataset, records: Iterable[Record]) -> Iterable[Facility]:
    for one in records:
        if isinstance(one, Place):
            yield Facility(
                dataset=dataset,
                code=one.code,
                name=one.name,
                category=one.category,
                address=one.address,
                phone=one.phone,
                content=as_json(one),
            )


def _schemes(dataset: Dataset, records: Iterable[Record]) -> Iterable[SupportScheme]:
    for one in records:
        if isinstance(one, Scheme):
            yield SupportScheme(
                dataset=dataset, code=one.code, name=one.name, category=one.category, content=as_json(one)
            )


def go_back(dataset: Dataset) -> Dataset | None:
    """Take a version away and show the one before it; ``None`` when there is none, then nothing is shown."""
    kind, number = dataset.kind, dataset.number
    dataset.delete()
    before = Dataset.objects.filter(kind=kind, number__lt=number).order_by("-number").first()
    if before is not None:
        before.current = True
        before.save(update_fields=["current"])
    return before
