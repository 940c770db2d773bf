"""Django settings, all of them derived from ``yakuba.site.environment``."""

from __future__ import annotations

from pathlib import Path

from yakuba.core.home import yakuba_home
from yakuba.core.logs import logging_settings
from yakuba.site.environment import flag, setting
from yakuba.site.settings import accounts, security
from yakuba.site.settings.accounts import *  # noqa: F403
from yakuba.site.settings.database import database_settings
from yakuba.site.settings.mail import *  # noqa: F403
from yakuba.site.settings.secret import secret_key
from yakuba.site.settings.security import *  # noqa: F403

HOME = yakuba_home()
SECRET_KEY = secret_key(HOME)
DEBUG = flag("YAKUBA_DEBUG")
ALLOWED_HOSTS = [host.strip() for host in setting("YAKUBA_ALLOWED_HOSTS").split(",")]
YAKUBA_FACE = setting("YAKUBA_FACE")
YAKUBA_CITY = setting("YAKUBA_CITY")
YAKUBA_FILE_LIMIT_MIB = int(setting("YAKUBA_FILE_LIMIT_MIB"))
YAKUBA_CITY_EN = setting("YAKUBA_CITY_EN")
YAKUBA_DEMO = flag("YAKUBA_DEMO")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    *security.APPS,
    "yakuba.core.ui",
    "yakuba.core.people",
    *accounts.APPS,  # after people, whose templates replace theirs
    "yakuba.core.audit",
    "yakuba.core.jobs",
    "yakuba.core.files",
    "yakuba.core.tokens",
    "yakuba.core.exchange",
    "yakuba.core.notify",
    "yakuba.core.border",
    "yakuba.core.ai_log",
    "yakuba.core.facilities",
    "yakuba.effects",
    "yakuba.nursery",
    "yakuba.handbook",
    "yakuba.ocr",
    "yakuba.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    *security.MIDDLEWARE,
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "yakuba.site.middleware.StaffInJapaneseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *accounts.MIDDLEWARE,
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yakuba.site.middleware.UnreadableTextMiddleware",
]

ROOT_URLCONF = "yakuba.site.urls"
WSGI_APPLICATION = "yakuba.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yakuba.site.context.portal",
            ],
        },
    },
]

DATABASES = database_settings(HOME)
DATABASE_ROUTERS = ["yakuba.site.routers.FaceRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"

LOGGING = logging_settings()

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("ja-x-easy", "やさしい日本語"), ("en", "English")]
_PACKAGE = Path(__file__).resolve().parents[2]
LOCALE_PATHS = [
    _PACKAGE / "site/locale",
    _PACKAGE / "handbook/bookings/locale",
    _PACKAGE / "handbook/childcare/locale",
]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # files are served from the installed packages: nothing to collect
WHITENOISE_MAX_AGE = 600
