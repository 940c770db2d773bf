"""Every setting is documented: the table, docs/settings.md and the code name the same variables."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from yakuba.site.environment import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"\bYAKUBA_[A-Z_]+[A-Z]\b")


def main() -> int:
    """Print each variable that is missing somewhere; 1 when there is one."""
    listed = {entry.name for entry in SETTINGS}
    found = []
    page = ROOT / "docs" / "settings.md"
    documented = set(NAME.findall(page.read_text(encoding="utf-8"))) if page.exists() else set()
    found += [f"{name} is not in docs/settings.md" for name in sorted(listed - documented)]
    found += [f"docs/settings.md names {name}, which is no setting" for name in sorted(documented - listed)]
    for path in sorted((ROOT / "src").rglob("*.py")):
        for name in sorted(set(re.findall(r"[\"'](YAKUBA_[A-Z_]+)[\"']", path.read_text("utf-8"))) - listed):
            found.append(f"{path.relative_to(ROOT)} reads {name}, which is not in the table of settings")
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
