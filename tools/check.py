"""``make check``: every quality gate that is not a test; one line each, with output only for failures.

Two gates at a time; the longest begins first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent  # not resolved: the environment's own programmes
FOLDERS = [name for name in ("src", "tests", "tools", "benchmarks") if (ROOT / name).is_dir()]

GATES: tuple[tuple[str, list[str]], ...] = (
    ("types", [str(BIN / "mypy"), "--no-error-summary"]),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", *FOLDERS]),
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", *FOLDERS]),
    ("rooms and doors", [str(BIN / "lint-imports"), "--no-cache"]),
    ("files and words", [sys.executable, "tools/check_files.py"]),
    ("settings", [sys.executable, "tools/check_settings.py"]),
    ("production lock", [sys.executable, "tools/base_lock.py", "--check"]),
    ("migrations", [sys.executable, "tools/check_migrations.py"]),
)


def run(gate: tuple[str, list[str]]) -> tuple[str, int, str, float]:
    """One gate: its name, its exit code, what it said, and its seconds."""
    name, command = gate
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return name, done.returncode, done.stdout, time.monotonic() - started


def main() -> int:
    """Run every gate; 1 when any failed."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, code, said, seconds in pool.map(run, GATES):
            print(f"{'FAILED' if code else 'ok    '} {name} ({seconds:.1f} s)", flush=True)
            if code:
                failed.append(name)
                print(said.rstrip(), flush=True)
    if failed:
        print(f"check: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
