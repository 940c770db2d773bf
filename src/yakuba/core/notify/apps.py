"""Django application of core.notify."""

from __future__ import annotations

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """通知."""

    name = "yakuba.core.notify"
    label = "notify"
    verbose_name = "通知"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the audit lines, put the channels in their places, take letters from the residents' side."""
        from yakuba.core.notify import audit_labels, builtin

        audit_labels.register()
        builtin.register()
