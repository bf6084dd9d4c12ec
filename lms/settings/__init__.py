"""Settings, all read from the environment (docs/production.md lists the variables).

With no variable set this is the embedded default: SQLite, local files and a broker that needs no server,
everything below ``var/``.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from lms.lib.filetypes import TYPES
from lms.settings import env

ROOT = Path(__file__).resolve().parent.parent.parent

# --- Where it runs ---------------------------------------------------------------------------------------

DATA_DIR = env.path("DATA_DIR", ROOT / "var")
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")  # shows the demo banner and lets `script/server` print the demo's sign-ins
BASE_URL = env.base_url("BASE_URL", "http://127.0.0.1:8000")
_address = urlsplit(BASE_URL)
HTTPS = _address.scheme == "https"
SECRET_KEY = env.secret_key("SECRET_KEY", file=DATA_DIR / "secret-key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [_address.hostname or "localhost", "127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "lms",
    "reports",
    "quizzes",
    "certificates",
    "records",
    "courses",
    "notifications",
    "people",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "people.accounts.AccountsConfig",  # wagtail.users with our account
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "people.middleware.SlidingSessionMiddleware",
    "people.middleware.LateMailMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "people.middleware.SecondFactorMiddleware",
    "lms.middleware.AdminPolicyMiddleware",
    "courses.middleware.KeptMiddleware",
    "lms.middleware.NoSuchNumberMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "lms" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.context.site",
            ],
        },
    },
]

# --- Database, cache, files --------------------------------------------------------------------------------

_connections = env.integer("WEB_THREADS", 8, minimum=1)  # one for each thread, so that none waits for another
DATABASES = {
    "default": env.database("DATABASE_URL", sqlite_path=DATA_DIR / "lms.sqlite3", connections=_connections)
}

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://")
_redis = env.text("CACHE_URL") or (
    CELERY_BROKER_URL if CELERY_BROKER_URL.startswith(("redis://", "rediss://")) else ""
)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _redis,
        "KEY_PREFIX": "lms",
    }
    if _redis
    # Shared by every process and node, so that rate limits count all of them.
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

S3_BUCKET = env.text("S3_BUCKET")
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
CERTIFICATE_ROOT = DATA_DIR / "certificates"


def _storage(folder: Path, name: str, *, address: str | None) -> dict[str, Any]:
    """Files of one kind: a folder of this machine or, with a bucket, the part of it that begins with ``name``."""
    if not S3_BUCKET:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": address},
        }
    return {
        "BACKEND": "lms.lib.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "location": name,
            "base_url": address,
            "endpoint_url": env.endpoint("S3_ENDPOINT_URL"),
            "region_name": env.text("S3_REGION") or None,
            "access_key": env.text("S3_ACCESS_KEY") or None,
            "secret_key": env.text("S3_SECRET_KEY") or None,
        },
    }


STORAGES: dict[str, dict[str, Any]] = {
    "default": _storage(MEDIA_ROOT, "media", address=MEDIA_URL),
    "certificates": _storage(CERTIFICATE_ROOT, "certificates", address=None),  # a view checks who asks
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.choice("STATIC_FILES", "plain", ["plain", "manifest"]) == "manifest"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", ROOT / "staticfiles")
STATICFILES_DIRS = [ROOT / "lms" / "static"]
WHITENOISE_USE_FINDERS = env.text("STATIC_FILES", "plain") == "plain"
WHITENOISE_AUTOREFRESH = DEBUG

# --- Language and time -------------------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
# Ours first; then what the libraries lack in Vietnamese.
LOCALE_PATHS = [
    ROOT / "lms" / "locale",
    ROOT / "lms" / "locale" / "libraries" / "allauth",
    ROOT / "lms" / "locale" / "libraries" / "wagtail",
    ROOT / "lms" / "locale" / "libraries" / "django",
]
FORMAT_MODULE_PATH = ["lms.formats"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

# --- Security ------------------------------------------------------------------------------------------------

SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
SESSION_ENGINE = "people.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "lms.views.csrf_refused"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(timedelta(days=60).total_seconds())
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
# Sub-domains and browsers' preload lists concern hosts that are not ours to promise anything for.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- Sign-in -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["people.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
ACCOUNT_ADAPTER = "people.adapters.AccountAdapter"
ACCOUNT_USER_DISPLAY = str  # the name as the roster has it
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "people.signin_forms.LoginForm",
    "request_login_code": "people.signin_forms.RequestLoginCodeForm",
    "reset_password": "people.signin_forms.ResetPasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _address.scheme
# Per address generously, for a whole ward office or a mobile network stands behind one; per account and
# per e-mail address tightly, also by the day: six digits must not be guessed in a month of trying.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/5m/key,60/d/key",
    "request_login_code": "120/m/ip,3/m/key,20/d/key",
    "reset_password": "120/m/ip,3/m/key,20/d/key",
    "reset_password_from_key": "120/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/1m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("BEHIND_PROXY") else 0
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
MFA_ADAPTER = "people.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "people.signin_forms.AuthenticateForm",
    "reauthenticate": "people.signin_forms.ReauthenticateForm",
    "add_webauthn": "people.forms_passkeys.AddPasskeyForm",
    "edit_webauthn": "people.forms_passkeys.RenamePasskeyForm",
    "login_webauthn": "people.forms_passkeys.LoginForm",
    "authenticate_webauthn": "people.forms_passkeys.AuthenticateForm",
    "reauthenticate_webauthn": "people.forms_passkeys.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey counts as both steps (docs/decisions/0020)
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_TOTP_ISSUER = "Học tập cấp xã"
MFA_TOTP_TOLERANCE = 1  # cheap phones' clocks are half a minute off
# Nobody signs up with somebody else's address: accounts come from the roster.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ENTRY_LINK_DAYS = env.integer("ENTRY_LINK_DAYS", 14, minimum=1)

# --- Personal data -------------------------------------------------------------------------------------------

# What an uploaded roster said, row by row; its counts, who and when are kept.
ROSTER_ROWS_DAYS = env.integer("ROSTER_ROWS_DAYS", 90, minimum=1)

# --- Mail ----------------------------------------------------------------------------------------------------

MAILERS = {"default": env.mailer("EMAIL_URL", folder=DATA_DIR / "mail")}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "Học tập cấp xã <khong-tra-loi@localhost>")

# --- Wagtail -------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Học tập cấp xã"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_LOGIN_URL = "/tai-khoan/login/"
WAGTAIL_FRONTEND_LOGIN_URL = "/tai-khoan/login/"
WAGTAIL_CONTENT_LANGUAGES = [("vi", "Tiếng Việt")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "courses.policy.publish_approved"
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # addresses are ASCII: they are printed, read aloud and typed
WAGTAILIMAGES_IMAGE_FORM_BASE = "courses.forms.ImageForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "svg"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 5 * 1024 * 1024
# Files that cards hand out; a whole class loads them over a phone's line.
DOCUMENT_MAX_MB = env.integer("DOCUMENT_MAX_MB", 10, minimum=1)
MEDIA_MAX_MB = env.integer("MEDIA_MAX_MB", 20, minimum=1)
WAGTAILDOCS_DOCUMENT_FORM_BASE = "courses.forms.DocumentForm"
WAGTAILDOCS_EXTENSIONS = list(TYPES)
WAGTAILDOCS_MAX_UPLOAD_SIZE = max(DOCUMENT_MAX_MB, MEDIA_MAX_MB) * 1024 * 1024
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# Trainers may publish themselves; set, every lesson, course and question passes a reviewer (docs/decisions/0016).
REVIEW_REQUIRED = env.flag("REVIEW_REQUIRED")

# --- Certificates --------------------------------------------------------------------------------------------

# The office that confirms; where empty, the People's Committee of the official's own ward.
CERTIFICATE_ISSUER_PARENT = env.text("CERTIFICATE_ISSUER_PARENT")
CERTIFICATE_ISSUER = env.text("CERTIFICATE_ISSUER")
CERTIFICATE_SIGNER_TITLE = env.text("CERTIFICATE_SIGNER_TITLE")
CERTIFICATE_SIGNER_NAME = env.text("CERTIFICATE_SIGNER_NAME")
# The place before the date of issue; where empty, the ward of that day.
CERTIFICATE_PLACE = env.text("CERTIFICATE_PLACE")
# The State's name and motto belong on an office's own papers; another training body switches them off.
CERTIFICATE_MOTTO = env.flag("CERTIFICATE_MOTTO", default=True)

# --- Background work -------------------------------------------------------------------------------------------
# A row in the database is the truth of every job; a message only wakes a worker. A lost message costs
# time until the next sweep, never work (docs/decisions/0004).

_queue = DATA_DIR / "queue"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any]
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.2,
    }
    for _folder in ("messages", "control"):
        (_queue / _folder).mkdir(parents=True, exist_ok=True)
elif CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 900,  # longer than the longest task
        "unacked_restore_throttle": 1,
        "unacked_restore_interval": 5,
        "socket_timeout": 5,
        "socket_connect_timeout": 0.2,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "issue-missing-certificates": {
        "task": "certificates.tasks.issue_missing_certificates",
        "schedule": timedelta(seconds=env.integer("SWEEP_SECONDS", 60, minimum=5)),
    },
    "issue-all-missing-certificates": {
        "task": "certificates.tasks.issue_missing_certificates",
        "schedule": crontab(minute=7),
        "kwargs": {"everything": True},
    },
    "send-waiting-messages": {
        "task": "notifications.tasks.send_waiting_messages",
        "schedule": timedelta(seconds=env.integer("SWEEP_SECONDS", 60, minimum=5)),
    },
    "close-attempts": {
        "task": "quizzes.tasks.close_attempts",
        "schedule": timedelta(seconds=env.integer("SWEEP_SECONDS", 60, minimum=5)),
    },
    "close-all-attempts": {
        "task": "quizzes.tasks.close_attempts",
        "schedule": crontab(minute=37),
        "kwargs": {"everything": True},
    },
    "regrade-after-corrections": {
        "task": "quizzes.tasks.regrade_unfinished",
        "schedule": timedelta(seconds=env.integer("SWEEP_SECONDS", 60, minimum=5)),
    },
    "forget-old-course-files": {
        "task": "courses.tasks.forget_old_course_files",
        "schedule": crontab(hour=2, minute=35),
    },
    "forget-old-question-files": {
        "task": "quizzes.tasks.forget_old_question_files",
        "schedule": crontab(hour=2, minute=25),
    },
    "renew-after-changes": {
        "task": "records.tasks.renew_unfinished",
        "schedule": timedelta(seconds=env.integer("SWEEP_SECONDS", 60, minimum=5)),
    },
    "renew-later-completers": {
        "task": "records.tasks.renew_unfinished",
        "schedule": crontab(minute=17),
        "kwargs": {"everything": True},
    },
    "renew-before-expiry": {
        "task": "certificates.tasks.renew_expiring",
        "schedule": crontab(minute=47),
    },
    "publish-scheduled": {
        "task": "courses.tasks.publish_scheduled",
        "schedule": timedelta(seconds=env.integer("SWEEP_SECONDS", 60, minimum=5)),
    },
    "apply-enrolment-rules": {
        "task": "records.tasks.apply_enrolment_rules",
        "schedule": crontab(hour=1, minute=15),
    },
    "tell-of-endings": {
        "task": "reports.tasks.tell_of_endings",
        "schedule": crontab(hour=6, minute=30),
    },
    "forget-ended-sessions": {
        "task": "people.tasks.forget_ended_sessions",
        "schedule": crontab(hour=2, minute=45),
    },
    "forget-old-roster-rows": {
        "task": "people.tasks.forget_old_roster_rows",
        "schedule": crontab(hour=2, minute=15),
    },
}

# --- Logging -------------------------------------------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]),
    },
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
