"""Single sign-on against a provider that really answers."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from tests.core.people.conftest import MakePerson
from tests.core.people.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import Department, Role, User
from yakuba.site.settings.accounts import oidc_provider

pytestmark = pytest.mark.django_db


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    started = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = oidc_provider(started.url, CLIENT_ID, CLIENT_SECRET, "庁内の共通認証")
    settings.YAKUBA_REQUIRE_TOTP = "none"
    yield started
    started.close()


@pytest.fixture
def officer(person: MakePerson, nursery: Department) -> User:
    return person("1001", nursery, Role.OFFICER)


def visit(client: Client) -> Any:
    """Press the button, sign in at the provider, come back."""
    start = client.post("/staff/login/sso/sso/")
    assert start.status_code == 302
    opener = urllib.request.build_opener(_Stay)
    with pytest.raises(HTTPError) as redirect:
        opener.open(start["Location"], timeout=10)
    back = redirect.value.headers["Location"]
    redirect.value.close()
    return client.get(back)


def test_the_sign_in_page_offers_the_provider_by_a_button(client: Client, provider: Provider) -> None:
    page = client.get("/staff/login/").content.decode()
    assert "庁内の共通認証でログインする" in page
    assert 'action="/staff/login/sso/sso/' in page


def test_opening_the_address_alone_signs_nobody_in(client: Client, provider: Provider, officer: User) -> None:
    answer = client.get("/staff/login/sso/sso/")
    assert answer.status_code == 200
    assert "庁内の共通認証でログインする" in answer.content.decode()


def test_a_known_staff_number_is_signed_in_and_tied_to_the_subject(
    client: Client, provider: Provider, officer: User
) -> None:
    answer = visit(client)
    assert answer.status_code == 302
    assert client.get("/staff/people/me/").context["user"] == officer
    assert SocialAccount.objects.get(user=officer).uid == "subject-1"
    assert provider.redeemed[0]["code_verifier"], "PKCE is used"
    again = Client()
    visit(again)
    assert again.get("/staff/people/me/").status_code == 200
    assert User.objects.count() == 1


@pytest.mark.parametrize("number", ["4040", "", None])
def test_an_unknown_staff_number_is_refused_and_no_account_is_made(
    client: Client, provider: Provider, officer: User, number: str | None
) -> None:
    provider.claims["preferred_username"] = number
    answer = visit(client)
    assert answer.status_code == 403
    assert "登録されていません" in answer.content.decode()
    assert User.objects.count() == 1
    assert AuditEntry.objects.get(action="people.sign-in-refused").detail == {"reason": "no-account"}


def test_a_disabled_account_is_refused(client: Client, provider: Provider, officer: User) -> None:
    visit(client)
    User.objects.update(is_active=False)
    other = Client()
    assert visit(other).status_code == 403
    assert other.get("/staff/people/me/").status_code == 302


def test_another_subject_with_the_same_staff_number_is_refused(
    client: Client, provider: Provider, officer: User
) -> None:
    visit(client)
    provider.claims["sub"] = "subject-2"
    other = Client()
    answer = visit(other)
    assert answer.status_code == 403
    assert AuditEntry.objects.get(action="people.sign-in-refused").detail == {"reason": "other-subject"}


def test_a_tied_subject_cannot_take_over_another_staff_number(
    client: Client, provider: Provider, officer: User, person: MakePerson
) -> None:
    visit(client)
    person("1002")
    provider.claims["preferred_username"] = "1002"
    other = Client()
    assert visit(other).status_code == 403
    assert other.get("/staff/people/me/").status_code == 302


def _forge(provider: Provider) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _expire(provider: Provider) -> None:
    provider.lifetime = -3600


def _readdress(provider: Provider) -> None:
    provider.audience = "another-application"


def _omit(provider: Provider) -> None:
    provider.without_id_token = True


@pytest.mark.parametrize("fault", [_forge, _expire, _readdress, _omit])
def test_an_answer_that_does_not_prove_itself_is_refused(
    client: Client, provider: Provider, officer: User, fault: Any
) -> None:
    fault(provider)
    answer = visit(client)
    assert "確かめられませんでした" in answer.content.decode()
    assert client.get("/staff/people/me/").status_code == 302


def test_single_sign_on_does_not_go_around_the_second_factor(
    client: Client, provider: Provider, officer: User
) -> None:
    TOTP.activate(officer, generate_totp_secret())
    assert visit(client)["Location"] == "/staff/login/code/"
    assert client.get("/staff/people/me/").status_code == 302


def test_without_a_configured_provider_there_is_no_button(client: Client) -> None:
    assert "sso" not in client.get("/staff/login/").content.decode()
    assert client.post("/staff/login/sso/sso/").status_code == 404


@pytest.mark.django_db
def test_somebody_without_a_password_is_sent_to_the_reset_page_instead_of_an_error() -> None:
    user = User.objects.create_user("1999", name="三浦 ひかり")
    client = Client()
    client.force_login(user)
    answer = client.get("/staff/account/password/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/staff/account/password/set/")
    assert client.get("/staff/account/password/set/").status_code == 200
