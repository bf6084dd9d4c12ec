"""Certificates and pictures in an S3-compatible storage, over HTTP, chosen by production's environment variables."""

import hashlib
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Picture
from wagtail.documents.models import Document
from wagtail.images.models import Image

from certificates import issuing
from certificates.issuing import _store, issue_certificate, retry
from certificates.models import Certificate
from certificates.rendering import render_certificate
from lms import checks
from lms.lib.bucket import BucketError, BucketStorage
from tests.factories import Cast, make_completion

SETTINGS = Path(__file__).resolve().parents[2] / "lms" / "settings" / "__init__.py"
BUCKET = "ward-lms"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server of this module's own, empty at first, on a free port."""
    program = "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        address = next(
            found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line))
        )
        Thread(target=process.stderr.read, daemon=True).start()  # its log must not fill the pipe
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def environment(server: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """As in lms.env, with a bucket that is not there."""
    for name, value in {
        "S3_BUCKET": "no-such-bucket",
        "S3_ENDPOINT_URL": server,
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def from_environment() -> dict[str, Any]:
    """The product's settings as a process reads them that starts now."""
    return runpy.run_path(str(SETTINGS))


@pytest.fixture
def use(settings) -> Iterator[Any]:
    """Makes the storages those of the environment, as it is when called."""
    field = Certificate._meta.get_field("file")
    before = field.storage

    def use() -> Storage:
        settings.STORAGES = from_environment()["STORAGES"]
        field.storage = field._storage_callable()
        return field.storage

    yield use
    field.storage = before


@pytest.fixture(scope="module")
def s3(server: str) -> Any:
    """A client that looks into the server, beside the product."""
    return boto3.client(
        "s3",
        endpoint_url=server,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )


@pytest.fixture
def bucket(s3: Any, environment: pytest.MonkeyPatch, use: Any) -> Iterator[Storage]:
    """The storage of certificates in a bucket that is there, and empty."""
    s3.create_bucket(Bucket=BUCKET)
    environment.setenv("S3_BUCKET", BUCKET)
    yield use()
    for name in keys(s3):
        s3.delete_object(Bucket=BUCKET, Key=name)
    s3.delete_bucket(Bucket=BUCKET)


def keys(s3: Any) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def stored(s3: Any, key: str) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


@pytest.fixture
def few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the rendered page, where only its way to the storage is tried."""
    monkeypatch.setattr(issuing, "render_certificate", lambda certificate: f"%PDF-1.7 {certificate}".encode())


# --- Certificates --------------------------------------------------------------------------------------------


def test_a_certificate_is_stored_once_and_handed_out_by_the_application(
    client: Client, cast: Cast, bucket, s3
):
    certificate = issue_certificate(make_completion(cast.lan).pk)
    [key] = keys(s3)
    content = stored(s3, key)
    assert key == f"certificates/{certificate.file.name}"
    assert (certificate.state, certificate.attempts) == ("issued", 1)
    assert content == render_certificate(certificate)
    assert certificate.sha256 == hashlib.sha256(content).hexdigest()

    assert issue_certificate(certificate.completion_id).sha256 == certificate.sha256
    assert (keys(s3), stored(s3, key)) == ([key], content)

    address = reverse("certificates:download", args=[certificate.code])
    answers = []
    for user in (cast.lan.user, cast.ward_hr, cast.other_hr):
        client.force_login(user)
        answers.append(client.get(address))
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert answers[0].content == answers[1].content == content
    page = Client().get(certificate.get_absolute_url()).content.decode()
    assert certificate.sha256 in page


@pytest.mark.usefixtures("few_bytes")
def test_bytes_that_a_crash_left_behind_are_taken_and_not_written_again(cast: Cast, bucket, s3):
    completion = make_completion(cast.lan)
    certificate = issue_certificate(completion.pk)
    [key] = keys(s3)
    before = s3.head_object(Bucket=BUCKET, Key=key)["LastModified"]
    assert _store(certificate, stored(s3, key)) == (certificate.file.name, certificate.sha256)
    assert keys(s3) == [key]
    assert s3.head_object(Bucket=BUCKET, Key=key)["LastModified"] == before


def test_a_file_is_never_overwritten(bucket, s3):
    """Not even by a writer who found the name free a moment ago."""
    first = bucket.save("2026/a.pdf", ContentFile(b"first"))
    second = bucket.save("2026/a.pdf", ContentFile(b"second"))
    third = bucket._save("2026/a.pdf", ContentFile(b"third"))
    assert first == "2026/a.pdf"
    assert len({first, second, third}) == 3
    assert [bucket.open(name).read() for name in (first, second, third)] == [b"first", b"second", b"third"]


def test_nobody_reads_a_file_without_the_applications_key(bucket, server):
    name = bucket.save("2026/a.pdf", ContentFile(b"first"))
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{server}/{BUCKET}/certificates/{name}")
    with pytest.raises(ValueError, match="no address"):
        bucket.url(name)


def test_a_file_that_is_gone_is_missing_and_the_storage_is_not(bucket):
    with pytest.raises(FileNotFoundError, match=r"There is no 2026/a\.pdf in the bucket ward-lms"):
        bucket.open("2026/a.pdf")
    assert not bucket.exists("2026/a.pdf")
    bucket.delete("2026/a.pdf")


def test_requests_carry_nothing_that_only_the_newest_storages_know(bucket):
    sent: list[set[str]] = []
    bucket.connection.meta.client.meta.events.register(
        "before-send.s3", lambda request, **kwargs: sent.append({name.lower() for name in request.headers})
    )
    bucket.open(bucket.save("2026/a.pdf", ContentFile(b"first"))).read()
    assert len(sent) == 3  # is the name free, write, read
    assert {name for names in sent for name in names if "checksum" in name or "trailer" in name} == set()


# --- When the storage fails ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("environment", "few_bytes")
def test_without_the_bucket_the_worker_tries_three_times_and_says_why(
    client: Client, cast: Cast, use, s3, request
):
    use()
    completion = make_completion(cast.lan)
    attempts = []
    for hour in range(4):
        with time_machine.travel(timezone.now() + timedelta(hours=hour)):
            certificate = issue_certificate(completion.pk)
        attempts.append((certificate.state, certificate.attempts))
    assert attempts == [("pending", 1), ("pending", 2), ("failed", 3), ("failed", 3)]
    assert certificate.last_error.startswith("BucketError: The bucket no-such-bucket cannot be used: ")
    assert "The specified bucket does not exist" in certificate.last_error

    request.getfixturevalue("bucket")
    assert retry(Certificate.objects.all()) == [certificate]
    assert issue_certificate(completion.pk).state == "issued"
    assert keys(s3) == [f"certificates/{Certificate.objects.get().file.name}"]


@pytest.mark.usefixtures("few_bytes")
def test_a_storage_that_is_away_is_no_missing_file(
    client: Client, cast: Cast, bucket, environment, use, caplog
):
    certificate = issue_certificate(make_completion(cast.lan).pk)
    environment.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:1")
    use()
    client.force_login(cast.lan.user)
    answer = client.get(reverse("certificates:download", args=[certificate.code]))
    assert answer.status_code == 503
    assert certificate.register_number in answer.content.decode()
    assert "The bucket ward-lms cannot be reached" in caplog.text
    client.raise_request_exception = False
    assert client.get("/media/images/a.webp").status_code == 500
    with pytest.raises(BucketError):
        default_storage.exists("images/a.webp")


# --- Pictures ------------------------------------------------------------------------------------------------


def test_a_trainers_picture_is_kept_in_the_bucket_and_shown_at_our_own_address(
    client: Client, cast: Cast, bucket, s3, settings, django_capture_on_commit_callbacks
):
    file = BytesIO()
    Picture.new("RGB", (800, 450), "teal").save(file, "PNG")
    client.force_login(cast.admin)
    upload = {"title": "Màn hình", "file": SimpleUploadedFile("man-hinh.png", file.getvalue(), "image/png")}
    assert client.post(reverse("wagtailimages:add"), upload).status_code == 302
    image = Image.objects.get()
    small = image.get_rendition("max-360x1080|format-webp")
    assert {f"media/{image.file.name}", f"media/{small.file.name}"} <= set(keys(s3))
    assert stored(s3, f"media/{image.file.name}") == file.getvalue()

    assert small.url == f"/media/{small.file.name}"
    shown = Client().get(small.url)
    assert b"".join(shown.streaming_content) == stored(s3, f"media/{small.file.name}")
    assert shown.headers["Content-Type"] == "image/webp"
    assert Client().get(f"/media/{image.file.name}").status_code == 404
    assert from_environment()["SECURE_CSP"] == settings.SECURE_CSP
    assert client.get(reverse("wagtailimages:edit", args=[image.pk])).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
    assert keys(s3) == []


def test_a_lessons_file_is_fetched_from_the_bucket_in_parts(
    client: Client, cast: Cast, bucket, s3, monkeypatch
):
    monkeypatch.setattr("lms.lib.ranges.PIECE", 3)
    document = Document.objects.create(title="Phim", file=ContentFile(b"0123456789", name="phim.mp4"))
    assert stored(s3, f"media/{document.file.name}") == b"0123456789"
    client.force_login(cast.admin)
    for asked, body in (({}, b"0123456789"), ({"Range": "bytes=2-8"}, b"2345678")):
        assert b"".join(client.get(document.url, headers=asked).streaming_content) == body
    document.file.storage.delete(document.file.name)
    assert client.get(document.url).status_code == 404


# --- Settings ------------------------------------------------------------------------------------------------


def found() -> list[tuple[str, str]]:
    return [(each.id, each.msg) for each in checks.fit_for_production(None) if each.id == "lms.E026"]


def test_a_sound_bucket_has_nothing_to_mend_and_keeps_nothing_of_the_check(bucket, s3):
    assert found() == []
    assert keys(s3) == []


@pytest.mark.usefixtures("environment")
def test_a_missing_bucket_is_named_before_the_first_certificate(use):
    use()
    [(_id, message)] = found()
    assert message.startswith("The bucket no-such-bucket cannot be used: ")


def test_a_public_bucket_is_named(bucket, s3, monkeypatch):
    saved = BucketStorage._save

    def save_and_publish(self: BucketStorage, name: str, content: Any) -> str:
        name = saved(self, name, content)
        s3.put_object_acl(Bucket=BUCKET, Key=f"certificates/{name}", ACL="public-read")
        return name

    monkeypatch.setattr(BucketStorage, "_save", save_and_publish)
    assert found() == [("lms.E026", "Anybody can read the bucket without a key.")]


def test_a_storage_that_overwrites_is_named(bucket, s3, monkeypatch):
    def overwrite(self: BucketStorage, name: str, content: Any) -> str:
        s3.put_object(Bucket=BUCKET, Key=f"certificates/{name}", Body=content.read())
        return name

    monkeypatch.setattr(BucketStorage, "_save", overwrite)
    [(_id, message)] = found()
    assert message == "The storage overwrites files although it is asked not to (If-None-Match)."


def test_a_wrong_address_of_the_storage_stops_the_start(environment):
    environment.setenv("S3_ENDPOINT_URL", "s3.example.vn")
    with pytest.raises(ImproperlyConfigured, match=r"^S3_ENDPOINT_URL is not understood"):
        from_environment()


def test_without_a_bucket_files_stay_in_folders(monkeypatch):
    monkeypatch.delenv("S3_BUCKET", raising=False)
    kinds = {name: kind["BACKEND"] for name, kind in from_environment()["STORAGES"].items()}
    assert kinds["default"] == kinds["certificates"] == "django.core.files.storage.FileSystemStorage"
    assert not isinstance(storages["certificates"], BucketStorage)
