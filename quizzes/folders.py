"""The folders of the bank as a tree: their order, their depth, and how many questions stand in and below each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lms.lib.text import title_key
from quizzes.models import Question, QuestionBank


@dataclass
class Folder:
    """A folder at its place in the tree. The counts hold what stands in it and in all folders below it."""

    bank: QuestionBank
    depth: int
    questions: int = 0
    published: int = 0
    below: list["Folder"] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Indented, for lists to choose from."""
        return "\u2003" * self.depth + self.bank.name


def tree(*, counts: bool = False) -> list[Folder]:
    """All folders, each directly before those that stand in it, in dictionary order. One query, three with counts.

    A folder in a ring of folders, which the forms refuse, is shown at the top level.
    """
    banks = sorted(QuestionBank.objects.all(), key=lambda bank: title_key(bank.name))
    children: dict[int | None, list[QuestionBank]] = {}
    for bank in banks:
        children.setdefault(bank.parent_id, []).append(bank)
    folders: list[Folder] = []
    shown: set[int] = set()

    def place(bank: QuestionBank, depth: int) -> Folder:
        shown.add(bank.pk)
        folder = Folder(bank, depth)
        folders.append(folder)
        folder.below = [place(each, depth + 1) for each in children.get(bank.pk, []) if each.pk not in shown]
        return folder

    roots = [place(bank, 0) for bank in children.get(None, [])]
    roots += [place(bank, 0) for bank in banks if bank.pk not in shown]
    if counts:
        _count(roots)
    return folders


def _count(roots: list[Folder]) -> None:
    questions = Counter(Question.objects.order_by().values_list("bank", flat=True))
    published = Counter(Question.objects.published().order_by().values_list("bank", flat=True))

    def add_up(folder: Folder) -> None:
        folder.questions, folder.published = questions[folder.bank.pk], published[folder.bank.pk]
        for each in folder.below:
            add_up(each)
            folder.questions += each.questions
            folder.published += each.published

    for root in roots:
        add_up(root)


def choices() -> Iterator[tuple[int, str]]:
    """(id, indented name) for a select."""
    for folder in tree():
        yield folder.bank.pk, folder.label
