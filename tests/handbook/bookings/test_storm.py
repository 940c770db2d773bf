"""A hundredth of the storm: processes that are killed and repeat themselves, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.workers
@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_doubled_when_processes_are_killed(database: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("YAKUBA_", "DJANGO_"))}
    done = subprocess.run(
        [
            sys.executable, "-m", "benchmarks.handbook.booking_storm", "--attempts", "1000", "--processes",
            "64", "--kills", "10", "--database", database,
        ],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["good"]
    assert found["attempts"] >= 1000
    assert found["kills"] > 0
    assert found["acknowledged"] > 100
