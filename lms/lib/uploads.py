"""How large an uploaded file may become."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest


class Limit(FileUploadHandler):
    """Stops reading an upload that grows beyond ``most`` bytes, whatever length it claims; nothing of it is kept.

    To be put first among the request's upload handlers, before anything reads the form.
    """

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.received = 0
        self.exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > self.most:
            self.exceeded = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # left to the handlers after it
