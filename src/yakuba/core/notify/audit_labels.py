"""What the audit page calls the acts of this part."""

from __future__ import annotations

from yakuba.core.audit.labels import register_action

LABELS = {
    "notify.retry": "通知をもう一度送ることにした",
    "notify.settle": "届いたか分からない通知を、届いたものとした",
    "notify.cancel": "通知を取り消した",
    "notify.export": "通知の一覧を書き出した",
    "notify.print": "通知の手紙を印刷用にまとめた",
    "notify.hold-letter": "通知の手紙を保留にした",
}


def register() -> None:
    """Tell the audit page."""
    for action, label in LABELS.items():
        register_action(action, label)
