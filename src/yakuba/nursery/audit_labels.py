"""What the audit log calls the acts of this package."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "nursery.ledger.import": "申込台帳を取り込んだ",
    "nursery.allocation.request": "割当を依頼した",
    "nursery.allocation.finish": "割当を計算した",
    "nursery.allocation.export": "割当の結果を書き出した",
    "nursery.allocation.approved": "割当の結果を承認した",
    "nursery.child.view": "児童の結果を見た",
    "nursery.child.print": "児童の結果を印刷した",
    "nursery.family.publish": "結果を家庭に公開した",
    "nursery.family.revoke": "家庭への公開を取り消した",
    "nursery.family.revoke-one": "1世帯への公開を取り消した",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
