"""Observations (特例・状態の記録) as the child's page shows them, with what each changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.domain.observed import Moved, codes_of
from yakuba.handbook.domain.outlook import CONTRAINDICATED
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.models import RegisteredChild, RegisteredObservation
from yakuba.handbook.register import observations as kinds
from yakuba.handbook.words import STATUSES, vaccine_title


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One observation; ``effects``: what it changes for the child today."""

    observation: RegisteredObservation
    title: str
    day_label: str  # 「事由がなくなった日」
    day: str
    effects: tuple[str, ...]
    sources: tuple[str, ...]


def observation_rows(
    child: RegisteredChild, moved: Sequence[Moved], book: Rulebook
) -> tuple[list[ObservationRow], list[ObservationRow]]:
    """Those that stand, oldest first, and those that were taken back, newest first."""
    rows = list(child.observations.select_related("recorded_by", "taken_back_by"))
    known = codes_of(book)
    standing = [_row(one, moved, book, known) for one in rows if one.taken_back_at is None]
    back = sorted(
        (one for one in rows if one.taken_back_at), key=lambda one: str(one.taken_back_at), reverse=True
    )
    return standing, [_row(one, [], book, known) for one in back]


def _row(
    one: RegisteredObservation, moved: Sequence[Moved], book: Rulebook, known: Sequence[str]
) -> ObservationRow:
    kind = kinds.builtin().of(one.code, book)
    own = [change for change in moved if change.code == one.code]
    effects = tuple(moved_text(change, book) for change in own)
    if not effects:
        unused = one.code not in known
        effects = ("適用中の規則では使いません。" if unused else "いまの接種の期間は変わりません。",)
    day = written(one.on, weekday=False) if one.on else ""
    sources = tuple(dict.fromkeys(name for change in own for name in change.source)) or kind.source
    return ObservationRow(one, kind.title, kind.date_label, day, effects, sources)


def moved_text(one: Moved, book: Rulebook) -> str:
    """「B型肝炎の期限 令和8年…→令和10年…」, 「ロタウイルス感染症は対象外」."""
    title = vaccine_title(book, one.vaccine)
    if one.after.status == CONTRAINDICATED:
        return f"{title}は定期接種の対象外"
    if one.before.legal_until != one.after.legal_until:
        return f"{title}の期限　{_until(one.before.legal_until)} → {_until(one.after.legal_until)}"
    return f"{title}　{STATUSES[one.before.status]} → {STATUSES[one.after.status]}"


def _until(day: date | None) -> str:
    return written(day, weekday=False) if day else "期限なし"
