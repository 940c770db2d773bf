"""Which sheets an officer may see (支援措置の対象者は、指名された職員だけが見られる).

A protected sheet is named by its batch and its number in it, for example ``12-3``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from yakuba.core.people import protected
from yakuba.core.people.models import ProtectedAccess, ProtectedPerson
from yakuba.ocr.models import Batch, Page

SUBJECT = "ocr.page"
DOCUMENT = "ocr.document"
OUTPUT = "ocr.export"


def register() -> None:
    """Say what can be protected here, and what of it can leave by a release."""
    protected.register_kind(SUBJECT, "AI-OCR の用紙（束の番号-用紙の番号、例：12-3）")
    protected.register_kind(DOCUMENT, "AI-OCR の文書（文書の番号、例：12）")
    protected.register_output(OUTPUT, "AI-OCR の結果の書き出し")


def subject_of(page: Page) -> str:
    """How the sheet is named on the page of protected persons."""
    return f"{page.batch_id}-{page.number}"


def protected_numbers(batch: Batch) -> set[int]:
    """The numbers of the batch's protected sheets."""
    return _numbers(batch, ProtectedPerson.objects.filter(subject_kind=SUBJECT, ended_at=None))


def _numbers(batch: Batch, rows: Any) -> set[int]:
    found = set()
    for subject in rows.values_list("subject_id", flat=True):
        of_batch, _, number = subject.partition("-")
        if of_batch == str(batch.pk) and number.isascii() and number.isdigit():
            found.add(int(number))
    return found


def hidden_numbers(batch: Batch, user: Any) -> set[int]:
    """The numbers of the batch's protected sheets that the user is not named for."""
    guarded = protected_numbers(batch)
    if not guarded or not getattr(user, "is_active", False):
        return guarded
    mine = ProtectedAccess.objects.filter(
        user=user, ended_at=None, protected__subject_kind=SUBJECT, protected__ended_at=None
    )
    named = ProtectedPerson.objects.filter(pk__in=mine.values("protected_id"))
    return guarded - _numbers(batch, named)


def is_hidden(page: Page, user: Any) -> bool:
    """Whether the sheet is protected and the user is not named for it."""
    return page.number in hidden_numbers(page.batch, user)


def hidden_documents(user: Any) -> set[int]:
    """The numbers of the protected free documents that the user is not named for."""
    guarded = _documents(ProtectedPerson.objects.filter(subject_kind=DOCUMENT, ended_at=None))
    if not guarded or not getattr(user, "is_active", False):
        return guarded
    mine = ProtectedAccess.objects.filter(
        user=user, ended_at=None, protected__subject_kind=DOCUMENT, protected__ended_at=None
    )
    return guarded - _documents(ProtectedPerson.objects.filter(pk__in=mine.values("protected_id")))


def _documents(rows: Any) -> set[int]:
    subjects = rows.values_list("subject_id", flat=True)
    return {int(one) for one in subjects if one.isascii() and one.isdigit() and len(one) < 19}


def note_view(user: Any, pages: Iterable[Page]) -> None:
    """Put on record that the person was shown these sheets, as far as they are protected."""
    subjects = {subject_of(page) for page in pages}
    if subjects:
        protected.visible(user, SUBJECT, subjects)
