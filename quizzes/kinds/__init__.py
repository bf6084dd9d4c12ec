"""The kinds of questions, a file for each. ``kind_of("ordering")`` gives the one that a question names."""

from quizzes.kinds.base import (
    Choice,
    Draft,
    Kind,
    Option,
    PaperOption,
    PaperQuestion,
    ResponseRefused,
    ReviewOption,
)
from quizzes.kinds.choosing import Multiple, Single, TrueFalse
from quizzes.kinds.fault import Fault
from quizzes.kinds.hotspot import Hotspot
from quizzes.kinds.matching import Matching
from quizzes.kinds.ordering import Ordering
from quizzes.kinds.typed import Numeric, Short

__all__ = [
    "KINDS",
    "Choice",
    "Draft",
    "Fault",
    "Kind",
    "Option",
    "PaperOption",
    "PaperQuestion",
    "ResponseRefused",
    "ReviewOption",
    "kind_of",
]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Single(),
        Multiple(),
        TrueFalse(),
        Ordering(),
        Matching(),
        Short(),
        Numeric(),
        Hotspot(),
    )
}


def kind_of(name: str) -> Kind:
    return KINDS[name]
