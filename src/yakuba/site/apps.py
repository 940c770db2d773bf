"""Django application of the site."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """サイト."""

    name = "yakuba.site"
    label = "site"
    verbose_name = "サイト"

    def ready(self) -> None:
        """Load the API, so that every scope that a token can hold is known."""
        import yakuba.site.api  # noqa: F401 - its operations register their scopes
