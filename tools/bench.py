"""``make bench``: run every benchmarks/*/bench_*.py; each prints JSON lines. 1 when one fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run them one after another, so that none disturbs another's figures."""
    wanted = sys.argv[1:]
    failed = 0
    for script in sorted((ROOT / "benchmarks").glob("*/bench_*.py")):
        name = str(script.relative_to(ROOT))
        if wanted and not any(part in name for part in wanted):
            continue
        print(f"bench: {name}", file=sys.stderr, flush=True)
        failed += subprocess.run([sys.executable, str(script)], cwd=ROOT).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
