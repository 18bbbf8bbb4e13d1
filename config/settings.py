"""Every setting of the project, from the environment alone (README lists them).

A wrong value stops the start with a sentence that says what to write.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from config.env import (
    Environment,
    read_ahead,
    read_base_url,
    read_mail_address,
    read_months,
    read_networks,
    read_secret,
    read_sms_sender,
    read_sms_url,
    smtp_settings,
)

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where it runs ------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
BASE_URL = env.parsed(
    "BASE_URL", "http://127.0.0.1:8000", read_base_url, "https://bokning.example without a path"
)
_https = BASE_URL.startswith("https://")
_host = urlsplit(BASE_URL).hostname or ""
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", f"{_host},127.0.0.1,localhost")
TRUSTED_PROXIES = env.parsed(
    "TRUSTED_PROXIES", "", read_networks, "networks such as 10.0.0.0/8, parted by commas"
)

# --- Secrets ------------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or shorter than 32 characters. Write a long random text, as from "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(48))', or name a file that holds "
        "it in SECRET_KEY_FILE."
    )
# Old keys stay until the last link made with them has died.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

# --- Database -----------------------------------------------------------------------------------
DATABASE_URL = env.url(
    "DATABASE_URL",
    f"sqlite:///{DATA_DIR / 'studiebesok.sqlite3'}",
    ("sqlite", "postgres", "postgresql"),
    "postgresql://user:password@db:5432/studiebesok",
)


def _database() -> dict[str, Any]:
    parsed: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE: a transaction that will write takes the lock at its start, so that two writers
        # queue instead of failing half-way. WAL: readers never wait for the writer.
        parsed["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        parsed["CONN_HEALTH_CHECKS"] = True
        # Only what is prepared on purpose is planned once (feeds.questions); Django's own
        # questions are not prepared, and are planned for their values as ever.
        parsed["OPTIONS"] = {
            **parsed.get("OPTIONS", {}),
            "options": "-c plan_cache_mode=force_generic_plan",
            "prepare_threshold": 5,
        }
    # Opening one costs more than most questions do, on SQLite too: a calendar's poll comes after
    # minutes. One that died meanwhile is noticed (CONN_HEALTH_CHECKS).
    parsed["CONN_MAX_AGE"] = 600
    return parsed


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Apps ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "ninja",  # serves the API page's script and style from this host
    "core",
    "partners",
    "scheduling",
]
MIDDLEWARE = [
    "core.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.PrivacyHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.CookielessPathsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.UserLanguageMiddleware",
    "core.middleware.DomainErrorMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "core.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# --- Login --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "core.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_AGE = 12 * 60 * 60

# --- Security -----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
# The municipality's other hosts are not ours to bind.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "core.errors_view.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "sv", ("sv", "en"))
LANGUAGES = [("sv", _("Svenska")), ("en", _("Engelska"))]
#: Easy Swedish first: it holds only what is said in another way there (core.languages). One folder
#: deeper, so that makemessages goes on writing to ``locale``.
LOCALE_PATHS = [BASE_DIR / "easy" / "texts", BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# --- Static files -------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "static-root")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pressing took most of a first start: neither the API page's source maps, megabytes that nobody is
# sent, nor a second time what is asked for by its hashed name alone.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# --- Mail ---------------------------------------------------------------------------------------
MAIL_FROM = env.parsed(
    "MAIL_FROM", "boka@svarta.example", read_mail_address, "a mail address like boka@bibliotek.se"
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
MAIL_TAG_STYLE = env.choice("MAIL_TAG_STYLE", "plus", ("plus", "dash", "none"))
MAIL_AUTHSERV_ID = env.text("MAIL_AUTHSERV_ID")
OUTBOX_HOLD_SECONDS = env.seconds("OUTBOX_HOLD_SECONDS", 10)
#: How far ahead of the real clock the worker's is. For rehearsing an outage ("the mail server was
#: away for an hour") without waiting for it; 0 wherever partners are told of real visits.
CLOCK_AHEAD_SECONDS = env.parsed(
    "CLOCK_AHEAD_SECONDS", "0", read_ahead, "a whole number of seconds, as in 3600"
)
#: How many automatic mails an addressee gets in a day (reminders, nudges); 0 is no cap.
OUTBOX_DAILY_CAP = env.parsed("OUTBOX_DAILY_CAP", "5", int, "a whole number of mails, such as 5")
#: Who has not answered is asked once more after so many working days; 0 is never.
NUDGE_WORKING_DAYS = env.parsed(
    "NUDGE_WORKING_DAYS", "5", int, "a whole number of working days, such as 5"
)
#: How many days an offered time is held for an answer.
OFFER_DAYS = env.parsed("OFFER_DAYS", "7", int, "a whole number of days, such as 7")
EMAIL_URL = env.url(
    "EMAIL_URL",
    "",
    ("smtp", "smtp+tls", "smtps"),
    "smtp+tls://user:password@mail.example:587 (smtps:// for TLS from the first byte)",
)
MAILBOX_URL = env.url(
    "MAILBOX_URL", "", ("imap", "imaps"), "imaps://user:password@mail.example:993/INBOX"
)
# Mails that came in are kept so long, for planners only; then their words are erased.
MAIL_KEEP_MONTHS = env.parsed(
    "MAIL_KEEP_MONTHS", "12", read_months, "a whole number of months, as in 12"
)
# Without EMAIL_URL nothing leaves the house: every mail can be read in Utskick.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 30
if EMAIL_URL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = smtp_settings(EMAIL_URL)
    EMAIL_USE_TLS = EMAIL_URL.startswith("smtp+tls:")
    EMAIL_USE_SSL = EMAIL_URL.startswith("smtps:")

# --- Text messages ------------------------------------------------------------------------------
#: Without it nobody is texted: whoever has no e-mail is rung.
SMS_URL = env.parsed(
    "SMS_URL",
    "",
    read_sms_url,
    "46elks://user:password@, https://user:password@sms.example/send or file: (kept in DATA_DIR)",
)
SMS_FROM = env.parsed(
    "SMS_FROM",
    "Biblioteket",
    read_sms_sender,
    "a number like +46701740600, or at most 11 letters and digits, which cannot be answered",
)
#: Part of the addresses at which a service hands in texts and reports; without it there are none.
SMS_SECRET = env.parsed(
    "SMS_SECRET", "", read_secret, "24 characters or more of A-Z, a-z, 0-9, - and _"
)

# --- Celery -------------------------------------------------------------------------------------
REDIS_URL = env.url("REDIS_URL", "", ("redis", "rediss", "unix"), "redis://:password@redis:6379/0")


def _broker() -> tuple[str, dict[str, object]]:
    """Redis where REDIS_URL is set; otherwise a folder in DATA_DIR, which needs no server."""
    if REDIS_URL:
        # A task whose worker was killed is given again after this many seconds.
        return REDIS_URL, {"visibility_timeout": 600}
    folders = {name: DATA_DIR / "broker" / name for name in ("queue", "control")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return "filesystem://", {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "control_folder": str(folders["control"]),
    }


CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = _broker()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# The filesystem broker has no remote control, and nothing here uses it.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
# A nudge never makes a request wait for a broker that is away: the beat finds what was lost.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
# Each entry expires before the next, so that a worker that was away meets no heap of them.
CELERY_BEAT_SCHEDULE = {
    "send-what-is-due": {
        "task": "scheduling.deliver_due",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "every-minute": {
        "task": "scheduling.every_minute",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    # While nobody works: by the clock of the library.
    "every-night": {
        "task": "scheduling.every_night",
        "schedule": crontab(hour=3, minute=20),
        "options": {"expires": 3600.0},
    },
    "read-own-calendars": {
        "task": "scheduling.read_own_calendars",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
}

# --- Calendar feeds -----------------------------------------------------------------------------
#: Whole months that a feed shows before and after the present one.
FEED_MONTHS_BACK = env.parsed("FEED_MONTHS_BACK", "12", int, "a number of months")
FEED_MONTHS_FORWARD = env.parsed("FEED_MONTHS_FORWARD", "18", int, "a number of months")
#: Joined bodies, named by what they hold: a copy of the segments that can be thrown away.
FEED_CACHE_DIR = DATA_DIR / "feeds"
if MAILBOX_URL:
    CELERY_BEAT_SCHEDULE["fetch-mail"] = {
        "task": "scheduling.fetch_mail",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    }

# --- Logs ---------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask": {"()": "core.logs.MaskTokens"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask"]}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # A line for each page of each PDF.
        "weasyprint.progress": {"level": "WARNING"},
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.security.DisallowedHost": {"level": "ERROR"},
        # A task every five seconds is no news; a failing one is.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
