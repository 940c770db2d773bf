"""What the audit log calls the acts of this package."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "handbook.register.check": "台帳のファイルを受け付けた",
    "handbook.register.import": "台帳を取り込んだ",
    "handbook.register.undo": "台帳の取込みを元に戻した",
    "handbook.register.export": "対象の子どもの一覧を書き出した",
    "handbook.child.view": "子どもの画面を見た",
    "handbook.dose.record": "接種を記録した",
    "handbook.dose.correct": "接種の記録を直した",
    "handbook.dose.take_back": "接種の記録を取り消した",
    "handbook.dose.restore": "取り消した接種の記録を元に戻した",
    "handbook.observation.record": "特例・状態を記録した",
    "handbook.observation.take_back": "特例・状態の記録を取り消した",
    "handbook.observation.restore": "取り消した特例・状態の記録を元に戻した",
    "handbook.birth.link": "妊娠届を生まれた子に引き継いだ",
    "handbook.birth.undo": "妊娠届の引継ぎを取り消した",
    "handbook.task.close": "職員の確認を終えた",
    "handbook.task.reopen": "職員の確認を確認待ちに戻した",
    "handbook.code.issue": "登録コードを発行した",
    "handbook.code.reissue": "登録コードを発行し直した",
    "handbook.code.revoke": "登録コードを失効させた",
    "handbook.letters.request": "登録コードの通知を依頼した",
    "handbook.letters.finish": "登録コードの通知を作った",
    "handbook.letters.export": "登録コードの通知を書き出した",
    "handbook.letters.print": "登録コードの通知を1通印刷した",
    "handbook.outlook.request": "接種状況の計算を依頼した",
    "handbook.outlook.finish": "接種状況を計算した",
    "handbook.outlook.export": "接種状況の一覧を書き出した",
    "handbook.rulebook.install": "規則の版を登録した",
    "handbook.rulebook.sign": "規則の確認を記録した",
    "handbook.rulebook.unsign": "規則の確認を取り下げた",
    "handbook.rulebook.activate": "規則を適用した",
    "handbook.rulebook.report": "規則の変更の影響を計算した",
    "handbook.voucher.request": "予診票の作成を依頼した",
    "handbook.voucher.make": "予診票を作った",
    "handbook.voucher.export": "予診票を書き出した",
    "handbook.voucher.undo": "予診票の作成を取り消した",
    "handbook.voucher.sent": "予診票を発送済みにした",
    "handbook.voucher.print": "予診票を1枚印刷した",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
