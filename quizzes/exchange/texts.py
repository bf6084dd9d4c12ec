"""The text of an uploaded file, or a sentence that says why its letters cannot be read for certain.

A guessed text is not an exact text (rule 10): what is not Unicode is refused, and so is Unicode that only
repeats the bytes of an older Vietnamese encoding.
"""

import codecs
import re

from django.utils.translation import gettext as _

from quizzes.exchange.question import FileRefused

_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
# What appears in no Vietnamese Unicode text but everywhere in one whose bytes were taken for Western letters.
_TCVN3 = re.compile(r"[¸µ¶·¹¨¾»¼½Æ©ÇË®ÐÎÏÑÖ×ØÜÞßä«åæç¬ëîïñ­öøûüþÿ](?=[a-zA-Z\s,.;:?!)]|$)")
_VNI = re.compile(r"[aeouAEOU][øûïäåëöØÛÏÄÅËÖ]|ñ[aeiouyöô]|[öô][øûïäåùõ]")
_TWICE = re.compile(r"á[º»][\x80-\xbf€-™]|Ä[\x80-\x91‘’\xa0-\xad]|Æ[°¡\xa0-\xb0]|Ã[\xa0-\xbf]")
_SEEN_AT_LEAST = 4


def decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 with its mark; line ends become \\n. Raises FileRefused."""
    if not data.strip():
        raise FileRefused(_("The file is empty."))
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _text(data[len(mark) :], encoding)
            break
    else:
        text = _text(data, "utf-8")
    if "\0" in text:
        raise FileRefused(
            _("The file holds NUL bytes, which no text has. Save it again as a text file in UTF-8.")
        )
    if _CONTROL.search(text):
        raise FileRefused(_("The file holds control characters, which no text has. Save it again in UTF-8."))
    refuse_old_letters(text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data[:200]:
            raise FileRefused(
                _("The file holds NUL bytes, which no text has. Save it again as a text file in UTF-8.")
            ) from error
        raise FileRefused(
            _(
                "The file is not in Unicode (UTF-8), so its Vietnamese letters cannot be read for certain; it may be "
                "in Windows-1258, TCVN3 or VNI. Open it in its own program, save it as UTF-8 and upload it again."
            )
        ) from error


def refuse_old_letters(text: str) -> None:
    """Raises FileRefused for Vietnamese written in a font of old (TCVN3, VNI) or decoded wrongly before."""
    vietnamese = len(_VIETNAMESE.findall(text))
    for name, pattern in (("UTF-8", _TWICE), ("VNI", _VNI), ("TCVN3 (ABC)", _TCVN3)):
        seen = len(pattern.findall(text))
        if seen >= _SEEN_AT_LEAST and seen > vietnamese:
            if name == "UTF-8":
                raise FileRefused(
                    _(
                        "The Vietnamese letters of the file were destroyed before (“Ã¡”, “áº¿” in place of “á”, “ế”): "
                        "it was once opened in a wrong encoding. Export it again from its own program as UTF-8."
                    )
                )
            raise FileRefused(
                _(
                    "The text is written in the old encoding %(name)s, not in Unicode. Convert it to Unicode "
                    "(for example with UniKey's toolkit), save it as UTF-8 and upload it again."
                )
                % {"name": name}
            )
