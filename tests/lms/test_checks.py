"""Each check names the setting and the cure, and is silent where nothing is wrong."""

import pytest

from lms import checks

pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")

POSTGRESQL = {"default": {"ENGINE": "django.db.backends.postgresql"}}
SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
SMTP = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}
FILES = {"default": {"BACKEND": "django.core.mail.backends.filebased.EmailBackend"}}


@pytest.fixture
def sound(settings, monkeypatch):
    """Settings of a sound installation in production."""
    for name in ("S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", "k" * 60)
    settings.BASE_URL, settings.HTTPS = "https://hoc.example.vn", True
    settings.DEBUG = settings.DEMO = False
    settings.ALLOWED_HOSTS = ["hoc.example.vn"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.WHITENOISE_USE_FINDERS = False
    settings.DATABASES = POSTGRESQL
    settings.CELERY_BROKER_URL = "redis://broker.example.vn/0"
    settings.S3_BUCKET = ""
    settings.MAILERS = SMTP
    settings.DEFAULT_FROM_EMAIL = "Học tập <hoc@example.vn>"
    return settings


def found() -> list[str]:
    messages = [*checks.settings_fit_together(None), *checks.fit_for_production(None)]
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_a_sound_installation_has_nothing_to_mend(sound):
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"DEBUG": True}, "lms.E001"),
        ({"DEMO": True}, "lms.E002"),
        ({"ALLOWED_HOSTS": ["*"]}, "lms.E003"),
        ({"CELERY_BROKER_URL": "kafka://broker"}, "lms.E004"),
        ({"MAILERS": FILES}, "lms.W007"),
        ({"DEFAULT_FROM_EMAIL": "Học tập <khong-tra-loi@localhost>"}, "lms.W008"),
        ({"BASE_URL": "https://127.0.0.1:8000"}, "lms.W020"),
        ({"BASE_URL": "http://hoc.example.vn", "HTTPS": False}, "lms.W020"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "lms.W021"),
        ({"WHITENOISE_USE_FINDERS": True}, "lms.W022"),
        ({"DATABASES": SQLITE}, "lms.W023"),
        ({"CELERY_BROKER_URL": "filesystem://"}, "lms.W025"),
    ],
)
def test_what_does_not_fit_together_is_named(sound, changes, expected):
    for name, value in changes.items():
        setattr(sound, name, value)
    assert found() == [expected]


def test_storage_settings_without_a_bucket_are_named(sound, monkeypatch):
    monkeypatch.setenv("S3_ENDPOINT_URL", "https://s3.example.vn")
    assert found() == ["lms.E005"]


def test_half_of_the_storage_keys_is_named(sound, monkeypatch):
    sound.S3_BUCKET = "lms"
    monkeypatch.setenv("S3_ACCESS_KEY", "a")
    assert found() == ["lms.E006"]
    monkeypatch.setenv("S3_SECRET_KEY", "b")
    assert found() == []


def test_a_key_in_a_file_does_not_suit_several_machines(sound, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    assert found() == ["lms.W024"]


def test_on_one_machine_sqlite_and_the_folder_broker_are_fine(sound, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    sound.DATABASES, sound.CELERY_BROKER_URL = SQLITE, "filesystem://"
    assert found() == []


def test_what_keeps_certificates_from_being_printed_is_named(monkeypatch):
    monkeypatch.setattr(checks, "fonts_ready", lambda: ["WeasyPrint cannot load Pango. Install it: …"])
    [message] = checks.pdfs_can_be_made(None)
    assert (message.id, message.msg) == ("lms.E010", "WeasyPrint cannot load Pango. Install it: …")


def test_certificates_can_be_printed_here_as_script_setup_promises():
    assert checks.pdfs_can_be_made(None) == []
