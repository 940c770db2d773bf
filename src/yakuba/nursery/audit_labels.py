"""What the audit log calls the acts of this package."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "nursery.ledger.import": "申込台帳を取り込んだ",
    "nursery.allocation.request": "割当を依頼した",
    "nursery.allocation.finish": "割当を計算した",
    "nursery.allocation.export": "割当の結果を書き出した",
    "nursery.allocation.approved": "割当の結果を承認した",
    "nursery.round.create": "選考を作成した",
    "nursery.round.rulebook": "選考の基準を選んだ",
    "nursery.round.adopt": "割当を選考の結果に採用した",
    "nursery.round.adoption_withdraw": "選考の結果の採用を取り消した",
    "nursery.round.set_aside": "選考を取りやめた",
    "nursery.round.take_up": "取りやめた選考を再開した",
    "nursery.applications.import": "申込情報を取り込んだ",
    "nursery.applications.export": "申込情報を書き出した",
    "nursery.rulebook.install": "利用調整基準を登録した",
    "nursery.rulebook.activate": "利用調整基準を適用した",
    "nursery.rulebook.export": "基準の変更点を書き出した",
    "nursery.scoring.request": "採点を依頼した",
    "nursery.scoring.finish": "採点した",
    "nursery.scoring.export": "採点の結果を書き出した",
    "nursery.scoring.view": "児童の採点の内訳を見た",
    "nursery.decision.make": "職員の判断を記録した",
    "nursery.decision.withdraw": "職員の判断を取り消した",
    "nursery.scenario.request": "試算を依頼した",
    "nursery.scenario.finish": "試算を計算した",
    "nursery.scenario.export": "試算の結果を書き出した",
    "nursery.pin.preview": "児童の固定の影響の計算を依頼した",
    "nursery.pin.request": "児童の固定を依頼した",
    "nursery.pin.approved": "児童の固定を承認した",
    "nursery.pin.remove": "児童の固定を解除した",
    "nursery.comparison.make": "手作業の結果と照合した",
    "nursery.comparison.export": "照合の結果を書き出した",
    "nursery.child.view": "児童の結果を見た",
    "nursery.child.print": "児童の結果を印刷した",
    "nursery.publication.export": "公表用の集計を書き出した",
    "nursery.round.later": "次の選考を始めた",
    "nursery.withdrawal.record": "辞退・取下げを記録した",
    "nursery.withdrawal.undo": "辞退・取下げの記録を取り消した",
    "nursery.family.request": "結果の家庭への公開を依頼した",
    "nursery.family.publish": "結果を家庭に公開した",
    "nursery.family.revoke": "家庭への公開を取り消した",
    "nursery.family.revoke-one": "1世帯への公開を取り消した",
    "nursery.letters.request": "通知の作成を依頼した",
    "nursery.letters.finish": "通知を作った",
    "nursery.letters.preview": "通知の見本を見た",
    "nursery.letters.export": "通知をまとめて書き出した",
    "nursery.letter.view": "1世帯の通知を見た",
    "nursery.letter.print": "1世帯の通知を印刷した",
    "nursery.code.issue": "閲覧コードを発行した",
    "nursery.code.reissue": "閲覧コードを再発行した",
    "nursery.code.revoke": "閲覧コードを失効させた",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
