"""OpenID Connect: allauth's flow, made strict (ASVS V6.8.2, V10.1.2, V10.5, V11.6.1).

Beyond allauth: the identity comes from a signed ID token alone, signed by a public-key algorithm; the token
carries the ``nonce`` of the very sign-in that this browser began; the provider's published issuer is the one
that the operator configured; a browser can't add parameters to the request.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import Any

import jwt
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase
from requests import RequestException

SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
NONCE = "nonce"

log = logging.getLogger(__name__)


class StrictProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth carries no types
    """Sends a fresh nonce with every sign-in and keeps it with the state, in this browser's session."""

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, Any]:
        """What is configured; nothing that the address asks for."""
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """What is configured; nothing that the address asks for."""
        return list(self.get_scope())

    def get_oauth2_adapter(self, request: HttpRequest) -> StrictAdapter:
        """The strict one for the way out too, so that the issuer is compared before anybody is sent away."""
        return StrictAdapter(request, self.app.provider_id)

    def redirect(self, request: HttpRequest, process: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """To the provider; 256 random bits go along and must come back inside of the ID token."""
        nonce = secrets.token_urlsafe(32)
        params = {**(kwargs.pop("auth_params", None) or self.get_auth_params()), NONCE: nonce}
        answer: HttpResponseBase = super().redirect(
            request, process, *args, auth_params=params, nonce=nonce, **kwargs
        )
        return answer


class StrictAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth carries no types
    """Takes the person's identity from a signed ID token alone."""

    nonce = ""

    def get_provider(self) -> StrictProvider:
        """The configured provider; ``SocialApp.DoesNotExist`` without one."""
        return StrictProvider(self.request, app=super().get_provider().app)

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider publishes; ``OAuth2Error`` when it names another issuer than configured."""
        config: dict[str, Any] = super().openid_config
        expected = self.get_provider().app.settings["issuer"]
        if config.get("issuer") != expected:
            log.error(
                "single sign-on: the provider says issuer %r, expected %r", config.get("issuer"), expected
            )
            raise OAuth2Error("the provider names another issuer than the configured one")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """``OAuth2Error`` without an ID token that is validly signed and belongs to this sign-in."""
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("the provider's answer holds no id_token")
        claims = self._decode_id_token(app, id_token)
        said = str(claims.get(NONCE) or "")
        if not self.nonce or not hmac.compare_digest(said.encode(), self.nonce.encode()):
            raise OAuth2Error("the id_token was not made for this sign-in")
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
        except jwt.PyJWTError as error:
            raise OAuth2Error("the id_token can't be read") from error
        if header.get("alg") not in SIGNATURES or not header.get("kid"):
            raise OAuth2Error(f"the id_token is signed by {header.get('alg')}, key {header.get('kid')}")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return claims


class StrictCallback(OAuth2CallbackView):  # type: ignore[misc]  # allauth carries no types
    """Hands the nonce, kept with the one-time state, to the adapter."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, refusal = super()._get_state(request, provider)
        self.adapter.nonce = str((state or {}).get(NONCE) or "")
        return state, refusal


def _run(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    adapter = StrictAdapter(request, provider_id)
    try:
        answer: HttpResponseBase = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404("no single sign-on is configured") from None
    except (OAuth2Error, RequestException) as error:  # the provider can't be reached, or is not the one
        answer = render_authentication_error(request, adapter.get_provider(), exception=error)
    return answer


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the provider (POST), or ask first (GET)."""
    return _run(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from the provider."""
    return _run(StrictCallback, request, provider_id)
