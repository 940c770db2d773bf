"""What the audit log calls the acts of this package."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "nursery.ledger.import": "申込台帳を取り込んだ",
    "nursery.allocation.request": "割当を依頼した",
    "nursery.allocation.finish": "割当を計算した",
    "nursery.allocation.export": "割当の結果を書き出した",
    "nursery.allocation.approved": "割当の結果を承認した",
    "nursery.scenario.request": "試算を依頼した",
    "nursery.scenario.finish": "試算を計算した",
    "nursery.scenario.export": "試算の結果を書き出した",
    "nursery.pin.request": "児童の固定を依頼した",
    "nursery.pin.approved": "児童の固定を承認した",
    "nursery.pin.remove": "児童の固定を解除した",
    "nursery.comparison.make": "手作業の結果と照合した",
    "nursery.comparison.export": "照合の結果を書き出した",
    "nursery.child.view": "児童の結果を見た",
    "nursery.child.print": "児童の結果を印刷した",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
