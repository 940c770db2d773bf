"""``make check``: every quality gate that is not a test; one line each, with output only for failures."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent  # not resolved: the environment's own programmes
FOLDERS = [name for name in ("src", "tests", "tools", "benchmarks") if (ROOT / name).is_dir()]

GATES: tuple[tuple[str, list[str]], ...] = (
    ("lint", [str(BIN / "ruff"), "check", "--quiet", *FOLDERS]),
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", *FOLDERS]),
    ("types", [str(BIN / "mypy"), "--no-error-summary"]),
    ("rooms and doors", [str(BIN / "lint-imports"), "--no-cache"]),
    ("files and words", [sys.executable, "tools/check_files.py"]),
    ("settings", [sys.executable, "tools/check_settings.py"]),
    ("production lock", [sys.executable, "tools/base_lock.py", "--check"]),
    ("migrations", [sys.executable, "tools/check_migrations.py"]),
)


def main() -> int:
    """Run every gate; 1 when any failed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    failed = []
    for name, command in GATES:
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        seconds = time.monotonic() - started
        print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout.rstrip(), flush=True)
    if failed:
        print(f"check: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
