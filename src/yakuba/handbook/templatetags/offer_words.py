"""What an offer is called, in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from yakuba.core.ui.readings import ruby
from yakuba.handbook.bookings.frame import words_of
from yakuba.handbook.models import ServiceOffer

register = template.Library()


@register.filter
def offer_title(offer: ServiceOffer) -> SafeString:
    """The title, with readings where the reader's language has them."""
    return ruby(words_of(offer)["title"])
