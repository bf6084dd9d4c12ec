"""What the libraries say in our Vietnamese: whole sentences, the right blanks to fill, nothing out of date."""

import re
import unicodedata
from pathlib import Path

import django
import pytest
import wagtail
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.utils import translation

LOCALES = Path(__file__).resolve().parents[2] / "lms" / "locale" / "libraries"
CATALOGUES = [
    ("wagtail", "django", wagtail, 1500),
    ("wagtail", "djangojs", wagtail, 80),
    ("django", "django", django, 150),
]
BLANK = re.compile(r"%\(\w+\)[sdr]|%[sd]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
# The address of the folder, which no reader needs.
MAY_LEAVE_OUT = {"%(parent_url_path)s"}


def messages(file: Path) -> dict[tuple[str, str], Message]:
    with file.open("rb") as handle:
        return {(m.context or "", forms(m)[0]): m for m in read_po(handle, locale="vi") if m.id}


def forms(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


@pytest.mark.parametrize(("folder", "domain", "library", "at_least"), CATALOGUES)
def test_a_library_catalogue_fits_the_installed_library(folder, domain, library, at_least):
    ours = messages(LOCALES / folder / "vi" / "LC_MESSAGES" / f"{domain}.po")
    theirs: set[tuple[str, str]] = set()
    for file in Path(library.__file__).parent.rglob(f"locale/en/LC_MESSAGES/{domain}.po"):
        theirs |= messages(file).keys()
    assert len(ours) > at_least
    assert sorted(ours.keys() - theirs) == []


@pytest.mark.parametrize(("folder", "domain"), [case[:2] for case in CATALOGUES])
def test_a_library_catalogue_fills_the_same_blanks(folder, domain):
    wrong = []
    for message in messages(LOCALES / folder / "vi" / "LC_MESSAGES" / f"{domain}.po").values():
        said = message.string if isinstance(message.string, str) else message.string[0]
        blanks = [set(BLANK.findall(form)) - MAY_LEAVE_OUT for form in forms(message)]
        tags = [sorted(TAG.findall(form)) for form in forms(message)]
        fits = set(BLANK.findall(said)) in blanks and sorted(TAG.findall(said)) in tags
        if not said or not fits or said != unicodedata.normalize("NFC", said):
            wrong.append(forms(message)[0])
    assert wrong == []


def test_the_editor_and_the_forms_speak_vietnamese():
    with translation.override("vi"):
        assert translation.gettext("Save draft") == "Lưu bản nháp"
        assert translation.gettext("Password reset unsuccessful") == "Chưa đặt lại được mật khẩu"
        minutes = translation.ngettext("%(num)d minute", "%(num)d minutes", 3) % {"num": 3}
        assert minutes == "3 phút"
