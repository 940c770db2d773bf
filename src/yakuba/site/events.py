"""最近のできごと: audit lines in words. Labels and counts only; an audit line holds no personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yakuba.core.audit.labels import action_label
from yakuba.core.audit.models import AuditEntry

LABELS: dict[str, str] = {
    "approval.approved": "承認",
    "approval.refused": "承認を見送り",
    "approval.requested": "承認を依頼",
    "approval.withdrawn": "承認の依頼を取下げ",
    "audit.export": "監査の記録を書出し",
    "audit.verify": "監査の記録を照合",
    "backup.create": "バックアップを作成",
    "backup.restore": "バックアップから復元",
    "border.certify": "自動処理の認定を計算",
    "demo.load": "見本の区を読込み",
    "effects.import": "作業時間を取込み",
    "jobs.cancel": "処理を中止",
    "jobs.done": "処理が完了",
    "jobs.enqueue": "処理を受付",
    "jobs.failed": "処理が失敗",
    "jobs.retry": "処理をやり直し",
    "people.added": "職員を登録",
    "people.assigned": "配属を登録",
    "people.department-saved": "課を登録",
    "people.deputy-ended": "代決を終了",
    "people.deputy-named": "代決者を指定",
    "people.disabled": "職員の利用を停止",
    "people.enabled": "職員の利用を再開",
    "people.imported": "職員の一覧を取込み",
    "people.transfer-confirmed": "人事異動を確定",
    "people.transfer-undone": "人事異動を取消し",
    "retention.applied": "保存期間の過ぎたものを削除",
    "tokens.account.add": "APIの利用者を登録",
    "tokens.add": "APIのトークンを発行",
    "tokens.revoke": "APIのトークンを取消し",
}
AREAS: dict[str, str] = {
    "ai_log": "AIの利用記録",
    "approval": "承認", "audit": "監査の記録", "backup": "バックアップ", "border": "AIと職員の境目",
    "effects": "事業効果",
    "handbook": "母子手帳・予防接種",
    "files": "ファイル", "jobs": "処理", "models": "AIモデル", "nursery": "保育所利用調整",
    "ocr": "AI-OCR", "people": "職員", "tokens": "API",
}  # fmt: skip
TASKS: dict[str, str] = {  # measured tasks, as the page of effects calls them
    "handbook.letters": "登録コードの通知の作成",
    "handbook.register": "住民記録・予防接種台帳の取込み",
    "handbook.rulebook": "予防接種の規則の確認",
    "handbook.task": "接種の記録の確認",
    "handbook.voucher": "予診票の発送の準備",
    "nursery.explain": "児童ごとの理由の確認",
    "nursery.import": "申込情報・台帳の取込み",
    "nursery.later": "次の選考の準備",
    "nursery.letters": "通知の作成",
    "nursery.review": "結果の確認",
    "nursery.score": "採点の確認",
    "nursery.ties": "同点の確認",
    "nursery.withdrawals": "辞退・取下げの記録",
    "ocr.design": "帳票の設計と試験",
    "ocr.intake": "スキャンの受付",
    "ocr.sort": "仕分けと読めないページの対応",
    "ocr.check": "帳票の欄の確認",
    "ocr.free": "帳票以外の文書の読取り",
}
WAITING = frozenset({"approval.requested"})
# Not news for the first page, or not for everybody's eyes.
QUIET = (
    "access.", "files.", "handbook.child.", "handbook.dose.", "handbook.observation.",
    "jobs.lock", "jobs.nudge", "nursery.child.", "ocr.check.", "ocr.document.",
    "ocr.number.", "ocr.page.", "people.code", "people.factor",
    "people.password", "people.second", "people.session", "people.sign", "people.sso", "people.unlocked",
    "protected.",
)  # fmt: skip


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
    named = action_label(action)
    if named != action:
        return named
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
        if found and found[-1].text == describe(line.action):
            continue  # the same act again: the newest stands for all
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
