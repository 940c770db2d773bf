"""Django application of core.ui."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """画面部品."""

    name = "yakuba.core.ui"
    label = "ui"
    verbose_name = "画面部品"
    default_auto_field = "django.db.models.BigAutoField"
