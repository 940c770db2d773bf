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
        from yakuba.core.audit.labels import action_label, register_action
        from yakuba.effects.labels import register_task
        from yakuba.site.events import LABELS, TASKS
        from yakuba.site.resident import offer_all

        offer_all()

        for action, label in LABELS.items():
            if action_label(action) == action:  # what a package named itself stays
                register_action(action, label)
        for task, label in TASKS.items():
            register_task(task, label)
