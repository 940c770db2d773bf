"""Django application of core.exchange."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """住民側との受渡し."""

    name = "yakuba.core.exchange"
    label = "exchange"
    verbose_name = "住民側との受渡し"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the audit lines."""
        from yakuba.core.audit.labels import register_action

        register_action("exchange.send", "住民側への受渡しを作成した")
        register_action("exchange.receive", "住民側からの受渡しを取り込んだ")
        register_action("exchange.download", "受渡しのファイルを受け取った")
        register_action("exchange.key", "受渡しの鍵を書き出した")
