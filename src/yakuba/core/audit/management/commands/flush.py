"""``flush`` empties every table, the append-only audit table included.

Django's test cases call it between tests. In production it asks first, as Django's own does; that the
log was emptied is found by ``yakuba audit verify`` from the sealed heads.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands.flush import Command as Flush
from django.db import connections

from yakuba.core.audit import append_only


class Command(Flush):
    """Django's flush, with the audit table's refusal lifted while it runs."""

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        there = append_only.TABLE in connection.introspection.table_names()
        if there:
            append_only.remove(connection)
        try:
            super().handle(**options)
        finally:
            if there:
                append_only.install(connection)
