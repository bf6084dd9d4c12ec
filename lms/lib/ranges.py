"""Files handed out in parts, as players ask for them: a video begins at once and can be wound forward."""

import re
from collections.abc import Iterator

from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from lms.lib.bucket import BucketStorage

PIECE = 256 * 1024  # bytes held in memory for one reader
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def stored_file(request: HttpRequest, storage: Storage, name: str, content_type: str) -> HttpResponseBase:
    """The file, or the part that the request's Range header asks for (206; 416 where there is none).

    Several ranges in one request get the whole file, as the standard allows. Raises FileNotFoundError.
    """
    size = storage.size(name)
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    first, last = _bounds(asked, size) if asked else (0, size - 1)
    response: HttpResponseBase
    if asked and first > last:
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{size}"
    else:
        response = StreamingHttpResponse(_pieces(storage, name, first, last), status=206 if asked else 200)
        response.headers["Content-Length"] = str(last - first + 1)
        if asked:
            response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        # Compressed on the way, the parts would no longer be those of the file.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    response.headers["Content-Type"] = content_type
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _bounds(asked: re.Match[str], size: int) -> tuple[int, int]:
    """First and last byte; a first after the last where nothing of the file was asked for."""
    first, last = asked.groups()
    if not first:
        return (max(size - int(last), 0), size - 1) if last and int(last) else (size, size - 1)
    return int(first), min(int(last), size - 1) if last else size - 1


def _pieces(storage: Storage, name: str, first: int, last: int) -> Iterator[bytes]:
    if isinstance(storage, BucketStorage):
        for begin in range(first, last + 1, PIECE):
            yield storage.part(name, begin, min(begin + PIECE - 1, last))
        return
    with storage.open(name) as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
