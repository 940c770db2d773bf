"""The one table of every field of an applications file (申込情報): ``FIELDS``.

Readers, checks, the export and ``docs/nursery-ledger.md`` are made from it. A field is known by its key; the
Japanese column name and its aliases are what a file says. ``fact`` fields land in ``facts`` of a household,
guardian or applicant under their key, which is the key that rule books ask for.
"""

from __future__ import annotations

from yakuba.nursery.applications.field_types import TABLES, Field
from yakuba.nursery.applications.fields_child import CHILD_FIELDS, CLASS_FIELDS, TUPLE_FIELDS
from yakuba.nursery.applications.fields_family import GUARDIAN_FIELDS, HOUSEHOLD_FIELDS

FIELDS: tuple[Field, ...] = (
    *CLASS_FIELDS,
    *HOUSEHOLD_FIELDS,
    *GUARDIAN_FIELDS,
    *CHILD_FIELDS,
    *TUPLE_FIELDS,
)
BY_TABLE = {table: {one.key: one for one in FIELDS if one.table == table} for table in TABLES}


def field(table: str, key: str) -> Field:
    """The field of that table. Raises ``KeyError``."""
    return BY_TABLE[table][key]


def fact_keys() -> frozenset[str]:
    """Every key that can stand in ``facts``."""
    return frozenset(one.key for one in FIELDS if one.fact)
