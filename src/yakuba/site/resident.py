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
    offer(
        ResidentService(
            url_name="handbook_family:entry",
            icon="handbook",
            name=gettext_lazy("Mother-and-child handbook"),
            text=gettext_lazy("Vaccinations, health checks and growth of your children."),
        )
    )
    offer(
        ResidentService(
            url_name="childcare:search",
            icon="baby",
            name=gettext_lazy("Childcare places and support"),
            text=gettext_lazy(
                "Find places for children, nursery vacancies and support by age, day and distance."
            ),
        )
    )
