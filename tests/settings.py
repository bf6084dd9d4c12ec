"""Settings of the test suite: all real but password hashes (fast), mail (in memory), files (a temporary folder)."""

import gc
import os
import tempfile
from pathlib import Path

# The interpreter looks for garbage after every 2,000 new objects; Django, Wagtail and a test make far more.
gc.set_threshold(100_000, 20, 50)

_data = Path(tempfile.mkdtemp(prefix="lms-tests-"))
os.environ["DATA_DIR"] = str(_data)
os.environ.setdefault("SECRET_KEY", "a key for tests only, long enough for the check")
for _name in ("EMAIL_URL", "CELERY_BROKER_URL", "S3_BUCKET", "BASE_URL", "DEMO"):
    os.environ.pop(_name, None)

from lms.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
ALLOWED_HOSTS = ["*"]
# Tasks run only where a test runs them: a message is a wake-up, and most tests need none.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
WHITENOISE_AUTOREFRESH = True
# Twenty threads on a loaded machine may wait long for their turn.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["OPTIONS"]["timeout"] = 120  # noqa: F405
else:
    DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 120  # noqa: F405
LOGGING = {"version": 1, "disable_existing_loggers": False}
