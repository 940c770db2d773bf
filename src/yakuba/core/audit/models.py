"""The audit log: append-only and hash-chained. Lines hold ids, never personal data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any, NoReturn

from django.db import models

from yakuba.core.audit.domain.chain import Line
from yakuba.core.faces import Face


class AppendOnly(Exception):
    """Somebody tried to change or delete an audit line."""

    def __init__(self) -> None:
        super().__init__("監査の記録は追記だけできます。変更も削除もできません。")


class EntryQuerySet(models.QuerySet["AuditEntry"]):
    """Reads and adds; refuses the rest."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly  # lines are chained one by one, by services.record


class AuditEntry(models.Model):
    """One thing that somebody did."""

    face = Face.STAFF

    sequence = models.BigIntegerField("連番", unique=True)
    at = models.DateTimeField("日時", db_index=True)
    actor = models.CharField("行為者", max_length=150, db_index=True)
    action = models.CharField("行為", max_length=100, db_index=True)
    target = models.CharField("対象", max_length=200, db_index=True)
    detail = models.JSONField("内容", default=dict)
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64, unique=True)
    seal = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        verbose_name = "監査の記録"
        verbose_name_plural = "監査の記録"

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    def line(self) -> Line:
        """The line for the pure chain logic."""
        return Line(
            sequence=self.sequence,
            at=self.at.astimezone(UTC).isoformat(),
            actor=self.actor,
            action=self.action,
            target=self.target,
            detail=self.detail,
            previous_hash=self.previous_hash,
            entry_hash=self.entry_hash,
            seal=self.seal,
        )


def lines_of(entries: Iterable[AuditEntry]) -> Iterable[Line]:
    """The lines of many entries, one at a time."""
    return (entry.line() for entry in entries)
