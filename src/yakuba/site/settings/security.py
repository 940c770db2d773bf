"""What a browser may do with our pages: headers, cookies, limits (OWASP ASVS 5.0, chapters 3 and 7)."""

from __future__ import annotations

from csp.constants import NONE, SELF

from yakuba.site.environment import flag, setting

APPS: list[str] = ["csp"]
MIDDLEWARE: list[str] = [  # outermost, after SecurityMiddleware
    "yakuba.site.middleware.RefusalsMiddleware",
    "csp.middleware.CSPMiddleware",
    "yakuba.site.middleware.HeadersMiddleware",
    "yakuba.site.middleware.BodyLimitMiddleware",
    "yakuba.site.middleware.FaceMiddleware",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

HTTPS = flag("YAKUBA_HTTPS")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/"]  # refused by HeadersMiddleware instead
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = False  # a municipality decides for its whole domain, not a product
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("YAKUBA_BEHIND_PROXY") else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}yakuba-session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_PREFIX}yakuba-csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = f"{_PREFIX}yakuba-language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_AGE = 31_536_000
CSRF_FAILURE_VIEW = "yakuba.site.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [origin for origin in setting("YAKUBA_TRUSTED_ORIGINS").split(",") if origin]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

YAKUBA_API_RATE = int(setting("YAKUBA_API_RATE"))
YAKUBA_LISTS_KEPT_S = min(60.0, max(0.0, float(setting("YAKUBA_LISTS_KEPT_S"))))
YAKUBA_FAMILY_PAGE = setting("YAKUBA_FAMILY_PAGE")
YAKUBA_HANDBOOK_PAGE = setting("YAKUBA_HANDBOOK_PAGE")
YAKUBA_BODY_LIMIT = int(setting("YAKUBA_UPLOAD_MB")) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # bodies without files: forms and JSON
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600
