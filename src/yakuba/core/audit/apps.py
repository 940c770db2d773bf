"""Django application of core.audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """監査の記録."""

    name = "yakuba.core.audit"
    label = "audit"
    verbose_name = "監査の記録"
    default_auto_field = "django.db.models.BigAutoField"
