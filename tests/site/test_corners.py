"""Rare paths of the frame: missing parts, odd settings, failures of the API that no operation has yet."""

from __future__ import annotations

import json
import stat
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory, override_settings
from django.utils.translation import gettext_lazy
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tests.site.browser import make_user
from yakuba.cli import main
from yakuba.core.tokens.auth import Token
from yakuba.core.tokens.models import ApiToken, ServiceAccount
from yakuba.core.tokens.services import account_named, issue
from yakuba.site import api, frame, services, settings_page
from yakuba.site.faces import face_of
from yakuba.site.routers import FaceRouter
from yakuba.site.serve import Portal
from yakuba.site.settings.database import database_settings
from yakuba.site.settings.secret import secret_key


def said(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    return body


def test_what_was_sent_is_not_repeated_in_a_refusal(rf: RequestFactory) -> None:
    fault = ValidationError([{"loc": ("body", "born"), "msg": "not a date", "input": "千葉 奈緒"}])
    response = api.on_invalid(rf.get("/api/"), fault)
    body = said(response)
    assert response.status_code == 422
    assert body["errors"] == [{"where": "body.born", "found": "not a date"}]
    assert "千葉" not in json.dumps(body, ensure_ascii=False)


def test_errors_of_views_become_problems(rf: RequestFactory) -> None:
    request = rf.get("/api/v1/x")
    assert said(api.on_not_found(request, Http404()))["status"] == 404
    assert said(api.on_forbidden(request, PermissionDenied()))["status"] == 403
    conflict = said(api.on_http_error(request, HttpError(409, "もう確定しています。")))
    assert (conflict["title"], conflict["detail"]) == ("Conflict", "もう確定しています。")


@pytest.mark.django_db
def test_approvals_are_counted_where_they_are_built_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: Any = types.ModuleType("yakuba.core.people.approval")
    built.waiting_for = lambda user: [1, 2, 3]
    monkeypatch.setitem(sys.modules, "yakuba.core.people.approval", built)
    client.force_login(make_user())
    page = client.get("/staff/").content.decode()
    assert "わたしの承認待ち" in page
    assert 'class="count">3<' in page
    built.waiting_for = lambda user: 0
    assert 'class="count">' not in client.get("/staff/").content.decode()
    del built.waiting_for
    assert frame.waiting_approvals(None) is None


def test_a_service_for_residents_appears_once_its_page_exists(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_services", {})
    services.offer(
        services.ResidentService("resident_home", "nursery", gettext_lazy("Contact"), "窓口の時間")
    )
    services.offer(services.ResidentService("not_built:page", "yen", "まだない", ""))
    page = client.get("/", headers={"accept-language": "ja"}).content.decode()
    assert '<a class="service" href="/">' in page
    assert "お問合せ" in page
    assert "まだない" not in page


def test_a_demo_says_that_everything_is_invented(client: Client) -> None:
    with override_settings(YAKUBA_DEMO=True):
        assert "すべて架空のものです" in client.get("/", headers={"accept-language": "ja"}).content.decode()
    assert "架空" not in client.get("/", headers={"accept-language": "ja"}).content.decode()


@pytest.mark.parametrize("label", ["people.user", "audit.auditentry", "sessions.session", "tokens.apitoken"])
def test_the_router_creates_staff_tables_only_where_staff_work(label: str) -> None:
    app, model = label.split(".")
    router = FaceRouter()
    assert router.allow_migrate("default", app, model) is None
    with override_settings(YAKUBA_FACE="resident"):
        assert router.allow_migrate("default", app, model) is False
        assert router.allow_migrate("default", "contenttypes", "contenttype") is None
        assert router.allow_migrate("default", app, "a_model_of_the_past") is False
        assert router.allow_migrate("default", app) is False
        assert router.allow_migrate("default", "contenttypes", "a_model_of_the_past") is None
        assert router.allow_migrate("default", "no_such_application") is None


def test_a_model_that_says_nothing_is_the_staffs() -> None:
    silent = type("Silent", (), {"_meta": types.SimpleNamespace(app_label="unheard_of")})
    assert face_of(silent).value == "staff"  # type: ignore[arg-type]


def test_the_server_is_told_what_we_want_and_nothing_from_its_own_files() -> None:
    cfg = Portal(host="127.0.0.1", port=8169, workers=2, threads=3).cfg
    assert (cfg.bind, cfg.workers, cfg.threads) == (["127.0.0.1:8169"], 2, 3) or cfg.bind == "127.0.0.1:8169"
    assert cfg.worker_class_str == "gthread"
    assert cfg.settings["accesslog"].get() is None
    six = Portal(host="::1", port=8169, workers=1, threads=1).cfg
    assert "[::1]:8169" in str(six.settings["bind"].get())


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YAKUBA_DATABASE_URL", "postgresql://u%40x:p%2Fw@db:5433/yakuba?sslmode=verify-full")
    found = database_settings(tmp_path)["default"]
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("u@x", "p/w", "db", "5433")
    assert found["OPTIONS"] == {"sslmode": "verify-full"}
    monkeypatch.setenv("YAKUBA_DATABASE_URL", "mysql://x/y")
    with pytest.raises(ValueError, match="mysql"):
        database_settings(tmp_path)


def test_the_signing_key_is_made_once_for_the_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("YAKUBA_SECRET_KEY", raising=False)
    key = secret_key(tmp_path)
    assert len(key) > 60
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "keys/django-secret").stat().st_mode) == 0o600
    monkeypatch.setenv("YAKUBA_SECRET_KEY", "given")
    assert secret_key(tmp_path) == "given"


@pytest.mark.django_db
def test_the_commands_of_the_site_run() -> None:
    assert "tokens" in CliRunner().invoke(main, ["--help"]).output
    done = CliRunner().invoke(main, ["migrate"])
    assert done.exit_code == 0, done.output
    assert "用意ができました" in done.output
    assert "--with-worker" in CliRunner().invoke(main, ["serve", "--help"]).output


def test_what_is_kept_of_tokens_has_names_for_people() -> None:
    account = ServiceAccount(name="住民記録システム")
    assert str(ApiToken(account=account, hint="ykb_abcd")) == "住民記録システム（ykb_abcd…）"
    assert "| `YAKUBA_FACE` | `both` |" in settings_page.settings_page()


@pytest.mark.django_db
def test_a_token_acts_with_the_roles_of_its_owner(rf: RequestFactory) -> None:
    owner = make_user()
    account = account_named("住民記録システム", by=owner)
    _, secret = issue(account, ["jobs:read"], days=1, by=owner)
    request = rf.get("/api/v1/x", headers={"Authorization": f"Bearer {secret}"})
    Token("jobs:read")(request)
    assert request.user == owner
    owner.is_active = False
    owner.save()
    with pytest.raises(AuthenticationError):
        Token("jobs:read")(rf.get("/", headers={"Authorization": f"Bearer {secret}"}))
