"""What the audit page calls each action. A package adds its own from ``AppConfig.ready``."""

from __future__ import annotations

_labels: dict[str, str] = {}


def register_action(action: str, label: str) -> None:
    """Name an action in Japanese, for example ``register_action("job.enqueue", "処理を受け付けた")``."""
    _labels[action] = label


def action_label(action: str) -> str:
    """The action's Japanese name, or the action itself when nobody named it."""
    return _labels.get(action, action)


def all_actions() -> tuple[tuple[str, str], ...]:
    """Every named action with its name, in order of action."""
    return tuple(sorted(_labels.items()))


register_action("access.refused", "要求を断った")
register_action("audit.verify", "監査の記録を検証した")
register_action("audit.seal", "監査の記録を封印した")
register_action("audit.export", "監査の記録を書き出した")
register_action("files.download", "ファイルを受け取った")
register_action("backup.create", "バックアップを作成した")
