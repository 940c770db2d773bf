"""Every act that the code records has a name that people read."""

from __future__ import annotations

import re
from pathlib import Path

import yakuba
from yakuba.core.audit.labels import action_label

ACTION = re.compile(r'record\(\s*"([a-z._-]+)"')


def test_every_recorded_act_has_a_japanese_name() -> None:
    sources = Path(yakuba.__file__).parent.rglob("*.py")
    actions = {action for path in sources for action in ACTION.findall(path.read_text(encoding="utf-8"))}
    assert len(actions) > 30
    assert sorted(action for action in actions if action_label(action) == action) == []
