"""Take back what was done to a round by mistake: an adoption, or the round itself. Both can be done again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.nursery.models import LetterBatch, Publication, PublicationRun, SelectionRound
from yakuba.nursery.services import vacancies
from yakuba.nursery.services.rounds import RoundError


def why_fixed(selection: SelectionRound) -> str:
    """Why nothing may be taken back any more, as a sentence; empty when it may.

    Families rely on a result from the moment that letters are made or their pages are open, and so does
    the next round.
    """
    if selection.later_rounds.exists():
        return "次の選考が始まっているため、取り消せません。"
    if selection.adopted_id is None:
        return ""
    if LetterBatch.objects.filter(allocation=selection.adopted_id).exists():
        return "この結果の通知を作成したため、取り消せません。"
    if Publication.objects.filter(allocation=selection.adopted_id).exists():
        return "この結果を家庭に公開したため、取り消せません。"
    if PublicationRun.objects.filter(allocation=selection.adopted_id, job__state__in=ACTIVE_STATES).exists():
        return "この結果を家庭に公開しているところのため、取り消せません。"
    return ""


def withdraw_adoption(selection: SelectionRound, *, by: Any) -> None:
    """The round has no result again; the run and its approval stay. ``RoundError`` once families know."""
    with transaction.atomic():
        locked = SelectionRound.objects.select_for_update().get(pk=selection.pk)
        if locked.adopted_id is None:
            raise RoundError("採用した結果はありません。")
        _refuse(locked)
        before = locked.adopted_id
        vacancies.withdraw(locked, by=by)
        locked.adopted = None
        locked.save(update_fields=["adopted"])
        _record("nursery.round.adoption_withdraw", locked, by, {"allocation": before})
    selection.refresh_from_db()


def set_aside(selection: SelectionRound, *, by: Any) -> None:
    """The round was a mistake: it waits for nobody and takes nothing more.

    ``RoundError`` once families know.
    """
    with transaction.atomic():
        locked = SelectionRound.objects.select_for_update().get(pk=selection.pk)
        _refuse(locked)
        if locked.closed_at is None:
            locked.closed_at = timezone.now()
            locked.save(update_fields=["closed_at"])
            _record("nursery.round.set_aside", locked, by, {})
    selection.refresh_from_db()


def take_up(selection: SelectionRound, *, by: Any) -> None:
    """A round that was set aside goes on where it stood."""
    with transaction.atomic():
        locked = SelectionRound.objects.select_for_update().get(pk=selection.pk)
        if locked.closed_at is not None:
            locked.closed_at = None
            locked.save(update_fields=["closed_at"])
            _record("nursery.round.take_up", locked, by, {})
    selection.refresh_from_db()


def _refuse(selection: SelectionRound) -> None:
    reason = why_fixed(selection)
    if reason:
        raise RoundError(reason)


def _record(action: str, selection: SelectionRound, by: Any, detail: dict[str, Any]) -> None:
    record(action, actor=by, target=f"nursery.round:{selection.pk}", detail=detail)
