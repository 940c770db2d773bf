"""Every subject line there is. They stand on lock screens and in lists that others see.

A subject takes no parameters and a system can not bring its own: no name, no vaccine and no office can get
into one. What a subject leaves out stands in the text, behind the sign-in.
"""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """The catalogue; the values are message ids of gettext."""

    NOTICE = "A notice from the town hall"
    DATE_NEAR = "A date is coming up"
    DATE_CHANGED = "A date has changed"
    DATE_CANCELLED = "A date was cancelled"
    ANSWER_NEEDED = "Please have a look and answer"
    CODE = "Your confirmation code"
