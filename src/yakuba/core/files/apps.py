"""Django application of core.files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """ファイル."""

    name = "yakuba.core.files"
    label = "files"
    verbose_name = "ファイル"
    default_auto_field = "django.db.models.BigAutoField"
