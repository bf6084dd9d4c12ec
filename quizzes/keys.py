"""The answer key of a question version: by which key it is graded, which versions share a frame, what changed in words.

A version never changes. Where its key was wrong, a correction names the version that has the right one, and from
then on every attempt with the wrong version on its paper is graded by that key, whenever it is submitted (rule 7:
the version stays, its key was mended). ``QuestionVersion.graded_by`` follows it.
"""

from collections.abc import Mapping
from decimal import Decimal
from random import Random

from django.db.models import Prefetch
from django.utils.formats import localize
from django.utils.translation import gettext as _

from quizzes.kinds import Option, kind_of
from quizzes.models import CountsFor, KeyReplacement, QuestionKind, QuestionVersion

# For querysets of items: one more query, instead of one for each question.
WITH_KEYS = Prefetch(
    "question_version__replacements", queryset=KeyReplacement.objects.select_related("corrected")
)

REPLACED = """
SELECT r.* FROM quizzes_keyreplacement r
JOIN quizzes_attemptitem i ON i.question_version_id = r.wrong_id
WHERE i.attempt_id = %s ORDER BY r.number
"""

TYPED = (QuestionKind.SHORT, QuestionKind.NUMERIC)

type Frame = tuple[str, tuple[str, ...], str]


def corrected_on(attempt_id: int) -> dict[int, QuestionVersion]:
    """By wrong version: what grades it (QuestionVersion.graded_by), for the questions of one paper. One query,
    and one more for each that was corrected."""
    return {each.wrong_id: each.corrected for each in KeyReplacement.objects.raw(REPLACED, [attempt_id])}


def frame_of(version: QuestionVersion) -> Frame:
    """What a response to the version can consist of: versions of one frame can be graded by one key.

    (kind, what the paper offers, the picture that is tapped). Where the learner types, nothing is offered.
    """
    kind = kind_of(version.kind)
    offered = kind.option_order(version.options, Random(0), shuffle=False)  # noqa: S311 - sorted anyway
    picture = version.picture.get("file", "") if kind.takes_picture else ""
    return version.kind, tuple(sorted(offered)), picture


def changes(old: QuestionVersion, new: QuestionVersion) -> list[str]:
    """What the key of ``new`` says otherwise than that of ``old``, in sentences. Both have one frame."""
    counts_for = CountsFor(new.settings.get("counts_for", ""))
    if counts_for == CountsFor.EVERYBODY:
        return [_("The question is cancelled: everybody gets its full points.")]
    if counts_for == CountsFor.ANSWERED:
        return [_("Whoever answered the question gets its full points.")]
    found = []
    if old.settings.get("counts_for"):
        found.append(_("The question counts by its key again."))
    found += _order(old, new) if new.kind == QuestionKind.ORDERING else _options(old, new)
    for name, on, off in (
        ("partial", _("Half-right answers now earn their share."), _("It is now all or nothing.")),
        (
            "fold",
            _("Answers without diacritics now count."),
            _("Answers without diacritics no longer count."),
        ),
    ):
        if bool(old.settings.get(name)) != bool(new.settings.get(name)):
            found.append(on if new.settings.get(name) else off)
    if old.explanation != new.explanation or _feedback(old) != _feedback(new):
        found.append(_("What is explained after grading was written anew."))
    return found


def same_key(old: QuestionVersion, new: QuestionVersion) -> bool:
    """Every answer earns the same by both."""
    return (_graded_by(old), _rules(old)) == (_graded_by(new), _rules(new))


def _graded_by(version: QuestionVersion) -> object:
    names = ("key", "correct", "fraction", "match_key", "tolerance", "area")
    rows = [[option.get(name) for name in names] for option in version.options]
    return rows if version.kind == QuestionKind.ORDERING else sorted(rows, key=repr)


def _rules(version: QuestionVersion) -> dict[str, object]:
    names = ("partial", "fold", "counts_for")
    return {name: version.settings.get(name) for name in names if version.settings.get(name)}


def _feedback(version: QuestionVersion) -> dict[str, str]:
    return {option["key"]: option["feedback"] for option in version.options if option["feedback"]}


def _order(old: QuestionVersion, new: QuestionVersion) -> list[str]:
    before, after = ([option["text"] for option in version.options] for version in (old, new))
    if before == after:
        return []
    return [
        _("The right order is now: %(after)s (before: %(before)s).")
        % {"after": " → ".join(after), "before": " → ".join(before)}
    ]


def _options(old: QuestionVersion, new: QuestionVersion) -> list[str]:
    before, after = ({_name(option): option for option in version.options} for version in (old, new))
    found = []
    for name, option in after.items():
        if name in before:
            found += _option(before[name], option)
        else:
            found.append(
                (
                    _("“%(text)s” is now accepted.")
                    if option["correct"]
                    else _("“%(text)s” is now a foreseen wrong answer.")
                )
                % {"text": option["text"]}
            )
    found += [
        _("“%(text)s” is no longer among the answers of the key.") % {"text": option["text"]}
        for name, option in before.items()
        if name not in after
    ]
    return found


def _name(option: Option) -> tuple[str, str]:
    """A distractor of matching has no left half, so its right one names it."""
    return option["key"], "" if option["text"] else option.get("match", "")


def _option(before: Option, after: Option) -> list[str]:
    text, found = after["text"], []
    if before["correct"] != after["correct"]:
        found.append(
            (
                _("“%(text)s” is now right (before: wrong).")
                if after["correct"]
                else _("“%(text)s” is now wrong (before: right).")
            )
            % {"text": text}
        )
    if before.get("match_key") != after.get("match_key"):
        found.append(
            _("“%(text)s” now belongs to “%(after)s” (before: “%(before)s”).")
            % {"text": text, "after": after.get("match", ""), "before": before.get("match", "")}
        )
    if before.get("fraction") != after.get("fraction"):
        found.append(
            _("“%(text)s” now earns %(after)s (before: %(before)s).")
            % {"text": text, "after": _percent(after), "before": _percent(before)}
        )
    if before.get("tolerance") != after.get("tolerance"):
        found.append(
            _("“%(text)s” now has the tolerance %(after)s (before: %(before)s).")
            % {"text": text, "after": _tolerance(after), "before": _tolerance(before)}
        )
    if before.get("area") != after.get("area"):
        found.append(_("The place of “%(text)s” on the picture is another.") % {"text": text})
    return found


def _percent(option: Mapping[str, object]) -> str:
    share = option.get("fraction")
    if share is None:
        return _("what its mark says")
    return f"{localize(Decimal(str(share)).normalize() + 0)} %"


def _tolerance(option: Mapping[str, object]) -> str:
    return str(localize(Decimal(str(option.get("tolerance") or 0)).normalize() + 0))
