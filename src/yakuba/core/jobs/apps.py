"""Django application of core.jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """処理."""

    name = "yakuba.core.jobs"
    label = "jobs"
    verbose_name = "処理"
    default_auto_field = "django.db.models.BigAutoField"
