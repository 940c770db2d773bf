"""What the audit log calls the acts of checking and of what leaves."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "ocr.check.confirm": "欄の値を確定した",
    "ocr.check.illegible": "欄を読めないとした",
    "ocr.check.escalate": "欄を係長に回した",
    "ocr.check.bulk": "欄の値をまとめて確定した",
    "ocr.check.undo": "欄の確認を戻した",
    "ocr.number.view": "個人番号の欄を見た",
    "ocr.number.announce": "確定していない個人番号を消すことを予告した",
    "ocr.number.end": "確定していない個人番号を消した",
    "ocr.export": "読取りの結果を書き出した",
    "ocr.export.columns": "書き出しの列を決めた",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
