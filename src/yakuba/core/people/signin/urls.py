"""Addresses of signing in, under ``/staff/``. The names are those that allauth looks for."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from yakuba.core.people.pages import reset
from yakuba.core.people.signin import oidc


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """allauth's page; after it the browser clears what it still holds of ours (ASVS V14.3.1)."""
    answer: HttpResponseBase = account.logout(request)
    if request.method == "POST":
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


urlpatterns: list[URLPattern] = [
    path("login/", account.login, name="account_login"),
    path("logout/", sign_out, name="account_logout"),
    path("login/inactive/", account.account_inactive, name="account_inactive"),
    path("login/reset/", reset.redeem, name="people_reset"),
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("login/again/", account.reauthenticate, name="account_reauthenticate"),
    path("login/again/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("login/sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("login/sso/error/", social.login_error, name="socialaccount_login_error"),
    path("login/sso/<slug:provider_id>/", oidc.login, name="openid_connect_login"),
    path("login/sso/<slug:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("account/password/", account.password_change, name="account_change_password"),
    # Who signs in by single sign-on alone has no password to change; a code from an admin sets the first one.
    path("account/password/set/", reset.redeem, name="account_set_password"),
    path("account/totp/", mfa.index, name="mfa_index"),
    path("account/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/renew/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
