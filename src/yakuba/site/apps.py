"""Django application of the site."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """サイト."""

    name = "yakuba.site"
    label = "site"
    verbose_name = "サイト"
