"""OpenID Connect: allauth's flow, with the ID token's signature always checked (ASVS V6.8.2)."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase


class StrictAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth carries no types
    """Takes the person's identity from a signed ID token alone."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """``OAuth2Error`` when the answer holds no ID token, or one that is not validly signed."""
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("the provider's answer holds no id_token")
        data = {"id_token": self._decode_id_token(app, id_token)}
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return claims


def _run(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        answer: HttpResponseBase = view.adapter_view(StrictAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404("no single sign-on is configured") from None
    return answer


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the provider (POST), or ask first (GET)."""
    return _run(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from the provider."""
    return _run(OAuth2CallbackView, request, provider_id)
