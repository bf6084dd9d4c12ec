"""A question of a file as learners will see it, and its key beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.utils.safestring import SafeString

from quizzes.exchange.judging import Candidate, draft_of
from quizzes.exchange.numbers import vietnamese
from quizzes.exchange.question import Picture
from quizzes.kinds import Choice, Option, PaperQuestion, kind_of
from quizzes.kinds.pictures import picture_html
from quizzes.publishing import PHONE_WIDTH

Sizes = Mapping[str, list[int]]  # [width, height] by the name in the storage


@dataclass(frozen=True)
class KeyLine:
    """An option as the file gives it; ``mark``: its place in the order, ✓ or nothing."""

    mark: str
    right: bool
    option: Choice

    @property
    def share(self) -> str:
        return "" if self.option.fraction is None else vietnamese(self.option.fraction)

    @property
    def tolerance(self) -> str:
        return vietnamese(self.option.tolerance) if self.option.tolerance else ""


@dataclass(frozen=True)
class Shown:
    candidate: Candidate
    paper: PaperQuestion | None  # None where it cannot be shown as a question yet
    key: list[KeyLine]
    picture: Mapping[str, Any] = field(default_factory=dict)
    scenario_picture: Mapping[str, Any] = field(default_factory=dict)

    @property
    def places(self) -> SafeString:
        """The picture with its right and wrong places; empty for other kinds."""
        question = self.candidate.question
        areas = [(option.area, option.correct) for option in question.choices if option.area]
        if question.kind != "hotspot" or not self.picture:
            return SafeString()
        return SafeString(picture_html(self.picture, areas=areas))

    @property
    def points(self) -> str:
        return vietnamese(self.candidate.question.points)


def shown(candidate: Candidate, sizes: Sizes) -> Shown:
    question = candidate.question
    picture = _picture(question.picture, candidate.image, sizes)
    scenario = question.scenario
    return Shown(
        candidate,
        _paper(candidate, picture),
        [_key_line(question.kind, place, option) for place, option in enumerate(question.choices, start=1)],
        picture,
        _picture(scenario.picture if scenario else None, candidate.scenario_image, sizes),
    )


def _paper(candidate: Candidate, picture: Mapping[str, Any]) -> PaperQuestion | None:
    """With the right response filled in."""
    question, kind = candidate.question, kind_of(candidate.question.kind)
    if kind.faults(draft_of(candidate)) or (kind.takes_picture and not picture):
        return None
    options = kind.frozen(_frozen(question.choices))
    blank = PaperQuestion(
        order=candidate.number + 1, kind=question.kind, stem=question.stem, options=[], picture=picture
    )
    paper = kind.blank(blank, options, kind.option_order(options, Random(0), shuffle=False))  # noqa: S311
    settings = {"partial": question.partial, "fold": question.fold}
    return kind.with_response(paper, kind.right_response(options, settings))


def _frozen(choices: tuple[Choice, ...]) -> list[Option]:
    """As a version would keep them, but for the keys, which here only have to differ."""
    matches = list(dict.fromkeys(option.match for option in choices))
    frozen = []
    for place, option in enumerate(choices):
        entry = Option(key=f"{place:08x}", text=option.text, correct=option.correct, feedback=option.feedback)
        if option.match:
            entry |= {"match": option.match, "match_key": f"{len(choices) + matches.index(option.match):08x}"}
        if option.fraction is not None:
            entry["fraction"] = f"{option.fraction:.5f}"
        if option.tolerance is not None:
            entry["tolerance"] = f"{option.tolerance:f}"
        if option.area:
            entry["area"] = option.area
        frozen.append(entry)
    return frozen


def _key_line(kind: str, place: int, option: Choice) -> KeyLine:
    if kind == "ordering":
        return KeyLine(str(place), True, option)
    if kind == "matching":
        return KeyLine("", bool(option.text), option)
    return KeyLine("✓" if option.correct else "", option.correct, option)


def _picture(picture: Picture | None, image: Any, sizes: Sizes) -> Mapping[str, Any]:
    """As a version's picture; empty without one."""
    if picture is None:
        return {}
    if picture.file in sizes:
        width, height = sizes[picture.file]
        return {"file": picture.file, "width": width, "height": height, "alt": picture.alt}
    if image is None:
        return {}
    rendition = image.get_rendition(f"width-{PHONE_WIDTH}|format-webp")
    return {
        "file": rendition.file.name,
        "width": rendition.width,
        "height": rendition.height,
        "alt": picture.alt,
    }
