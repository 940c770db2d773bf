"""Every staff address is guarded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# Signing in cannot ask for a sign-in. allauth guards its other pages itself; a test below shows it.
BEFORE_SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "people_reset",
    "account_set_password",
    "mfa_authenticate",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "openid_connect_login",
    "openid_connect_callback",
}
GUARDED_BY_ALLAUTH = {
    "account_reauthenticate": "/staff/login/again/",
    "mfa_reauthenticate": "/staff/login/again/code/",
    "account_change_password": "/staff/account/password/",
    "mfa_index": "/staff/account/totp/",
    "mfa_activate_totp": "/staff/account/totp/activate/",
    "mfa_deactivate_totp": "/staff/account/totp/deactivate/",
    "mfa_view_recovery_codes": "/staff/account/codes/",
    "mfa_generate_recovery_codes": "/staff/account/codes/renew/",
    "mfa_download_recovery_codes": "/staff/account/codes/download/",
}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def unguarded(found: Iterator[tuple[str, URLPattern]]) -> list[str]:
    allowed = BEFORE_SIGN_IN | GUARDED_BY_ALLAUTH.keys()
    return [
        path
        for path, entry in found
        if path.startswith("staff/")
        and not hasattr(entry.callback, "yakuba_permission")
        and entry.name not in allowed
    ]


def test_every_staff_page_says_which_permission_it_needs() -> None:
    found = list(patterns(get_resolver()))
    assert len([path for path, _ in found if path.startswith("staff/people/")]) > 20
    assert unguarded(iter(found)) == []


def test_a_page_without_a_guard_would_be_found() -> None:
    forgotten = URLPattern(get_resolver().url_patterns[0].pattern, lambda request: None, name="forgotten")
    assert unguarded(iter([("staff/forgotten/", forgotten)])) == ["staff/forgotten/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", GUARDED_BY_ALLAUTH.values())
def test_allauths_pages_send_a_stranger_to_the_sign_in(client: Client, path: str) -> None:
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/staff/login/")


@pytest.mark.django_db
def test_an_admin_page_is_closed_to_everybody_else(client: Client, person: object, nursery: object) -> None:
    assert client.get("/staff/people/")["Location"] == "/staff/login/?next=/staff/people/"
    user = person("1001", nursery, "officer")  # type: ignore[operator]
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for path in ("", "add/", f"{user.pk}/", "departments/", "import/", "transfers/", f"{user.pk}/transfer/"):
        assert client.get(f"/staff/people/{path}").status_code == 403, path
    for path in (f"{user.pk}/code/", f"{user.pk}/disable/", "import/confirm/", "transfers/confirm/"):
        assert client.post(f"/staff/people/{path}").status_code == 403, path
