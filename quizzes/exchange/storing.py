"""A Reading as JSON, its pictures in the storage: how an upload is kept until it is imported."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from lms.lib.pictures import header_of
from quizzes.exchange.question import ExchangeQuestion, Picture, Reading, Refusal, Situation
from quizzes.kinds import Choice

Save = Callable[[bytes], str]  # stores a picture and gives its name
Load = Callable[[str], bytes]


def nothing(name: str) -> bytes:
    """A ``Load`` for who only has to know that there is a picture, and which."""
    return b""


def to_json(reading: Reading, save: Save) -> dict[str, Any]:
    """Each picture is stored once, however often it is shown; ``pictures``: [width, height] by name."""
    names: dict[bytes, str] = {}

    def picture(shown: Picture | None) -> dict[str, str] | None:
        if shown is None:
            return None
        if shown.data and shown.data not in names:
            names[shown.data] = save(shown.data)
        return {"file": names.get(shown.data, ""), "alt": shown.alt, "library": shown.library}

    questions = []
    for question in reading.questions:
        fields = asdict(question) | {
            "choices": [_choice(option) for option in question.choices],
            "points": str(question.points),
            "picture": picture(question.picture),
        }
        if question.scenario:
            fields["scenario"] = asdict(question.scenario) | {"picture": picture(question.scenario.picture)}
        questions.append(fields)
    return {
        "format": reading.format,
        "questions": questions,
        "refusals": [asdict(refusal) for refusal in reading.refusals],
        "pictures": {name: [*header_of(data)[1:]] for data, name in names.items()},
    }


def from_json(data: dict[str, Any], load: Load) -> Reading:
    def picture(kept: dict[str, str] | None) -> Picture | None:
        if kept is None:
            return None
        data = load(kept["file"]) if kept["file"] else b""
        return Picture(data, kept["alt"], kept["library"], kept["file"])

    questions = []
    for fields in data["questions"]:
        scenario = fields["scenario"]
        questions.append(
            ExchangeQuestion(
                **{
                    **fields,
                    "choices": tuple(_option(option) for option in fields["choices"]),
                    "points": Decimal(fields["points"]),
                    "picture": picture(fields["picture"]),
                    "scenario": Situation(**{**scenario, "picture": picture(scenario["picture"])})
                    if scenario
                    else None,
                    **{name: tuple(fields[name]) for name in ("tags", "folder", "warnings")},
                }
            )
        )
    refusals = [Refusal(**refusal) for refusal in data["refusals"]]
    return Reading(data["format"], questions, refusals)


def _choice(option: Choice) -> dict[str, Any]:
    fields = option._asdict()
    return fields | {
        name: None if fields[name] is None else str(fields[name]) for name in ("fraction", "tolerance")
    }


def _option(fields: dict[str, Any]) -> Choice:
    return Choice(
        **fields
        | {
            name: None if fields[name] is None else Decimal(fields[name])
            for name in ("fraction", "tolerance")
        }
    )
