"""What the audit log calls the acts of this package."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "border.policy": "判断の方針を変えた",
    "border.certify": "自動処理の認定を計算した",
    "border.certified": "自動処理を認定した",
    "border.suspended": "自動処理を止めた",
    "border.resumed": "自動処理を再開した",
    "border.recheck": "見直しの結果を記録した",
    "border.statement.request": "職員とAIの範囲の承認を依頼した",
    "border.statement.approved": "職員とAIの範囲を承認した",
    "border.export": "境目の記録を書き出した",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
