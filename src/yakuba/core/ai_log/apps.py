"""Django application of core.ai_log."""

from django.apps import AppConfig


class AiLogConfig(AppConfig):
    """AIの利用記録."""

    name = "yakuba.core.ai_log"
    label = "ai_log"
    verbose_name = "AIの利用記録"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the audit lines."""
        from yakuba.core.audit.labels import register_action

        register_action("ai_log.export", "AIの利用記録を書き出した")
