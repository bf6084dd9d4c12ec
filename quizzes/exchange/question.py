"""A question between the bank and a file: one neutral form, whatever the format."""

import unicodedata
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from lms.lib.text import exact, stream_safe
from quizzes.kinds import Choice

MAX_BYTES = 20 * 1024 * 1024  # of a file as uploaded
MAX_ENTRIES = 3_000  # files in a package
MAX_UNPACKED = 60 * 1024 * 1024  # of the files of a package that are read, counted while unpacking
MAX_QUESTIONS = 500  # in one file: as many as a person can look through before importing
MAX_REFUSALS = 500
MAX_OPTIONS_READ = (
    100  # of one question; how many the bank takes is judged later, and each then beside each other
)

NEVER_IN_A_LINE = {"\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"}


class FileRefused(Exception):
    """Nothing of the file was read. ``str()`` is a translated sentence that says why and what to do."""


class QuestionRefused(Exception):
    """One question of a file cannot be taken over; ``str()`` is a translated sentence."""


@dataclass(frozen=True)
class Picture:
    """``data``: the file's bytes; b"" where only ``library`` is known, the title of a picture of the library, or
    ``file``, the name in the storage of one that waits to be imported.
    """

    data: bytes = b""
    alt: str = ""
    library: str = ""
    file: str = field(default="", compare=False)


@dataclass(frozen=True)
class Situation:
    """Questions of one file whose situations have one ``key`` belong to one situation."""

    key: str
    title: str
    text: str
    picture: Picture | None = None


@dataclass(frozen=True)
class ExchangeQuestion:
    """``folder``: names from the top down, empty for the folder that is imported into. ``basis``: the number of a
    legal basis. ``id``: what the file calls the question; our own files say its key (a UUID). ``line``: where
    it stands in the file, from 1. ``warnings``: sentences on what was read otherwise than it stands there.
    """

    kind: str
    stem: str
    choices: tuple[Choice, ...]
    explanation: str = ""
    picture: Picture | None = None
    tags: tuple[str, ...] = ()
    difficulty: int = 2
    points: Decimal = Decimal(1)
    partial: bool = False
    fold: bool = False
    basis: str = ""
    article: str = ""
    folder: tuple[str, ...] = ()
    scenario: Situation | None = None
    id: str = ""
    line: int = 0
    warnings: tuple[str, ...] = ()

    def cleaned(self) -> "ExchangeQuestion":
        """With its texts as the bank stores them, so that two of them can be compared."""
        picture, scenario = self.picture, self.scenario
        return replace(
            self,
            stem=paragraphs(self.stem),
            explanation=paragraphs(self.explanation),
            choices=tuple(
                option._replace(
                    text=exact(option.text), match=exact(option.match), feedback=exact(option.feedback)
                )
                for option in self.choices
            ),
            picture=replace(picture, alt=exact(picture.alt)) if picture else None,
            tags=tuple(dict.fromkeys(filter(None, map(exact, self.tags)))),
            basis=exact(self.basis),
            article=exact(self.article),
            folder=tuple(filter(None, map(exact, self.folder))),
            scenario=replace(
                scenario,
                key=exact(scenario.key),
                title=exact(scenario.title),
                text=paragraphs(scenario.text),
                picture=replace(scenario.picture, alt=exact(scenario.picture.alt))
                if scenario.picture
                else None,
            )
            if scenario
            else None,
            id=exact(self.id),
        )


@dataclass(frozen=True)
class Refusal:
    """A question that was not read: its line (from 1; the row of a sheet), how it begins, and why."""

    line: int
    subject: str
    reason: str


@dataclass
class Reading:
    """What stands in a file. ``format``: the name of a module of this package."""

    format: str
    questions: list[ExchangeQuestion] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, line: int, subject: str, reason: str) -> None:
        if len(self.refusals) < MAX_REFUSALS:
            self.refusals.append(Refusal(line, beginning(subject), reason))


def refuse_too_many(options: int) -> None:
    """Raises QuestionRefused before every option of a hostile question is compared with every other."""
    if options > MAX_OPTIONS_READ:
        raise QuestionRefused(
            _("The question has %(count)d options; there is room for %(limit)d.")
            % {"count": options, "limit": MAX_OPTIONS_READ}
        )


def paragraphs(text: str) -> str:
    """A text of several lines as it is stored: NFC, each line exact, never more than one empty line."""
    text = unicodedata.normalize("NFC", stream_safe(text)).replace("\r\n", "\n").replace("\r", "\n")
    for mark in NEVER_IN_A_LINE:
        text = text.replace(mark, "\n")
    lines: list[str] = []
    for line in map(exact, text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip()


def beginning(text: str, length: int = 80) -> str:
    text = exact(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"
