"""A hundredth of the storm: senders under kill -9, nothing lost, nothing doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.core.notify_storm import PER_EVENT

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.workers
@pytest.mark.parametrize(
    ("database", "transport"), [("sqlite", "smtp"), ("postgresql", "smtp"), ("sqlite", "spool")]
)
def test_senders_that_are_killed_lose_and_double_nothing(database: str, transport: str) -> None:
    count = 402 if transport == "smtp" else 201
    command = ["--count", str(count), "--database", database, "--transport", transport, "--kills", "30"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.core.notify_storm", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["rows"] == found["sent"] == found["receipts"] == -(-count // PER_EVENT) * PER_EVENT
    assert found["kills"] >= 5
    assert found["lost"] == found["doubled"] == 0
    assert all(found[channel]["rows"] == found["rows"] / 3 for channel in ("in_app", "mail", "letter"))
