"""Start Django for a command that needs the database (pure commands never call this)."""

from __future__ import annotations

import os


def start_django() -> None:
    """Configure Django once; later calls do nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.site.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
