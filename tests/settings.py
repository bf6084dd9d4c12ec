"""Settings of the test suite: all real but password hashes (fast), mail (in memory), files (a temporary folder)."""

import os
import tempfile
from pathlib import Path

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
LOGGING = {"version": 1, "disable_existing_loggers": False}
