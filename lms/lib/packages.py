"""A ZIP file from outside, opened without trusting it: nothing is ever unpacked into a folder."""

import posixpath
import zipfile
from typing import IO

from django.utils.translation import gettext as _

_CHUNK = 64 * 1024


class PackageRefused(Exception):
    """``str()`` is a translated sentence that says why the package is not opened."""


class Package:
    """The parts by their names; reading them stops at ``unpacked`` real bytes, all together.

    Raises PackageRefused and nothing else.
    """

    def __init__(self, file: IO[bytes], *, entries: int, unpacked: int) -> None:
        most = entries
        self.limit = self.left = unpacked
        try:
            self.zip = zipfile.ZipFile(file)
            parts = [entry for entry in self.zip.infolist() if not entry.is_dir()]
        except Exception as error:  # a broken directory fails in many ways; to the person it is one
            raise PackageRefused(_damaged()) from error
        if len(parts) > most:
            raise PackageRefused(_("The package holds more than %(limit)d files.") % {"limit": most})
        if any(entry.flag_bits & 1 for entry in parts):
            raise PackageRefused(
                _("The file is protected by a password. Save it without one and upload it again.")
            )
        for entry in parts:
            _refuse_escape(entry.filename)
        self.entries = {posixpath.normpath(entry.filename): entry for entry in parts}
        if len(self.entries) != len(parts):
            raise PackageRefused(_("The package holds the same file twice."))

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def read(self, name: str) -> bytes:
        pieces = []
        try:
            with self.zip.open(self.entries[name]) as part:
                while piece := part.read(_CHUNK):
                    self.left -= len(piece)
                    if self.left < 0:
                        raise PackageRefused(
                            _("Unpacked, the package is larger than %(limit)d MB. It was not read.")
                            % {"limit": self.limit // 1024 // 1024}
                        )
                    pieces.append(piece)
        except PackageRefused:
            raise
        except Exception as error:  # damaged data fails in many ways
            raise PackageRefused(_damaged()) from error
        return b"".join(pieces)

    def name_of(self, reference: str, *, seen_from: str) -> str:
        """The name of a part that another one points at; "" for one that is not in the package."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(seen_from), reference))
        return path if path in self.entries else ""


def _refuse_escape(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\0" in name:
        raise PackageRefused(_("The package holds a file that wants to lie outside of it. It was not read."))


def _damaged() -> str:
    return _("The package is damaged and cannot be opened. Export it again from its own program.")
