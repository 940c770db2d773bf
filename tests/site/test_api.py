"""Who may call the API, and what a caller is told when it does not work."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from tests.site.browser import make_user
from yakuba.core.audit.models import AuditEntry
from yakuba.core.tokens import scopes, services
from yakuba.core.tokens.auth import Token, actor
from yakuba.core.tokens.cli import tokens as tokens_command
from yakuba.core.tokens.models import ApiToken, ServiceAccount

pytestmark = pytest.mark.django_db


def issued(*, wanted: tuple[str, ...] = ("nursery:read",), days: int = 30) -> tuple[ApiToken, str]:
    cache.clear()
    account = services.account_named("住民記録システム", purpose="転入の照会", by="system:test")
    return services.issue(account, wanted, days=days, by="system:test")


def call(client: Client, secret: str | None, path: str = "/api/v1/me") -> Any:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return client.get(path, headers=headers)


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["status"] == status
    assert body["detail"]
    return body


def test_health_is_public_and_says_nothing_else(client: Client) -> None:
    response = client.get("/api/v1/health")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_a_token_sees_its_own_scopes(client: Client) -> None:
    _, secret = issued(wanted=("nursery:read", "jobs:read"))
    body = call(client, secret).json()
    assert body["account"] == "住民記録システム"
    assert body["scopes"] == ["jobs:read", "nursery:read"]


@pytest.mark.parametrize(
    "wrong",
    [None, "", "ykb_", "ykb_" + "x" * 43, "x" * 5000, "ykb_\udc80".encode("utf-8", "replace").decode()],
)
def test_without_a_valid_token_the_answer_is_401(client: Client, wrong: str | None) -> None:
    issued()
    response = call(client, wrong)
    problem(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_revoked_an_expired_and_a_stopped_token_are_refused(client: Client) -> None:
    token, secret = issued()
    assert call(client, secret).status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    problem(call(client, secret), 401)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(days=1))
    ServiceAccount.objects.update(is_active=False)
    problem(call(client, secret), 401)
    ServiceAccount.objects.update(is_active=True)
    assert call(client, secret).status_code == 200
    services.revoke(token, by="system:test")
    services.revoke(token, by="system:test")
    problem(call(client, secret), 401)
    assert AuditEntry.objects.filter(action="tokens.revoke").count() == 1


def test_the_database_keeps_a_digest_and_never_the_secret() -> None:
    token, secret = issued()
    kept = json.dumps(list(ApiToken.objects.values()), default=str)
    assert secret not in kept
    assert secret[10:] not in kept
    assert token.digest == services.digest_of(secret)
    assert len(secret) == len("ykb_") + 43
    assert secret not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_use_is_noted_once_a_day(client: Client, django_assert_num_queries: Any) -> None:
    token, secret = issued()
    call(client, secret)
    token.refresh_from_db()
    assert token.last_used_on == timezone.localdate()
    with django_assert_num_queries(1):
        call(client, secret)


def test_a_token_without_the_scope_is_refused_with_403(rf: Any) -> None:
    from ninja.errors import AuthorizationError

    _, secret = issued(wanted=("jobs:read",))
    request = rf.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    with pytest.raises(AuthorizationError, match="nursery:run") as caught:
        Token("nursery:run")(request)
    assert caught.value.status_code == 403
    assert Token("jobs:read")(request).scopes == ["jobs:read"]


def test_above_the_rate_the_answer_is_429_and_says_when_to_come_back(client: Client) -> None:
    _, secret = issued()
    _, other = issued()
    with override_settings(YAKUBA_API_RATE=3):
        answers = [call(client, secret) for _ in range(4)]
        assert [one.status_code for one in answers[:3]] == [200, 200, 200]
        problem(answers[3], 429)
        assert 1 <= int(answers[3]["Retry-After"]) <= 60
        assert call(client, other).status_code == 200


def test_a_method_that_does_not_exist_is_405_and_names_those_that_do(client: Client) -> None:
    response = client.post("/api/v1/health")
    problem(response, 405)
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", "/api/", "/api/v2/me"])
def test_an_unknown_address_is_a_problem_document_too(client: Client, path: str) -> None:
    problem(client.get(path), 404)


def test_too_large_a_body_is_413_before_it_is_read(client: Client) -> None:
    with override_settings(YAKUBA_BODY_LIMIT=100):
        response = client.post("/api/v1/health", data=b"x" * 101, content_type="application/json")
    problem(response, 413)


def test_the_schema_describes_every_failure_of_every_operation(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["paths"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert {"404", "405", "413", "422", "429"} <= set(operation["responses"]), (path, method)
            if operation.get("security"):
                assert {"401", "403"} <= set(operation["responses"]), (path, method)


def test_only_health_is_open_without_a_token(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    open_ones = [
        path
        for path, methods in schema["paths"].items()
        for one in methods.values()
        if not one.get("security")
    ]
    assert open_ones == ["/api/v1/health"]


@pytest.mark.parametrize(
    ("wanted", "days"), [((), 30), (("nursery:fly",), 30), (("nursery:read",), 0), (("nursery:read",), 401)]
)
def test_a_token_that_makes_no_sense_is_not_issued(wanted: tuple[str, ...], days: int) -> None:
    with pytest.raises(ValueError, match="。"):
        issued(wanted=wanted, days=days)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "misspelt", ["nursery", "nursery:", ":read", "Nursery:read", "nursery:read:all", "a b:read"]
)
def test_a_misspelt_scope_is_found_when_the_operation_is_written(misspelt: str) -> None:
    with pytest.raises(scopes.BadScope):
        Token(misspelt)


def test_what_a_token_did_is_written_under_its_number(rf: Any) -> None:
    token, _ = issued()
    request = rf.get("/")
    assert actor(request) == "token:?"
    request.auth = token
    assert actor(request) == f"token:{token.pk}"


def test_the_command_adds_lists_and_revokes(client: Client) -> None:
    cache.clear()
    run = CliRunner().invoke
    added = run(tokens_command, ["add", "統計システム", "--scope", "nursery:read"])
    assert added.exit_code == 0, added.output
    secret = added.stdout.split()[0]
    assert call(client, secret).status_code == 200
    listed = run(tokens_command, ["list"]).output
    assert "統計システム" in listed
    assert "active" in listed
    assert secret not in listed
    token = ApiToken.objects.get()
    assert run(tokens_command, ["revoke", str(token.pk)]).exit_code == 0
    assert call(client, secret).status_code == 401
    refused = run(tokens_command, ["revoke", "999"])
    assert refused.exit_code == 2
    assert "999" in refused.output
    bad = run(tokens_command, ["add", "統計システム", "--scope", "nursery:fly"])
    assert bad.exit_code == 2
    assert "nursery:fly" in bad.output


def test_an_admin_issues_a_token_on_the_page_and_sees_it_once(client: Client) -> None:
    cache.clear()
    client.force_login(make_user())
    bad = client.post("/staff/tokens/issue/", {"account": "", "days": "0"})
    assert bad.status_code == 422
    assert "1つも選ばれていません" in bad.content.decode()
    shown = client.post(
        "/staff/tokens/issue/",
        {"account": "住民記録システム", "purpose": "照会", "scopes": ["nursery:read"], "days": "90"},
    ).content.decode()
    secret = shown.split('id="secret">')[1].split("<")[0]
    assert call(Client(), secret).status_code == 200
    page = client.get("/staff/tokens/").content.decode()
    assert "住民記録システム" in page
    assert secret not in page
    token = ApiToken.objects.get()
    assert "すぐに止まります" in client.get(f"/staff/tokens/{token.pk}/revoke/").content.decode()
    done = client.post(f"/staff/tokens/{token.pk}/revoke/", follow=True)
    assert "取り消しました" in done.content.decode()
    assert call(Client(), secret).status_code == 401


@pytest.mark.parametrize("path", ["/staff/tokens/", "/staff/tokens/issue/", "/staff/tokens/1/revoke/"])
def test_only_an_admin_sees_the_tokens(client: Client, path: str) -> None:
    assert client.get(path).status_code == 302
    client.force_login(make_user("approver"))
    assert client.get(path).status_code == 403
