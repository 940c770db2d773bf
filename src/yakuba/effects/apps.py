"""Django application of effects."""

from django.apps import AppConfig


class EffectsConfig(AppConfig):
    """事業効果."""

    name = "yakuba.effects"
    label = "effects"
    verbose_name = "事業効果"
    default_auto_field = "django.db.models.BigAutoField"
