"""The rule book in force at the office, parsed once a content; without an activated one the shipped book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from yakuba.handbook.domain.evaluate import for_mothers
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.rules import Rulebook, SignOff
from yakuba.handbook.domain.vouchers import Overlay
from yakuba.handbook.models import RulebookVersion
from yakuba.handbook.rulebooks.load import builtin, parse
from yakuba.handbook.rulebooks.overlay import parse_overlay

CALENDAR = JapaneseCalendar()


@dataclass(frozen=True, slots=True)
class Active:
    """What the office works with. ``version`` is None for the shipped, unsigned book."""

    book: Rulebook
    overlay: Overlay | None
    version: RulebookVersion | None

    @property
    def title(self) -> str:
        """「jp 2026-11-draft1」."""
        return f"{self.book.name} {self.book.version}"

    def sign_off(self) -> SignOff | None:
        """Who confirmed it: the sign-off on the page, else the one in the file."""
        return sign_off_of(self.version, self.book)


def sign_off_of(version: RulebookVersion | None, book: Rulebook) -> SignOff | None:
    """The sign-off of a version."""
    if version is not None and version.signed_on is not None:
        return SignOff(version.signed_name, version.signed_on)
    return book.signed_off


@lru_cache(maxsize=8)
def _parsed(content: str) -> Rulebook:
    return parse("規則", content.encode())


@lru_cache(maxsize=8)
def _overlaid(overlay: str, content: str) -> Overlay:
    return parse_overlay("自治体の定め", overlay.encode(), _parsed(content))


def book_of(version: RulebookVersion) -> Rulebook:
    """The rule book of a version."""
    return _parsed(version.content)


def overlay_of(version: RulebookVersion) -> Overlay | None:
    """The municipality's own rules that came with a version."""
    return _overlaid(version.overlay, version.content) if version.overlay else None


def active_version() -> RulebookVersion | None:
    """The version that was activated last."""
    return (
        RulebookVersion.objects.filter(activated_at__isnull=False, retired_at=None)
        .order_by("-activated_at", "-pk")
        .first()
    )


def active() -> Active:
    """What the office works with now."""
    version = active_version()
    if version is None:
        return Active(builtin("jp"), None, None)
    return Active(book_of(version), overlay_of(version), version)


def reminders_allowed(on: date) -> tuple[bool, str]:
    """Whether reminders may be sent on a day, and if not, why (Japanese).

    They may only rest on an activated rule book that a responsible nurse confirmed and that has not expired.
    """
    version = active_version()
    if version is None:
        return False, "適用された規則がありません。規則の版を登録し、確認と承認を受けてください。"
    signed = sign_off_of(version, book_of(version))
    if signed is None:
        return False, "責任者が確認していない規則です。「規則」の画面で確認を記録してください。"
    if not signed.holds_on(on):
        return False, f"規則の確認（{signed.name}、{signed.day}）は4月1日で切れました。確認し直してください。"
    return True, ""


def mothers_vaccines() -> frozenset[str]:
    """Codes of vaccines that a mother is given for her child (母子免疫), in the book in force."""
    book = active().book
    return frozenset(code for code in book.vaccines if for_mothers(book, code))
