"""Django application of core.people."""

from importlib import import_module

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """職員."""

    name = "yakuba.core.people"
    label = "people"
    verbose_name = "職員"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to sign-ins."""
        from yakuba.core.people import audit_labels

        audit_labels.register()
        import_module("yakuba.core.people.signin.signals")
        import_module("yakuba.core.people.signin.recovery").install()
        import_module("yakuba.core.people.protected")  # its approval handlers
