"""No file over 500 lines, and nothing in the repository that names one machine or one package host."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 500
SIZED = {".py", ".html", ".js", ".css", ".sh"}
SIZED_UNDER = ("src/", "tests/", "tools/", "benchmarks/")
VENDORED = ("/vendor/", "/migrations/")
TEXT = {*SIZED, ".md", ".toml", ".txt", ".in", ".yaml", ".yml", ".csv", ".cfg", ".po", ".svg", ".json", ""}
# Written in pieces, so that this file does not find itself.
FORBIDDEN = (
    (
        re.compile(r"(?<![\w.<])/(?:wo" r"rk|ro" r"ot|home|opt/wheels|opt/py" r"pi)/[\w.-]+"),
        "a path of one machine",
    ),
    (re.compile(r"py" r"pi\.org|python" r"hosted\.org|npm" r"js\.org"), "a package host"),
)


def tracked() -> list[str]:
    """Files under version control, or every file when there is none (an unpacked archive)."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    return [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and ".venv" not in path.parts
    ]


def problems(name: str, text: str) -> list[str]:
    """What is wrong with one file, each with its line."""
    found = []
    lines = text.splitlines()
    sized = Path(name).suffix in SIZED and name.startswith(SIZED_UNDER)
    if sized and len(lines) > MOST_LINES and not any(part in name for part in VENDORED):
        found.append(f"{name}: {len(lines)} lines, at most {MOST_LINES}: split it by concept")
    for number, line in enumerate(lines, 1):
        for pattern, meaning in FORBIDDEN:
            hit = pattern.search(line)
            if hit:
                found.append(f"{name}:{number}: {meaning}: {hit.group(0)}")
    return found


def main() -> int:
    """Print every problem; 1 when there is one."""
    found = []
    for name in tracked():
        if Path(name).suffix in TEXT:
            found += problems(name, (ROOT / name).read_text(encoding="utf-8", errors="replace"))
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
