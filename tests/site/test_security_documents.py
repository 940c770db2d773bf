"""Documents of security say what the code does."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from yakuba.site.permissions_page import permissions_page

ROOT = Path(__file__).resolve().parents[2] / "docs/security"


def test_the_page_of_permissions_is_what_the_pages_declare() -> None:
    assert (ROOT / "permissions.md").read_text("utf-8") == permissions_page()


def test_every_limit_is_the_constant_that_it_names() -> None:
    rows = re.findall(r"\| (\d+) \| `([\w.]+)` \|", (ROOT / "limits.md").read_text("utf-8"))
    assert len(rows) > 20
    for figure, path in rows:
        module, _, name = path.rpartition(".")
        assert getattr(importlib.import_module(module), name) == int(figure), path


def test_every_document_is_listed() -> None:
    listed = (ROOT / "README.md").read_text("utf-8")
    assert [path.name for path in ROOT.glob("*.md") if f"({path.name})" not in listed] == ["README.md"]
