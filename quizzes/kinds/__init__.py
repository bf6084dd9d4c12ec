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
from quizzes.kinds.ordering import Ordering

__all__ = [
    "KINDS",
    "Choice",
    "Draft",
    "Kind",
    "Option",
    "PaperOption",
    "PaperQuestion",
    "ResponseRefused",
    "ReviewOption",
    "kind_of",
]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Single(), Multiple(), TrueFalse(), Ordering())}


def kind_of(name: str) -> Kind:
    return KINDS[name]
