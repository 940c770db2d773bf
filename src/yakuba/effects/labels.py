"""What pages call the measured tasks. A system adds its own when the product starts."""

from __future__ import annotations

from yakuba.core.systems import all_systems

_tasks: dict[str, str] = {}


def register_task(task: str, label: str) -> None:
    """Name a task in Japanese, for example ``register_task("nursery.review", "結果の確認")``."""
    _tasks[task] = label


def task_label(task: str) -> str:
    """The task's name, or the part after the system when nobody named it."""
    return _tasks.get(task) or task.partition(".")[2] or task


def system_label(key: str) -> str:
    """The system's name as in the menu, or its key."""
    return next((system.name for system in all_systems() if system.key == key), key)
