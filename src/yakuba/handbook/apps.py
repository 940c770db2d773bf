"""Django application of handbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import AppConfig


class HandbookConfig(AppConfig):
    """母子手帳・予防接種."""

    name = "yakuba.handbook"
    label = "handbook"
    verbose_name = "母子手帳・予防接種"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the system on the portal and name its protected persons."""
        from yakuba.core.people import protected
        from yakuba.core.systems import Card, System, register
        from yakuba.handbook import audit_labels, notices, receivers
        from yakuba.handbook.bookings import audit_labels as booking_labels
        from yakuba.handbook.family import receivers as family_receivers
        from yakuba.handbook.services import publishing, reminders, rulebooks, visibility
        from yakuba.handbook.services.bookings import crossing
        from yakuba.handbook.services.bookings.signals import booking_changed

        audit_labels.register()
        booking_labels.register()
        receivers.register()
        family_receivers.register()
        crossing.register()
        rulebooks.register()
        notices.register()
        booking_changed.connect(reminders.booking_changed, dispatch_uid="handbook.reminders")
        protected.register_kind(visibility.SUBJECT, "母子手帳・予防接種の子ども（宛名番号）")
        protected.on_protected(visibility.SUBJECT)(publishing.close_at_once)
        protected.register_output(visibility.PAGE_OUTPUT, "母子手帳の家庭の画面（氏名なし）")
        protected.register_output(visibility.LETTER_OUTPUT, "登録コードの通知の印刷")
        protected.register_output(visibility.VOUCHER_OUTPUT, "予診票の印刷")

        def card(user: Any, today: date) -> Card:
            from yakuba.handbook.services.card import card as figures

            return figures(user, today)

        register(
            System(
                key="handbook",
                name="母子手帳・予防接種",
                icon="handbook",
                url_name="handbook:home",
                card=card,
            )
        )
