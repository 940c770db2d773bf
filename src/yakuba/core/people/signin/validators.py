"""The password rules as a Django validator."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from yakuba.core.people.domain.likely import likely_passwords
from yakuba.core.people.domain.passwords import MAX_LENGTH, MIN_LENGTH, faults


@cache
def common_passwords() -> frozenset[str]:
    """The 20,000 most common passwords that Django ships, and the likely long ones that we make."""
    return likely_passwords() | CommonPasswordValidator().passwords


class PasswordRulesValidator:
    """Refuses short, well-known and guessable passwords."""

    def validate(self, password: str, user: Any = None) -> None:
        """``ValidationError`` with one sentence a fault."""
        words = [settings.YAKUBA_CITY]
        if user is not None:
            words += [user.username, *user.name.split(), *user.kana.split()]
            if user.pk:
                words += user.assignments.values_list("department__name", flat=True)
        found = faults(password, common=common_passwords(), words=words)
        if found:
            raise ValidationError(found)

    def get_help_text(self) -> str:
        """The rules, for the form."""
        return (
            f"{MIN_LENGTH}文字以上{MAX_LENGTH}文字以内。文字の種類の決まりはありません。"
            "職員番号、氏名、自治体名に少し足しただけのもの、よく使われているものは使えません。"
        )
