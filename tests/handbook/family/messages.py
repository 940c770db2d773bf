"""Every text of the families' pages that goes through gettext, read from the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HANDBOOK = Path(__file__).resolve().parents[3] / "src/yakuba/handbook"
IN_TEMPLATES = re.compile(r'\{% (?:say|said|translate|trans) "([^"]+)"')
CALLS = ("gettext", "gettext_lazy")


def in_templates(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob("*.html"):
        found |= set(IN_TEMPLATES.findall(path.read_text("utf-8")))
    return found


def in_code(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in CALLS:
                continue
            if isinstance(node.args[0], ast.Constant):  # a text of the source, not one of its tables
                found.add(str(node.args[0].value))
    return found


def used_anywhere() -> set[str]:
    """Texts of the whole package: neighbours of these pages may keep theirs in the same catalogues."""
    return in_templates(HANDBOOK / "templates") | in_code(HANDBOOK)


def used() -> set[str]:
    return in_templates(HANDBOOK / "templates/handbook/family") | in_code(HANDBOOK / "family")
