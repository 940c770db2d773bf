"""The services on the residents' first page. Systems don't know the site, so they are named here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from yakuba.site.services import ResidentService, offer


def offer_all() -> None:
    """Put every service on the page, in order."""
    offer(
        ResidentService(
            url_name="family:entry",
            icon="nursery",
            name=gettext_lazy("Result of the nursery selection"),
            text=gettext_lazy("Read the result and its reasons with the code on your letter."),
        )
    )
