"""What the audit log calls the acts on forms and batches."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

ACTIONS = {
    "ocr.form.create": "帳票の版を作った",
    "ocr.form.import": "帳票の版を取り込んだ",
    "ocr.form.export": "帳票の版を書き出した",
    "ocr.form.design": "帳票の版を設計した",
    "ocr.form.copy": "帳票の版を写した",
    "ocr.form.discard": "帳票の版の下書きを破棄した",
    "ocr.form.retire": "帳票の版の使用を終えた",
    "ocr.form.activate": "帳票の版の使用を始めた",
    "ocr.test.add": "読取りの試験の見本を入れた",
    "ocr.test.read": "読取りの試験をした",
    "ocr.test.mark": "読取りの試験の正誤を記録した",
    "ocr.test.clear": "読取りの試験の見本を消した",
    "ocr.batch.create": "束を受け付けた",
    "ocr.batch.read": "束を読み取った",
    "ocr.batch.delete": "束を削除した",
    "ocr.batch.resume": "束の読取りを続けた",
    "ocr.page.sort": "ページの様式を職員が選んだ",
    "ocr.page.rescan": "ページを差し替えた",
    "ocr.page.remove": "ページを束から除いた",
    "ocr.page.again": "ページを読み直した",
    "ocr.page.view": "ページを見た",
    "ocr.page.reveal": "隠した個人番号をページの画像で見た",
    "ocr.document.create": "文書を受け付けた",
    "ocr.document.read": "文書を読み取った",
    "ocr.document.resume": "文書の読取りを続けた",
    "ocr.document.view": "文書を見た",
    "ocr.document.reveal": "隠した個人番号を文書で見た",
    "ocr.document.correct": "文書の行を直した",
    "ocr.document.undo": "文書の行の訂正を戻した",
    "ocr.document.export": "文書の文字を書き出した",
    "ocr.document.delete": "文書を削除した",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in ACTIONS.items():
        register_action(action, label)
