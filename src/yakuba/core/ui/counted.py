"""One of a thing, in English: the only one of the residents' languages that says it in another form."""

from __future__ import annotations

import re

from django.utils.translation import get_language

# Nouns that stand after a number in the catalogues. Catalogues here have no plural forms.
_ONE = re.compile(r"(?<![\d.,])1 (year|month|week|day|time|place|scheme|character)s\b")


def counted(text: str) -> str:
    """«1 years and 2 months» becomes «1 year and 2 months»; every other language stays as it is."""
    return _ONE.sub(r"1 \1", text) if get_language() == "en" else text
