"""Files in an S3-compatible bucket: private, never overwritten, and errors that say what is wrong with the storage.

Every file goes in and out through the application, which checks who asks. So the bucket may stand in an inner
network, no address of it is ever shown, and nothing in it has to be public.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

GONE = {"404", "NoSuchKey"}
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}

CLIENT = Config(
    # A storage that hangs may hold a web thread for seconds, not for minutes.
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Many storages do not know the newer checksums; what matters has its SHA-256 in the database.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class BucketError(OSError):
    """The storage cannot be used: not there, not answering or refusing. The message names the bucket and the cause."""


class BucketStorage(S3Storage):
    """django-storages' S3 with ``base_url``: the application's own address of these files, None where they have none.

    Errors are those of a folder: FileNotFoundError, or BucketError, an OSError as well.
    """

    def get_default_settings(self) -> dict[str, Any]:
        ours = {"base_url": None, "file_overwrite": False, "client_config": CLIENT}
        return {**super().get_default_settings(), **ours}

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        if self.base_url is None:
            raise ValueError("These files have no address: a view hands them out.")
        return urljoin(str(self.base_url), filepath_to_uri(name) or "")

    def exists(self, name: str) -> bool:
        with self._in_words(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with self._in_words(name):
            super().delete(name)

    def size(self, name: str) -> int:
        with self._in_words(name):
            return int(super().size(name))

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """The whole file at once, so that every error comes here; what may be larger is read by ``part``."""
        if mode != "rb":
            raise ValueError(f"A file in a bucket is opened as 'rb', not as {mode!r}.")
        with self._in_words(name):
            found = self.connection.meta.client.get_object(**self._key(name))
            return ContentFile(found["Body"].read(), name)

    def part(self, name: str, first: int, last: int) -> bytes:
        """The bytes from ``first`` to ``last``, both included."""
        with self._in_words(name):
            found = self.connection.meta.client.get_object(**self._key(name), Range=f"bytes={first}-{last}")
            return bytes(found["Body"].read())

    def _save(self, name: str, content: "File[bytes]") -> str:
        """Of two writers who found one name free, the second gets a name of its own, as in a folder."""
        content.open()
        body, name = content.read(), clean_name(name)
        while True:
            try:
                with self._in_words(name):
                    self.connection.meta.client.put_object(
                        Body=body,
                        IfNoneMatch="*",
                        **self._key(name),
                        **self._get_write_parameters(name, content),
                    )
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name

    def _key(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(clean_name(name))}

    @contextmanager
    def _in_words(self, name: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in GONE:
                raise FileNotFoundError(f"There is no {name} in the bucket {self.bucket_name}.") from error
            if code in TAKEN:
                raise FileExistsError(name) from error
            raise BucketError(f"The bucket {self.bucket_name} cannot be used: {error}") from error
        except BotoCoreError as error:
            raise BucketError(f"The bucket {self.bucket_name} cannot be reached: {error}") from error


def problems(storage: BucketStorage) -> list[str]:
    """What keeps the bucket from being used as it must be, tried with two files of a few bytes; [] when all is well."""
    written: list[str] = []
    try:
        written.append(storage.save(f"check-{secrets.token_hex(8)}", ContentFile(b"first")))
        written.append(storage._save(written[0], ContentFile(b"second")))
        with storage.open(written[0]) as file:
            kept = file.read() == b"first"
        anybody = _anybody_reads(storage, written[0])
        for name in written:
            storage.delete(name)
    except OSError as error:
        return [str(error)]
    return [
        *([] if kept else ["The storage overwrites files although it is asked not to (If-None-Match)."]),
        *(["Anybody can read the bucket without a key."] if anybody else []),
    ]


def _anybody_reads(storage: BucketStorage, name: str) -> bool:
    try:
        storage.unsigned_connection.meta.client.get_object(**storage._key(name))
    except ClientError:
        return False
    return True
