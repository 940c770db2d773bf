"""Every measured task has a Japanese name on the page of effects."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

from yakuba.effects.labels import task_label

TASK = re.compile(r'(?:data-effects-task="|\{% block task %\})([a-z_]+\.[a-z_]+)')


def measured_tasks() -> set[str]:
    folders = {
        Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith("yakuba")
    }
    texts = (page.read_text("utf-8") for folder in folders for page in folder.rglob("*.html"))
    return {task for text in texts for task in TASK.findall(text)}


def test_no_task_is_shown_by_its_internal_name() -> None:
    tasks = measured_tasks()
    assert {"nursery.import", "nursery.review", "nursery.score", "nursery.ties"} <= tasks
    assert [task for task in sorted(tasks) if task_label(task).isascii()] == []
