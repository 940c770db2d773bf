"""What ``make mutants`` asks of pytest: cheapest tests first, an end to each, no smaller examples.

The file named by MUTANTS_TIMES holds seconds by test; when it is missing, this run measures them.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

# The same examples in every run; a slow machine is no fault.
settings.register_profile(
    "mutants",
    phases=[Phase.explicit, Phase.generate],
    database=None,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")
TIMES = Path(os.environ["MUTANTS_TIMES"])
KNOWN: dict[str, float] = json.loads(TIMES.read_text("utf-8")) if TIMES.exists() else {}
_measured: dict[str, float] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Cheapest first, so that most faults are noticed before the expensive tests start."""
    items.sort(key=lambda item: KNOWN.get(item.nodeid, 0.0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Ends the process by SIGPROF when a test needs far more processor time than without a fault.

    Processor time, so that a busy machine makes no fault look noticed; a signal, because it ends a loop in
    compiled code too.
    """
    if item.nodeid in KNOWN:
        signal.setitimer(signal.ITIMER_PROF, 4 + 8 * KNOWN[item.nodeid])
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Adds up set-up, call and tear-down of a test."""
    _measured[report.nodeid] = _measured.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish(exitstatus: int) -> None:
    """Keeps what was measured, once, when all tests passed."""
    if not KNOWN and exitstatus == 0:
        TIMES.write_text(json.dumps(_measured, ensure_ascii=False), "utf-8")
