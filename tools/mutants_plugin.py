"""What ``make mutants`` asks of pytest: cheapest tests first, and no search for a smaller counterexample.

The file named by MUTANTS_TIMES holds seconds by test; when it is missing, this run measures them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

# The same examples in every run; a slow machine is no fault.
settings.register_profile(
    "mutants", phases=[Phase.explicit, Phase.generate], database=None, derandomize=True, deadline=None
)
settings.load_profile("mutants")
TIMES = Path(os.environ["MUTANTS_TIMES"])
_measured: dict[str, float] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Cheapest first, so that most faults are noticed before the expensive tests start."""
    if TIMES.exists():
        times: dict[str, float] = json.loads(TIMES.read_text("utf-8"))
        items.sort(key=lambda item: times.get(item.nodeid, 0.0))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Adds up set-up, call and tear-down of a test."""
    _measured[report.nodeid] = _measured.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish() -> None:
    """Keeps what was measured, once."""
    if not TIMES.exists():
        TIMES.write_text(json.dumps(_measured, ensure_ascii=False), "utf-8")
