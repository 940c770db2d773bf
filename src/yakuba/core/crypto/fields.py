"""A text column that is readable only with the key ring (for notes about protected persons and the like)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from yakuba.core.crypto.sealing import seal, unseal

if TYPE_CHECKING:
    TextField = models.TextField[str | None, str | None]
else:  # Django's fields take type arguments in the stubs alone
    TextField = models.TextField


class EncryptedTextField(TextField):
    """Text sealed at rest; it can't be searched or sorted by the database.

    ``purpose`` names the column, for example ``"people.note"``, so that a value copied into another
    column is refused. An empty text stays empty, so that «no note» can be filtered.
    """

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        if not purpose:
            raise ValueError("EncryptedTextField needs a purpose, for example purpose='people.note'")
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        if not text:
            return text
        return base64.b64encode(seal(str(text).encode(), self.purpose)).decode()

    def from_db_value(
        self, value: str | None, expression: Any, connection: BaseDatabaseWrapper
    ) -> str | None:
        if not value:
            return value
        return unseal(base64.b64decode(value), self.purpose).decode()

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("isnull", "exact"):
            raise TypeError(f"{self.name} is encrypted: it can't be searched with {lookup_name!r}")
        return super().get_lookup(lookup_name)
