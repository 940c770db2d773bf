"""Single sign-on against a provider that really answers."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
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
        opener.open(start["Location"], timeout=60)
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


def _replay(provider: Provider) -> None:
    provider.nonce = "the nonce of another sign-in"


def _forget(provider: Provider) -> None:
    provider.nonce = None


def _unsigned(provider: Provider) -> None:
    provider.token_key = (None, "none")


def _shared_secret(provider: Provider) -> None:
    provider.token_key = (CLIENT_SECRET * 4, "HS256")


@pytest.mark.parametrize(
    "fault", [_forge, _expire, _readdress, _omit, _replay, _forget, _unsigned, _shared_secret]
)
def test_an_answer_that_does_not_prove_itself_is_refused(
    client: Client, provider: Provider, officer: User, fault: Any
) -> None:
    fault(provider)
    answer = visit(client)
    assert "確かめられませんでした" in answer.content.decode()
    assert client.get("/staff/people/me/").status_code == 302


def test_every_sign_in_sends_its_own_nonce_state_and_challenge(
    client: Client, provider: Provider, officer: User
) -> None:
    visit(client)
    visit(Client())
    first, second = provider.authorized
    for name in ("nonce", "state", "code_challenge"):
        assert first[name] != second[name]
    assert len(first["nonce"]) >= 43, "256 bits"
    assert first["code_challenge_method"] == "S256"


def test_an_answer_is_taken_only_by_the_browser_that_began(
    client: Client, provider: Provider, officer: User
) -> None:
    start = client.post("/staff/login/sso/sso/")
    opener = urllib.request.build_opener(_Stay)
    with pytest.raises(HTTPError) as redirect:
        opener.open(start["Location"], timeout=60)
    back = redirect.value.headers["Location"]
    redirect.value.close()
    other = Client()
    other.post("/staff/login/sso/sso/")  # it has begun a sign-in of its own
    assert "確かめられませんでした" in other.get(back).content.decode()
    assert other.get("/staff/people/me/").status_code == 302
    assert provider.redeemed == [], "the code was not even tried"
    assert client.get(back).status_code == 302
    assert client.get("/staff/people/me/").status_code == 200
    assert "確かめられませんでした" in client.get(back).content.decode(), "an answer is used once"


def test_the_address_can_not_change_what_is_asked_of_the_provider(client: Client, provider: Provider) -> None:
    start = client.post("/staff/login/sso/sso/?auth_params=prompt%3Dnone%26nonce%3Dmine&scope=offline_access")
    assert "prompt" not in start["Location"]
    assert "nonce=mine" not in start["Location"]
    assert "offline_access" not in start["Location"]


@pytest.mark.parametrize("said", ["https://evil.example", "{url}/"])
def test_a_provider_that_names_another_issuer_is_refused_before_anybody_is_sent_there(
    client: Client, provider: Provider, officer: User, said: str
) -> None:
    provider.issuer = said.format(url=provider.url)
    answer = client.post("/staff/login/sso/sso/")
    assert answer.status_code == 401
    assert "確かめられませんでした" in answer.content.decode()
    provider.issuer = ""
    start = client.post("/staff/login/sso/sso/")
    provider.issuer = said.format(url=provider.url)  # changed while the person was there
    opener = urllib.request.build_opener(_Stay)
    with pytest.raises(HTTPError) as redirect:
        opener.open(start["Location"], timeout=60)
    back = redirect.value.headers["Location"]
    redirect.value.close()
    assert client.get(back).status_code == 401
    assert client.get("/staff/people/me/").status_code == 302


def test_a_provider_that_sends_us_elsewhere_or_is_down_is_an_error_page(
    client: Client, provider: Provider, settings: Any
) -> None:
    provider.moved_to = f"{provider.url}/elsewhere"
    assert client.post("/staff/login/sso/sso/").status_code == 401
    settings.SOCIALACCOUNT_PROVIDERS = oidc_provider("http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET, "x")
    assert client.post("/staff/login/sso/sso/").status_code == 401


def test_the_tokens_of_the_provider_are_neither_kept_nor_given_to_the_browser(
    client: Client, provider: Provider, officer: User
) -> None:
    answer = visit(client)
    assert len(provider.issued) == 2
    assert not SocialToken.objects.exists()
    seen = "".join(
        [
            str(answer.headers),
            answer.content.decode(),
            str(client.cookies),
            str(dict(client.session)),
            str(SocialAccount.objects.values()),
            client.get("/staff/people/me/").content.decode(),
        ]
    )
    assert not [token for token in provider.issued if token in seen]


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
