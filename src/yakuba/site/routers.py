"""The database router of the two faces (``yakuba.site.faces`` says what belongs to whom)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model

from yakuba.core.faces import Face
from yakuba.site.faces import face_of, refuse, resident_only


class FaceRouter:
    """Refuses staff models to the resident face, and doesn't create them where it runs alone."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """No preference, or refusal."""
        _check(model)
        return None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """No preference, or refusal."""
        _check(model)
        return None

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """In a resident installation only resident and shared tables exist."""
        if settings.YAKUBA_FACE != "resident":
            return None
        try:
            if model_name is not None:
                return False if face_of(apps.get_model(app_label, model_name)) is Face.STAFF else None
        except LookupError:
            pass  # a model of an earlier release: its application decides
        return False if _all_staff(app_label) else None


def _all_staff(app_label: str) -> bool:
    """Whether an application has tables, and all of them are the staff's: its data steps are left out too."""
    faces = {face_of(model) for model in apps.get_models() if model._meta.app_label == app_label}
    return faces == {Face.STAFF}


def _check(model: type[Model]) -> None:
    if face_of(model) is Face.STAFF and resident_only():
        raise refuse(model._meta.label)
