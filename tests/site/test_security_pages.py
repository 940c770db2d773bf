"""The security pages list what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yakuba.core.audit.keys import audit_key
from yakuba.core.audit.refusals import REASONS
from yakuba.core.crypto.keyring import load_ring
from yakuba.core.people.signin import urls
from yakuba.site.settings import MIDDLEWARE
from yakuba.site.settings.secret import secret_key

PAGES = Path(__file__).resolve().parents[2] / "docs/security"
NOT_WAYS_IN = {"logout/", "login/inactive/", "login/again/", "login/again/code/"}


def page(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def test_every_way_in_is_documented() -> None:
    text = page("sign-in.md")
    for pattern in urls.urlpatterns:
        route = str(pattern.pattern)
        if route in NOT_WAYS_IN or not route.startswith("login/"):
            continue
        known = "login/sso/" if route.startswith("login/sso/") else route
        assert f"`/staff/{known}" in text, route


def test_every_key_of_an_installation_is_in_the_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path))
    load_ring(), audit_key(), secret_key(tmp_path)
    made = {path.name for path in (tmp_path / "keys").iterdir() if not path.name.startswith(".")}
    assert made == {"ring.json", "audit-key", "django-secret"}
    for name in made:
        assert f"`keys/{name}`" in page("cryptography.md")


def test_every_reason_of_a_refusal_is_documented() -> None:
    text = page("events.md")
    for reason in {*REASONS.values(), "csrf", "locked"}:
        assert f"`{reason}`" in text, reason
    assert "yakuba.site.middleware.RefusalsMiddleware" in MIDDLEWARE


def test_every_security_page_is_in_the_list_and_leads_somewhere() -> None:
    listed = page("README.md")
    for path in PAGES.iterdir():
        assert path.name == "README.md" or f"({path.name})" in listed, path.name
    for path in PAGES.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
