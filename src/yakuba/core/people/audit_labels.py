"""What the audit log calls the acts of this part."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "people.code-issued": "再設定コードを発行した",
    "people.code-refused": "再設定コードが合わなかった",
    "people.password-changed": "パスワードを変えた",
    "people.password-reset": "再設定コードでパスワードを設定した",
    "people.second-factor": "二段階認証を変えた",
    "people.second-factor-removed": "二段階認証を外した",
    "people.session-ended": "ログインの状態を終えた",
    "people.sessions-ended": "ほかの端末のログインを終えた",
    "people.sign-in-failed": "ログインに失敗した",
    "people.sign-in-refused": "ログインを断った",
    "people.signed-in": "ログインした",
    "people.signed-out": "ログアウトした",
    "people.signed-out-by-admin": "職員のログインを終わらせた",
    "people.sso-tied": "共通認証と職員を結び付けた",
    "people.unlocked": "ログインの制限を解いた",
    "protected.ended": "支援措置を終えた",
    "protected.list-viewed": "支援措置の一覧を見た",
    "protected.officer-named": "支援措置の担当者を指定した",
    "protected.officer-removed": "支援措置の担当者を外した",
    "protected.registered": "支援措置を登録した",
    "protected.released": "支援措置の対象を出力した",
    "protected.viewed": "支援措置の対象を見た",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
