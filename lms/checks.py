"""System checks: a wrong setting is named together with its cure.

What cannot be understood at all stops the start in ``lms.settings.env``; here stands what is well-formed but
does not fit together. Those with ``deploy=True`` speak in ``manage.py check --deploy`` only.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.files.storage import storages

from lms.lib.bucket import BucketStorage, problems
from lms.lib.pdf import fonts_ready
from lms.settings import env

BROKERS = ("filesystem", "redis", "rediss", "sentinel", "amqp", "amqps", "pyamqp", "memory")
_FILE_MAIL = "django.core.mail.backends.filebased.EmailBackend"
_CONSOLE_MAIL = "django.core.mail.backends.console.EmailBackend"


@register("lms")
def settings_fit_together(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_public_address(), *_broker(), *_storage(), *_mail()]


@register("lms", deploy=True)
def fit_for_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_address_in_production(), *_several_machines(), *_bucket()]


@register("lms")
def pdfs_can_be_made(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Also what a starting worker asks: without a usable font WeasyPrint does not raise, the process dies."""
    return [Error(problem, id="lms.E010") for problem in fonts_ready()]


def _public_address() -> Iterator[CheckMessage]:
    if not settings.HTTPS:
        return
    if settings.DEBUG:
        yield Error(
            "DEBUG is on and BASE_URL is public: error pages would show the installation's inside to anybody.",
            hint="Unset DEBUG.",
            id="lms.E001",
        )
    if settings.DEMO:
        yield Error(
            "DEMO is on and BASE_URL is public: the demo's accounts are not meant for real people's data.",
            hint="Unset DEMO, or use http://127.0.0.1 for a demonstration.",
            id="lms.E002",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS takes any name, so that links in mail can be forged through the Host header.",
            hint="Name the hosts, such as ALLOWED_HOSTS=hoc.example.vn; the one of BASE_URL is the default.",
            id="lms.E003",
        )


def _broker() -> Iterator[CheckMessage]:
    scheme = urlsplit(settings.CELERY_BROKER_URL).scheme
    if scheme not in BROKERS:
        yield Error(
            f"CELERY_BROKER_URL starts with {scheme or settings.CELERY_BROKER_URL!r}, which is no broker known here.",
            hint="Use redis://host:6379/0, amqp://user:password@host:5672//, or leave it unset.",
            id="lms.E004",
        )


def _storage() -> Iterator[CheckMessage]:
    given = [
        name for name in ("S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY") if env.text(name)
    ]
    if given and not settings.S3_BUCKET:
        yield Error(
            f"{', '.join(given)} set without S3_BUCKET: certificates would be kept on this machine's disk.",
            hint="Set S3_BUCKET, or unset the others.",
            id="lms.E005",
        )
    if settings.S3_BUCKET and bool(env.text("S3_ACCESS_KEY")) != bool(env.text("S3_SECRET_KEY")):
        yield Error(
            "Only one of S3_ACCESS_KEY and S3_SECRET_KEY is set.",
            hint="Set both, or neither where the machine itself has a role that may use the bucket.",
            id="lms.E006",
        )


def _mail() -> Iterator[CheckMessage]:
    backend = settings.MAILERS["default"]["BACKEND"]
    if settings.HTTPS and backend in {_FILE_MAIL, _CONSOLE_MAIL}:
        yield Warning(
            "Mail is not sent: nobody gets a code to sign in or the notice of a certificate.",
            hint="Set EMAIL_URL, such as smtp://user:password@mail.example.vn:587.",
            id="lms.W007",
        )
    if backend.endswith("smtp.EmailBackend") and settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(
        "@localhost"
    ):
        yield Warning(
            "Mail is sent from an address at localhost, which most servers refuse.",
            hint="Set EMAIL_FROM, such as 'Học tập cấp xã <khong-tra-loi@example.vn>'.",
            id="lms.W008",
        )


def _address_in_production() -> Iterator[CheckMessage]:
    if _is_local(urlsplit(settings.BASE_URL).hostname) or not settings.HTTPS:
        yield Warning(
            f"BASE_URL is {settings.BASE_URL}: links in mail and the QR on certificates would lead there.",
            hint="Set BASE_URL to the public address, such as https://hoc.example.vn.",
            id="lms.W020",
        )
    if settings.HTTPS and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "BASE_URL is https, but the application does not know that a proxy ends TLS: it would redirect for ever.",
            hint="Set BEHIND_PROXY=1 and let the proxy set X-Forwarded-Proto (docs/production.md).",
            id="lms.W021",
        )
    if settings.WHITENOISE_USE_FINDERS:
        yield Warning(
            "Style sheets and scripts are served uncompressed and without long caching.",
            hint="Run manage.py collectstatic once per release and set STATIC_FILES=manifest.",
            id="lms.W022",
        )


def _several_machines() -> Iterator[CheckMessage]:
    broker = urlsplit(settings.CELERY_BROKER_URL)
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        if broker.hostname and not _is_local(broker.hostname):
            yield Warning(
                "The broker is shared with other machines, but SQLite is a file on this one.",
                hint="Set DATABASE_URL=postgresql://user:password@host:5432/name.",
                id="lms.W023",
            )
        return
    if not env.text("SECRET_KEY"):
        yield Warning(
            "The database can be shared by several machines, but the secret key is a file on this one: "
            "sessions and links made by one would not hold on another.",
            hint="Set SECRET_KEY to the same long random text everywhere.",
            id="lms.W024",
        )
    if broker.scheme in {"filesystem", "memory"}:
        yield Warning(
            "The database can be shared by several machines, but the broker is a folder on this one.",
            hint="Set CELERY_BROKER_URL to Redis or RabbitMQ, or run web, worker and beat on this machine only.",
            id="lms.W025",
        )


def _bucket() -> Iterator[CheckMessage]:
    """Asks the storage itself: a wrong key or bucket would show only when the first certificate is stored."""
    storage = storages["certificates"]
    if isinstance(storage, BucketStorage):
        for problem in problems(storage):
            yield Error(
                problem,
                hint="Compare S3_BUCKET, S3_ENDPOINT_URL and the keys with what the storage has, and the rights "
                "of the keys with docs/production.md.",
                id="lms.E026",
            )


def _is_local(host: str | None) -> bool:
    if not host or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
