"""Writing GIFT, so that Moodle and we read it back alike (quizzes.exchange.gift)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from quizzes.exchange.fitting import Fit, number_of, plain_fit, without_feedback, without_pictures
from quizzes.exchange.folders import path_of
from quizzes.exchange.labels import PARTLY, written_labels
from quizzes.exchange.question import ExchangeQuestion, beginning
from quizzes.exchange.weights import WHOLE, weight_of, weights_of_several, written
from quizzes.kinds import Choice

_ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\:#={}~"} | {"\n": "\\n"})


def fit(question: ExchangeQuestion) -> Fit:
    found = plain_fit(question)
    if question.kind == "hotspot":
        return found.leave_out(_("GIFT has no questions on a place in a picture."))
    if question.kind in ("matching", "short") and any("->" in option.text for option in question.choices):
        return found.leave_out(_("An answer holds the mark “->”, by which GIFT knows matching questions."))
    without_pictures(found)
    without_feedback(found, ("matching", "ordering"))
    if question.kind == "short" and any("->" in option.feedback for option in question.choices):
        found.lose(_("the mark “->” in a feedback, written as “→”"))
        found.change_options(lambda option: option._replace(feedback=option.feedback.replace("->", "→")))
    _without_backslashes(found)
    return found


def _without_backslashes(found: Fit) -> None:
    """Moodle cannot tell a backslash before a closing bracket from an escaped bracket."""
    question = found.question
    if question is None:
        return
    fields = {
        "tags": tuple(dict.fromkeys(tag.replace("\\", "/") for tag in question.tags)),
        "basis": question.basis.replace("\\", "/"),
        "article": question.article.replace("\\", "/"),
        "id": question.id.replace("\\", "/"),
    }
    if any(getattr(question, name) != value for name, value in fields.items()):
        found.lose(_("backslashes in tags, written as “/”"))
        found.change(**fields)


def write(questions: Iterable[ExchangeQuestion]) -> bytes:
    """Of questions as ``fit`` gives them."""
    blocks: list[str] = []
    folder: tuple[str, ...] = ()
    described: set[str] = set()
    for question in questions:
        if question.folder != folder:
            folder = question.folder
            blocks.append(f"$CATEGORY: {path_of(folder)}")
        scenario = question.scenario
        if scenario and scenario.key not in described:
            described.add(scenario.key)
            blocks.append(
                f"{_notes([('tag', f'tình huống: {scenario.key}')])}\n"
                f"::{_escaped(scenario.title)}::[plain]{_escaped(scenario.text)}"
            )
        blocks.append(_question(question))
    return ("\n\n".join(blocks) + "\n").encode()


def _question(question: ExchangeQuestion) -> str:
    labels = written_labels(question, points=True, partial=question.kind in PARTLY)
    notes = [("id", question.id)] if question.id else []
    lines = [_notes([*notes, *(("tag", label) for label in labels)])] if notes or labels else []
    lines.append(f"::{_escaped(beginning(question.stem, 60))}::[plain]{_escaped(question.stem)}{{")
    lines += _answers(question)
    if question.explanation:
        lines.append(f"####{_text(question.explanation)}")
    return "\n".join(lines) + "\n}"


def _answers(question: ExchangeQuestion) -> list[str]:
    options = question.choices
    match question.kind:
        case "single":
            return [_choice(option) for option in options]
        case "multiple":
            weights = weights_of_several(options, partial=question.partial)
            return [
                f"~%{written(weight)}%{_text(option.text)}{_feedback(option)}"
                for option, weight in zip(options, weights, strict=True)
            ]
        case "true-false":
            return [_truth(options)]
        case "matching":
            return [f"={_text(option.text)} -> {_escaped(option.match)}" for option in options]
        case "ordering":
            graded = "RELATIVE_ALL_PREVIOUS_AND_NEXT" if question.partial else "ALL_OR_NOTHING"
            return [f">0 ALL VERTICAL {graded} SHOW none", *(_text(option.text) for option in options)]
        case "short":
            return [
                f"=%{written(weight_of(option))}%{_text(option.text)}{_feedback(option)}"
                for option in options
            ]
        case _:
            return ["#", *(_number(option) for option in options)]


def _choice(option: Choice) -> str:
    weight = weight_of(option)
    mark = "=" if weight == WHOLE else f"~%{written(weight)}%"
    return f"{mark}{_text(option.text)}{_feedback(option)}"


def _truth(options: tuple[Choice, ...]) -> str:
    true, false = options
    right, wrong = (true, false) if true.correct else (false, true)
    said = f"#{_text(wrong.feedback)}#{_text(right.feedback)}" if wrong.feedback or right.feedback else ""
    return ("TRUE" if true.correct else "FALSE") + said


def _number(option: Choice) -> str:
    number = number_of(option)
    text = "*" if number is None else written(number)
    tolerance = f":{written(option.tolerance)}" if option.tolerance else ""
    return f"=%{written(weight_of(option))}%{text}{tolerance}{_feedback(option)}"


def _feedback(option: Choice) -> str:
    return f"#{_text(option.feedback)}" if option.feedback else ""


def _text(text: str) -> str:
    """A text in the question's own format; one that begins like a format's name or a comment says that it is plain."""
    return ("[plain]" if text.startswith(("[", "//")) else "") + _escaped(text)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _notes(notes: list[tuple[str, str]]) -> str:
    return "// " + " ".join(f"[{key}:{value.replace(']', chr(92) + ']')}]" for key, value in notes)
