"""What the demo's officials have learnt so far, by the same steps a phone takes."""

from random import Random

from courses.models import Module
from people.entry import consume, create_entry_link
from people.models import Official
from quizzes.grading import points_to_pass, submit_attempt
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptItem, QuestionKind
from quizzes.starting import start_attempt
from records.learning import open_module, see_card
from records.models import Enrolment, ModuleProgress

NOTHING, READING, FAILED, HALF, DONE = "nothing", "reading", "failed", "half", "done"
# Of twenty officials in a row, in a mixed order; a little over a third are done.
USUAL = [DONE, NOTHING, READING, DONE, HALF, NOTHING, DONE, FAILED, NOTHING, DONE]
USUAL += [NOTHING, DONE, READING, NOTHING, DONE, HALF, NOTHING, READING, DONE, NOTHING]


def enter(official: Official) -> Official:
    """First entry by a personal link, as from the sheet that HR prints."""
    _link, address = create_entry_link(official, by=None)
    return consume(address.rstrip("/").rsplit("/", 1)[-1])


def study(enrolment: Enrolment, how_far: str, chance: Random) -> None:
    if how_far == NOTHING:
        return
    enter(enrolment.official)
    first, *others = enrolment.course.modules().filter(required=True).select_related("current_version")
    if how_far == READING:
        read(enrolment, first, cards=chance.randrange(2, 7))
    elif how_far == FAILED:
        sit(read(enrolment, first), chance, passing=False)
    else:
        finish(enrolment, first, chance)
        for module in others if how_far == DONE else []:
            finish(enrolment, module, chance)


def finish(enrolment: Enrolment, module: Module, chance: Random) -> None:
    progress = read(enrolment, module)
    if progress.version.quiz:
        if chance.random() < 0.2:
            sit(progress, chance, passing=False)
        sit(progress, chance, passing=True)


def read(enrolment: Enrolment, module: Module, cards: int | None = None) -> ModuleProgress:
    """See the first ``cards`` cards of a module, or all."""
    progress = open_module(enrolment, module)
    for card in progress.version.card_ids[:cards]:
        progress = see_card(progress, card)
    take_time(progress)
    return progress


def take_time(progress: ModuleProgress) -> None:
    """Invented seconds on each card but the last, longer ones for longer cards: nobody really read them."""
    pace = Random(progress.pk)  # noqa: S311 - invented results, not secrets
    length = {card["id"]: len(str(card["value"])) for card in progress.version.cards}
    progress.card_seconds = {
        card: round(pace.uniform(0.6, 1.8) * (8 + length[card] / 18)) for card in progress.cards_seen[:-1]
    }
    progress.save(update_fields=["card_seconds"])


def sit(progress: ModuleProgress, chance: Random, *, passing: bool) -> Attempt:
    """One attempt with some mistakes: few enough to pass, or too many."""
    attempt = start_attempt(progress)
    items = list(attempt.items.select_related("question_version"))
    allowed = len(items) - int(points_to_pass(len(items), (attempt.version.quiz or {})["pass_percent"]))
    mistakes = chance.randint(0, allowed) if passing else min(allowed + chance.randint(1, 3), len(items))
    wrong = set(chance.sample(range(len(items)), mistakes))
    responses = {
        item.order: wrong_response(item) if place in wrong else right_response(item)
        for place, item in enumerate(items)
    }
    return submit_attempt(attempt, responses)


def right_response(item: AttemptItem) -> list[str]:
    version = item.question_version
    return kind_of(version.kind).right_response(version.options, version.settings)


def wrong_response(item: AttemptItem) -> list[str]:
    """One that earns nothing, not even a part."""
    version, right = item.question_version, right_response(item)
    match version.kind:
        case QuestionKind.ORDERING:
            return list(reversed(right))
        case QuestionKind.MATCHING:
            return each_with_a_wrong_half(right)
        case QuestionKind.SHORT:
            return ["không rõ"]
        case QuestionKind.NUMERIC:
            return [f"1{right[0]}"]
        case _:
            return next([option["key"]] for option in version.options if not option["correct"])


def each_with_a_wrong_half(pairs: list[str]) -> list[str]:
    """Each left half with the next right half that belongs to another; a right one may belong to several."""
    lefts, rights = zip(*(pair.split("=", 1) for pair in pairs), strict=True)
    following = [[*rights[place:], *rights] for place in range(len(rights))]
    return [
        f"{left}={next(half for half in halves if half != right)}"
        for left, right, halves in zip(lefts, rights, following, strict=True)
    ]
