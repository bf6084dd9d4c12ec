"""Moodle's paths of categories and our folders."""

import re

from lms.lib.text import exact

_PLACES = re.compile(r"^\$(?:course|cat\d*|module|system)\w*\$$")


def folder_of(path: str) -> tuple[str, ...]:
    """The names in “$course$/top/A/B//C”: (A, B/C). What says where in Moodle it stood is left out."""
    parts = [exact(part.replace("\0", "/")) for part in path.replace("//", "\0").split("/")]
    parts = [part for part in parts if part]
    if parts and _PLACES.match(parts[0]):
        parts = parts[1:]
        if parts and parts[0] == "top":
            parts = parts[1:]
    return tuple(parts)


def path_of(folder: tuple[str, ...]) -> str:
    return "/".join(["$course$", "top", *(name.replace("/", "//") for name in folder)])
