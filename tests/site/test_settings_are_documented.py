"""An operator finds every setting on one page, and only there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yakuba.site import environment
from yakuba.site.settings_page import settings_page

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"[\"']YAKUBA_[A-Z_]+[\"']")
# Names inside Django's settings, made from documented ones.
DERIVED = {"YAKUBA_BODY_LIMIT"}


def test_the_page_is_the_table() -> None:
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_page()


def test_code_reads_no_setting_that_the_table_does_not_list() -> None:
    known = {one.name for one in environment.SETTINGS} | DERIVED
    unknown = {
        (str(path.relative_to(ROOT)), name.strip("\"'"))
        for path in (ROOT / "src").rglob("*.py")
        for name in NAME.findall(path.read_text(encoding="utf-8"))
        if name.strip("\"'") not in known
    }
    assert unknown == set()


def test_every_listed_setting_is_read_somewhere() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src").rglob("*.py")
        if path.name != "environment.py"
    )
    assert [one.name for one in environment.SETTINGS if one.name not in code] == []


def test_asking_for_an_undocumented_setting_is_an_error() -> None:
    with pytest.raises(KeyError, match="YAKUBA_NOTHING"):
        environment.setting("YAKUBA_NOTHING")
