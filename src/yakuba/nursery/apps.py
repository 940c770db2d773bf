"""Django application of nursery."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import AppConfig


class NurseryConfig(AppConfig):
    """保育所利用調整."""

    name = "yakuba.nursery"
    label = "nursery"
    verbose_name = "保育所利用調整"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the system on the portal and name its audit lines."""
        from yakuba.core.border.lines import register_lines
        from yakuba.core.people import protected
        from yakuba.core.systems import Card, System, register
        from yakuba.nursery import audit_labels
        from yakuba.nursery.family import receivers
        from yakuba.nursery.services import (
            applications,
            approvals,
            border_lines,
            codes,
            letter_facts,
            letters,
            pins,
            publication,
            rulebooks,
            visibility,
        )

        audit_labels.register()
        approvals.register()
        pins.register()
        rulebooks.register()
        receivers.register()
        letter_facts.read_applications_with(applications.content)
        register_lines("nursery", border_lines.lines)
        codes.changed.connect(publication.follow_codes, dispatch_uid="nursery.publication")
        protected.register_kind(visibility.SUBJECT, "保育所利用調整の児童（受付番号）")
        protected.register_output(letters.OUTPUT, "保育所利用調整の通知・結果の印刷")
        protected.register_output(publication.OUTPUT, "保育所利用調整の家庭の結果画面")

        def card(user: Any, today: date) -> Card:
            from yakuba.nursery.services.card import card as figures

            return figures(user, today)

        register(
            System(key="nursery", name="保育所利用調整", icon="nursery", url_name="nursery:home", card=card)
        )
