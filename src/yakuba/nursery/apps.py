"""Django application of nursery."""

from django.apps import AppConfig


class NurseryConfig(AppConfig):
    """保育所利用調整."""

    name = "yakuba.nursery"
    label = "nursery"
    verbose_name = "保育所利用調整"
    default_auto_field = "django.db.models.BigAutoField"
