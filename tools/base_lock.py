"""Write requirements/base.txt (production) as the part of requirements/dev.txt that base.in needs.

One resolution serves both: production runs exactly the versions and hashes that the tests ran. A locked
package belongs to production when its ``# via`` comment names base.in or a package that belongs.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
HEADER = "# Derived from dev.txt by tools/base_lock.py; do not edit.\n"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?==(\S+)")


def canonical(name: str) -> str:
    """A package name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def blocks(text: str) -> dict[str, str]:
    """Each locked package's lines by canonical name, in the lock's order."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines(keepends=True):
        pin = PIN.match(line)
        if pin:
            current = found.setdefault(canonical(pin.group(1)), [])
        elif not line.startswith("    "):
            current = None
        if current is not None:
            current.append(line)
    return {name: "".join(lines) for name, lines in found.items()}


def parents(block: str) -> set[str]:
    """Who asked for the package: names of packages, or ``base.in`` / ``dev.in``."""
    comment = block.partition("# via")[2]
    names = [part.strip().lstrip("#").strip() for part in comment.splitlines()]
    return {name.removeprefix("-r ") if name.startswith("-r ") else canonical(name) for name in names if name}


def base_lock(dev_lock: str) -> str:
    """The production lock's text."""
    packages = blocks(dev_lock)
    asked_by = {name: parents(block) for name, block in packages.items()}
    kept = {name for name, by in asked_by.items() if "base.in" in by}
    while True:
        more = {name for name, by in asked_by.items() if name not in kept and by & kept}
        if not more:
            break
        kept |= more
    return HEADER + "".join(block for name, block in packages.items() if name in kept)


def main() -> int:
    """Write the file, or with ``--check`` say whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    target = REQUIREMENTS / "base.txt"
    text = base_lock((REQUIREMENTS / "dev.txt").read_text(encoding="utf-8"))
    if not arguments.check:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return 0
    print(
        f"{target.name} is not the production part of dev.txt: run python tools/base_lock.py", file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
