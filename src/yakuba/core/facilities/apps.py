"""Django application of core.facilities."""

from __future__ import annotations

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    """施設の台帳."""

    name = "yakuba.core.facilities"
    label = "facilities"
    verbose_name = "施設の台帳"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the audit lines and take what the staff side sends."""
        from yakuba.core.audit.labels import register_action
        from yakuba.core.facilities import crossing

        register_action("facilities.import", "施設・支援制度の台帳を取り込んだ")
        register_action("facilities.undo", "施設・支援制度の台帳を前の版に戻した")
        register_action("facilities.map", "地図の地区を取り込んだ")
        register_action("facilities.export", "施設の台帳を書き出した")
        register_action("facilities.vacancies.publish", "保育所の空き状況を公開した")
        register_action("facilities.vacancies.withdraw", "保育所の空き状況を取り下げた")
        crossing.register()
