"""最近のできごと: audit lines in words. Labels and counts only; an audit line holds no personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yakuba.core.audit.models import AuditEntry

LABELS: dict[str, str] = {
    "audit.verify": "監査の記録を照合",
    "backup.write": "バックアップを作成",
    "backup.restore": "バックアップから復元",
    "border.certify": "自動処理の認定を計算",
    "effects.import": "作業時間を取込み",
    "files.store": "ファイルを保存",
    "jobs.cancel": "処理を中止",
    "jobs.done": "処理が完了",
    "jobs.enqueue": "処理を受付",
    "jobs.failed": "処理が失敗",
    "nursery.allocate": "利用調整を計算",
    "nursery.export": "利用調整の結果を書出し",
    "nursery.import": "利用調整の台帳を取込み",
    "nursery.ledger.import": "利用調整の台帳を取込み",
    "nursery.view": "利用調整の説明を閲覧",
    "people.approval.approved": "承認",
    "people.approval.decide": "承認の判断",
    "people.approval.refused": "承認を見送り",
    "people.approval.request": "承認を依頼",
    "people.import": "職員の一覧を取込み",
    "people.login": "サインイン",
    "people.logout": "サインアウト",
    "people.transfer": "人事異動を登録",
    "tokens.account.add": "APIの利用者を登録",
    "tokens.add": "APIのトークンを発行",
    "tokens.revoke": "APIのトークンを取消し",
}
AREAS: dict[str, str] = {
    "audit": "監査の記録", "backup": "バックアップ", "border": "AIと職員の境目", "effects": "事業効果",
    "files": "ファイル", "jobs": "処理", "models": "AIモデル", "nursery": "保育所利用調整",
    "people": "職員", "tokens": "API",
}  # fmt: skip
WAITING = frozenset({"people.approval.request"})
QUIET = ("people.login", "people.logout", "people.signed")  # not news


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    at: datetime
    text: str
    area: str
    css: str


def describe(action: str) -> str:
    """The Japanese label of an audit action; its area when the action is not known here."""
    if action in LABELS:
        return LABELS[action]
    area = AREAS.get(action.partition(".")[0])
    return f"{area}の操作" if area else "操作"


def recent(areas: Iterable[str], *, everything: bool = False, limit: int = 6) -> list[Event]:
    """The latest events of the systems named, newest first; all areas for an admin."""
    lines = AuditEntry.objects.order_by("-sequence")
    wanted = set(areas)
    found: list[Event] = []
    for line in lines[: limit * 20]:
        area = line.action.partition(".")[0]
        if line.action.startswith(QUIET) or not (everything or area in wanted):
            continue
        found.append(
            Event(
                line.at,
                describe(line.action),
                AREAS.get(area, ""),
                "ask" if line.action in WAITING else "done",
            )
        )
        if len(found) == limit:
            break
    return found
