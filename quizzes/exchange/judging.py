"""What would become of each question of a file: sound, to be mended, there already, or not to be had at all."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from wagtail.images.models import Image

from courses.models import LegalBasis
from lms.lib.text import fold
from quizzes.exchange.question import ExchangeQuestion, Picture
from quizzes.kinds import Draft
from quizzes.models import Question, QuestionBank, QuestionOption, Scenario
from quizzes.questions import faults

_SPACE = uuid5(NAMESPACE_URL, "ward-lms:questions")
MOST_OPTIONS = 20


@dataclass
class Candidate:
    """A question that was read, before it is imported. ``number``: its place in the reading, from 0.

    ``refused``: why it cannot be taken at all. ``faults``: what must be mended before it can be published.
    ``duplicate``: where it stands already, as a sentence; it is only taken as a copy of its own. ``known``: the bank
    has its key. ``twins``: the names of the folders where the same content stands.
    """

    number: int
    question: ExchangeQuestion
    key: UUID
    refused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    duplicate: str = ""
    known: bool = False
    twins: frozenset[str] = frozenset()
    basis: LegalBasis | None = None
    image: Image | None = None
    scenario_image: Image | None = None

    @property
    def is_sound(self) -> bool:
        return not (self.refused or self.faults or self.duplicate)


def judged(questions: Sequence[ExchangeQuestion], bank: QuestionBank) -> list[Candidate]:
    """A fixed number of queries for each five hundred questions."""
    candidates = [
        Candidate(number, question, key_of(question, bank), warnings=list(question.warnings))
        for number, question in enumerate(questions)
    ]
    _look_up_bases(candidates)
    _look_up_pictures(candidates)
    for candidate in candidates:
        candidate.refused += _too_long(candidate.question)
        candidate.faults += faults(draft_of(candidate))
    _find_duplicates(candidates)
    return candidates


def key_of(question: ExchangeQuestion, bank: QuestionBank) -> UUID:
    """Our own files name the key itself; else it follows from the number or the content, within one folder."""
    try:
        return UUID(question.id)
    except ValueError:
        pass
    if question.id:
        return uuid5(_SPACE, f"{bank.pk}:id:{question.id}")
    # The keys of options follow from this key and are on the paper: without the secret, whoever knows both halves of
    # a matching question could try all pairings until the keys come out right.
    said = salted_hmac(str(_SPACE), content_of(question), algorithm="sha256").hexdigest()
    return uuid5(_SPACE, f"{bank.pk}:content:{said}")


def scenario_key_of(question: ExchangeQuestion, bank: QuestionBank) -> UUID:
    """The same situation of the same file is one, also in a second import."""
    scenario = question.scenario
    assert scenario is not None  # noqa: S101 - the caller asked
    try:
        return UUID(scenario.key)
    except ValueError:
        said = f"{scenario.key}\n{scenario.title}\n{scenario.text}"
        return uuid5(_SPACE, f"{bank.pk}:situation:{said}")


def content_of(question: ExchangeQuestion) -> str:
    """What makes two questions the same to a reader: kind, text, options and the situation they are about."""
    parts = [question.kind, question.stem, *sorted(_pairs(question))]
    if question.scenario:
        parts.append(question.scenario.text)
    return hashlib.sha256("\0".join(map(fold, parts)).encode()).hexdigest()


def _pairs(question: ExchangeQuestion) -> Iterator[str]:
    return (f"{option.text}={option.match}" for option in question.choices)


def draft_of(candidate: Candidate) -> Draft:
    question = candidate.question
    return Draft(
        kind=question.kind,
        stem=question.stem,
        options=question.choices,
        has_picture=bool(question.picture and (_is_held(question.picture) or candidate.image)),
        picture_alt=question.picture.alt if question.picture else "",
    )


def _is_held(picture: Picture) -> bool:
    """It came with the file, be its bytes at hand or waiting in the storage."""
    return bool(picture.data or picture.file)


def _look_up_bases(candidates: Iterable[Candidate]) -> None:
    known = {fold(basis.number): basis for basis in LegalBasis.objects.all()}
    for candidate in candidates:
        number = candidate.question.basis
        candidate.basis = known.get(fold(number)) if number else None
        if number and candidate.basis is None:
            candidate.warnings.append(
                _("The legal basis “%(number)s” is not in the list, so the question comes without it.")
                % {"number": number}
            )


def _look_up_pictures(candidates: Iterable[Candidate]) -> None:
    pictures: dict[str, list[Image]] = {}
    wanted = {picture.library for candidate in candidates for picture in _named(candidate)}
    for titles in batched(sorted(wanted), 500):
        for image in Image.objects.filter(title__in=titles):
            pictures.setdefault(image.title, []).append(image)
    for candidate in candidates:
        question = candidate.question
        candidate.image = _one(candidate, question.picture, pictures)
        scenario = question.scenario
        candidate.scenario_image = _one(candidate, scenario.picture if scenario else None, pictures)


def _named(candidate: Candidate) -> Iterator[Picture]:
    question = candidate.question
    for picture in (question.picture, question.scenario.picture if question.scenario else None):
        if picture and not _is_held(picture) and picture.library:
            yield picture


def _one(candidate: Candidate, picture: Picture | None, known: dict[str, list[Image]]) -> Image | None:
    if picture is None or _is_held(picture) or not picture.library:
        return None
    found = known.get(picture.library, [])
    if len(found) == 1:
        return found[0]
    sentence = (
        _("Several pictures of the library are called “%(title)s”. Give the right one a title of its own.")
        if found
        else _("The picture library has no picture called “%(title)s”.")
    )
    candidate.refused.append(sentence % {"title": picture.library[:60]})
    return None


def _too_long(question: ExchangeQuestion) -> list[str]:
    """What the bank has no room for; cutting it would change what it says."""
    scenario, picture = question.scenario, question.picture
    texts = [
        (_("text of the question"), question.stem, 800),
        (_("explanation"), question.explanation, 800),
        (_("article"), question.article, 120),
        (_("description of the picture"), picture.alt if picture else "", 300),
        *((_("option"), option.text, 400) for option in question.choices),
        *((_("option"), option.match, 400) for option in question.choices),
        *((_("feedback"), option.feedback, 400) for option in question.choices),
        *((_("tag"), tag, 100) for tag in question.tags),
        *((_("folder"), name, 150) for name in question.folder),
    ]
    if scenario:
        shown = scenario.picture
        texts += [
            (_("title of the situation"), scenario.title, 120),
            (_("text of the situation"), scenario.text, 2000),
            (_("description of the picture"), shown.alt if shown else "", 300),
        ]
    found = [
        _("Too long: %(what)s has %(length)d characters; there is room for %(limit)d.")
        % {"what": what, "length": len(text), "limit": limit}
        for what, text, limit in texts
        if len(text) > limit
    ]
    if len(question.choices) > MOST_OPTIONS:
        found.append(
            _("The question has %(count)d options; there is room for %(limit)d.")
            % {"count": len(question.choices), "limit": MOST_OPTIONS}
        )
    return list(dict.fromkeys(found))


def _find_duplicates(candidates: Sequence[Candidate]) -> None:
    by_key, by_content = _in_the_bank(candidates)
    seen: dict[object, int] = {}
    for candidate in candidates:
        content = content_of(candidate.question)
        candidate.known, candidate.twins = candidate.key in by_key, frozenset(by_content.get(content, ()))
        if candidate.key in by_key:
            candidate.duplicate = _("It was imported before: it stands in “%(bank)s”.") % {
                "bank": by_key[candidate.key]
            }
        elif content in by_content:
            candidate.duplicate = _("The same question stands in “%(bank)s” already.") % {
                "bank": min(by_content[content])
            }
        elif (twin := seen.get(candidate.key, seen.get(content))) is not None:
            candidate.duplicate = _("The same question stands in this file already, in line %(line)d.") % {
                "line": twin
            }
        seen.setdefault(candidate.key, candidate.question.line)
        seen.setdefault(content, candidate.question.line)


def _in_the_bank(candidates: Sequence[Candidate]) -> tuple[dict[UUID, str], dict[str, set[str]]]:
    """The names of the folders where questions stand that have one of the keys, or the same content."""
    by_key: dict[UUID, str] = {}
    for keys in batched({candidate.key for candidate in candidates}, 500):
        by_key |= dict(Question.objects.filter(key__in=keys).values_list("key", "bank__name"))
    by_content: dict[str, set[str]] = {}
    stems = {fold(candidate.question.stem) for candidate in candidates}
    for some in batched(sorted(stems), 500):
        twins = Question.objects.filter(search_text__in=some).select_related("bank", "scenario")
        options: dict[int, list[str]] = {}
        rows = QuestionOption.objects.filter(question__in=twins).values_list("question", "text", "match")
        for question, text, match in rows:
            options.setdefault(question, []).append(f"{text}={match}")
        for twin in twins:
            parts = [twin.kind, twin.stem, *sorted(options.get(twin.pk, []))]
            if isinstance(twin.scenario, Scenario):
                parts.append(twin.scenario.text)
            digest = hashlib.sha256("\0".join(map(fold, parts)).encode()).hexdigest()
            by_content.setdefault(digest, set()).add(twin.bank.name)
    return by_key, by_content
