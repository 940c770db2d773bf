"""Sign-in: password rules, sessions, second factor, single sign-on, rate limits.

The rules follow OWASP ASVS 5.0 level 2, chapters V6 (authentication) and V7 (sessions).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yakuba.core.home import yakuba_home
from yakuba.site.environment import flag, setting

APPS: list[str] = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
]
MIDDLEWARE: list[str] = [  # after AuthenticationMiddleware
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "yakuba.core.people.signin.middleware.SessionLimitsMiddleware",
    "yakuba.core.people.signin.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]

LOGIN_URL = "/staff/login/"
LOGIN_REDIRECT_URL = "/staff/"
LOGOUT_REDIRECT_URL = LOGIN_URL

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses a locked person before the password is looked at
    "allauth.account.auth_backends.AuthenticationBackend",
]

# Passwords (V6.2): length and lists, no composition rules, no expiry.
PASSWORD_HASHERS = [
    "yakuba.core.people.signin.hashing.PoliteScryptHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "yakuba.core.people.signin.validators.PasswordRulesValidator"},
]

# Sessions (V7): half an hour of idleness, twelve hours in all, gone when the browser closes.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
YAKUBA_SESSION_IDLE_SECONDS = 60 * int(setting("YAKUBA_SESSION_IDLE_MINUTES"))
YAKUBA_SESSION_LIMIT_SECONDS = SESSION_COOKIE_AGE
USERSESSIONS_TRACK_ACTIVITY = False

# Used-once marks of TOTP codes and rate limits must be seen by every server process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": yakuba_home() / "cache",
    }
}

ACCOUNT_ADAPTER = "yakuba.core.people.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PRESERVE_USERNAME_CASING = True
# A whole town hall may sit behind one address, and most of it signs in at half past eight; wrong passwords of
# one number are counted by axes (below).
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip"}
ACCOUNT_FORMS = {
    "login": "yakuba.core.people.signin.forms.LoginForm",
    "reauthenticate": "yakuba.core.people.signin.forms.ReauthenticateForm",
    "change_password": "yakuba.core.people.signin.forms.ChangePasswordForm",
}

# Second factor (V6.5): TOTP of 30 seconds and recovery codes.
MFA_ADAPTER = "yakuba.core.people.signin.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Yakuba"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "yakuba.core.people.signin.forms.AuthenticateForm",
    "reauthenticate": "yakuba.core.people.signin.forms.MFAReauthenticateForm",
    "activate_totp": "yakuba.core.people.signin.forms.ActivateTOTPForm",
}
YAKUBA_REQUIRE_TOTP = setting("YAKUBA_REQUIRE_TOTP")  # none, approvers or all
if YAKUBA_REQUIRE_TOTP not in ("none", "approvers", "all"):
    raise ValueError(
        f"YAKUBA_REQUIRE_TOTP：「{YAKUBA_REQUIRE_TOTP}」は使えません。"
        "none、approvers、all のどれかにしてください。"
    )

# Single sign-on (V6.8): one provider; it only finds accounts that exist, it never makes one.
SOCIALACCOUNT_ADAPTER = "yakuba.core.people.signin.adapters.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
YAKUBA_OIDC_CLAIM = setting("YAKUBA_OIDC_CLAIM")


def oidc_provider(server_url: str, client_id: str, secret: str, name: str) -> dict[str, Any]:
    """``SOCIALACCOUNT_PROVIDERS`` for one OpenID Connect provider; empty without an address."""
    if not server_url:
        return {}
    app = {
        "provider_id": "sso",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {
            "server_url": f"{server_url.rstrip('/')}/.well-known/openid-configuration",
            "issuer": server_url,  # compared sign by sign with what the provider publishes
            "oauth_pkce_enabled": True,
        },
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


SOCIALACCOUNT_PROVIDERS = oidc_provider(
    setting("YAKUBA_OIDC_SERVER_URL"),
    setting("YAKUBA_OIDC_CLIENT_ID"),
    setting("YAKUBA_OIDC_CLIENT_SECRET"),
    setting("YAKUBA_OIDC_NAME"),
)

# Rate limit (V6.3.1): five failures of one staff number from one address, then fifteen minutes.
# Both together, so that nobody can lock a colleague out from another desk.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
YAKUBA_BEHIND_PROXY = flag("YAKUBA_BEHIND_PROXY")
AXES_CLIENT_IP_CALLABLE = "yakuba.core.people.signin.lockout.client_address"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if YAKUBA_BEHIND_PROXY else 0
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "password", "code"]
AXES_USERNAME_CALLABLE = "yakuba.core.people.signin.lockout.number_tried"
AXES_LOCKOUT_CALLABLE = "yakuba.core.people.signin.lockout.locked_out"
