"""Django application of core.border."""

from importlib import import_module

from django.apps import AppConfig


class BorderConfig(AppConfig):
    """AIと職員の境目."""

    name = "yakuba.core.border"
    label = "border"
    verbose_name = "AIと職員の境目"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the audit lines and listen to approvals."""
        from yakuba.core.border import audit_labels

        audit_labels.register()
        import_module("yakuba.core.border.services.certificates")  # its approval handlers
        import_module("yakuba.core.border.services.statements")
