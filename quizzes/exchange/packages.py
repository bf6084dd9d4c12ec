"""A ZIP file of other systems, opened without trusting it: nothing is ever unpacked into a folder."""

import io
import posixpath
import zipfile

from django.utils.translation import gettext as _

from quizzes.exchange.question import FileRefused

MAX_ENTRIES = 3_000
MAX_UNPACKED = 60 * 1024 * 1024  # of the parts that are read, counted while unpacking
_CHUNK = 64 * 1024


class Package:
    """The parts by their names; reading them stops at MAX_UNPACKED real bytes, all together."""

    def __init__(self, data: bytes) -> None:
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
            entries = [entry for entry in self.zip.infolist() if not entry.is_dir()]
        except Exception as error:  # a broken directory fails in many ways; to the person it is one
            raise FileRefused(_damaged()) from error
        if len(entries) > MAX_ENTRIES:
            raise FileRefused(_("The package holds more than %(limit)d files.") % {"limit": MAX_ENTRIES})
        if any(entry.flag_bits & 1 for entry in entries):
            raise FileRefused(
                _("The file is protected by a password. Save it without one and upload it again.")
            )
        for entry in entries:
            _refuse_escape(entry.filename)
        self.entries = {posixpath.normpath(entry.filename): entry for entry in entries}
        if len(self.entries) != len(entries):
            raise FileRefused(_("The package holds the same file twice."))
        self.left = MAX_UNPACKED

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def read(self, name: str) -> bytes:
        pieces = []
        try:
            with self.zip.open(self.entries[name]) as part:
                while piece := part.read(_CHUNK):
                    self.left -= len(piece)
                    if self.left < 0:
                        raise FileRefused(
                            _("Unpacked, the package is larger than %(limit)d MB. It was not read.")
                            % {"limit": MAX_UNPACKED // 1024 // 1024}
                        )
                    pieces.append(piece)
        except FileRefused:
            raise
        except Exception as error:  # damaged data fails in many ways
            raise FileRefused(_damaged()) from error
        return b"".join(pieces)

    def name_of(self, reference: str, *, seen_from: str) -> str:
        """The name of a part that another one points at; "" for one that is not in the package."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(seen_from), reference))
        return path if path in self.entries else ""


def _refuse_escape(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\0" in name:
        raise FileRefused(_("The package holds a file that wants to lie outside of it. It was not read."))


def _damaged() -> str:
    return _("The package is damaged and cannot be opened. Export it again from its own program.")
