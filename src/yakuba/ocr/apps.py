"""Django application of form reading."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import AppConfig


class OcrConfig(AppConfig):
    """AI-OCR（帳票読取）."""

    name = "yakuba.ocr"
    label = "ocr"
    verbose_name = "AI-OCR"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the system on the portal and name its audit lines and approvals."""
        from yakuba.core.systems import Card, System, register
        from yakuba.ocr import audit_labels_checking, audit_labels_forms
        from yakuba.ocr.services import approvals, outcomes, visibility

        audit_labels_checking.register()
        audit_labels_forms.register()
        approvals.register()
        outcomes.register()
        visibility.register()

        def card(user: Any, today: date) -> Card:
            from yakuba.ocr.services.card import card as figures

            return figures(user, today)

        register(System(key="ocr", name="AI-OCR", icon="ocr", url_name="ocr:home", card=card))
