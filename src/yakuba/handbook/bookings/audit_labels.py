"""What the audit log calls the acts of staff on bookings."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "handbook.booking.offer": "予約できるものを登録・変更した",
    "handbook.booking.offer_close": "予約の受付を終了した",
    "handbook.booking.open": "予約の枠を作成した",
    "handbook.booking.resource": "部屋・担当者を登録・変更した",
    "handbook.booking.capacity": "枠の定員を変更した",
    "handbook.booking.slot_cancel": "枠を取り消した",
    "handbook.booking.book": "窓口で予約を受け付けた",
    "handbook.booking.cancel": "窓口で予約を取り消した",
    "handbook.booking.mark": "来所の有無を記録した",
    "handbook.booking.wait": "窓口で空き待ちを受け付けた",
    "handbook.booking.export": "予約の一覧を書き出した",
    "handbook.booking.view": "枠の予約者を表示した",
}


def register() -> None:
    """Name them."""
    for action, label in ACTIONS.items():
        register_action(action, label)
