"""Django application of core.tokens."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """APIの利用者."""

    name = "yakuba.core.tokens"
    label = "tokens"
    verbose_name = "APIの利用者"
    default_auto_field = "django.db.models.BigAutoField"
