import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.models import Module, ModuleVersion
from quizzes.models import Question, QuestionVersion, Quiz
from quizzes.publishing import option_key, publish_question, quiz_part, republishing
from tests.factories import make_basis, make_course, make_module, make_user
from tests.quizzes.conftest import draft_question, make_bank, make_question, make_quiz


def change(question: Question, **fields) -> QuestionVersion:
    question = Question.objects.get(pk=question.pk)
    for name, value in fields.items():
        setattr(question, name, value)
    return publish_question(question)


def test_publishing_freezes_all_that_a_learner_meets(db):
    basis = make_basis()
    question = make_question(make_bank(), legal_basis=basis, article="Điều 21", explanation="Vì thế.")
    version = question.current_version
    assert (version.number, version.kind, version.stem) == (1, "single", question.stem)
    assert version.explanation == "Vì thế."
    assert version.basis == {**basis.snapshot(), "article": "Điều 21"}
    assert [(option["text"], option["correct"], option["feedback"]) for option in version.options] == [
        ("Ký nháy", True, "Vì sao: Ký nháy"),
        ("Ký số", False, "Vì sao: Ký số"),
        ("Ký tay", False, "Vì sao: Ký tay"),
    ]


def test_publishing_the_same_again_makes_no_new_version(db):
    question = make_question(make_bank())
    assert publish_question(Question.objects.get(pk=question.pk)) == question.current_version
    assert question.versions.count() == 1


def test_an_older_revision_published_again_is_a_new_version(db):
    question = make_question(make_bank(), stem="Một?")
    first = question.current_version
    change(question, stem="Hai?")
    question.revisions.order_by("created_at").first().publish()
    question.refresh_from_db()
    assert (question.stem, question.current_version.number) == ("Một?", 3)
    assert question.current_version.digest == first.digest


def test_saving_a_draft_leaves_the_published_version(db):
    question = make_question(make_bank(), stem="Một?")
    question.stem = "Nháp?"
    question.save_revision()
    question.refresh_from_db()
    assert (question.stem, question.current_version.stem) == ("Một?", "Một?")


def test_option_keys_follow_from_the_text_alone(db):
    """So neither the place nor the mark of an option can be read from its key."""
    question = make_question(make_bank(), options=[("A", True), ("B", False), ("C", False)])
    before = {option["text"]: option["key"] for option in question.current_version.options}
    turned = Question.objects.get(pk=question.pk)
    options = list(turned.options.all())
    for option, (text, correct) in zip(options, [("C", True), ("B", False), ("A", False)], strict=True):
        option.text, option.correct = text, correct
    turned.options = options
    after = publish_question(turned)
    assert [option["text"] for option in after.options] == ["C", "B", "A"]
    assert {option["text"]: option["key"] for option in after.options} == before
    assert option_key(make_question(make_bank()), "A") != before["A"]


def test_true_always_stands_before_false(db):
    question = make_question(make_bank(), "true-false", options=[("Sai", True), ("Đúng", False)])
    assert [option["text"] for option in question.current_version.options] == ["Đúng", "Sai"]


def test_an_ordering_carries_no_marks(db):
    question = make_question(make_bank(), "ordering", options=[("A", True), ("B", False), ("C", False)])
    assert [option["correct"] for option in question.current_version.options] == [False, False, False]


@pytest.mark.parametrize("column", ["stem", "options", "digest", "number"])
def test_the_database_refuses_to_change_a_version(db, column):
    version = make_question(make_bank()).current_version
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        QuestionVersion.objects.filter(pk=version.pk).update(**{column: 7 if column == "number" else "x"})
    with pytest.raises(IntegrityError, match="evidence is never changed"), transaction.atomic():
        QuestionVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_a_module_version_carries_the_rules_and_the_questions(module):
    quiz = make_quiz(
        module, kinds=("single", "ordering"), draw=2, pass_percent=70, attempts_allowed=3, review="score"
    )
    versions = [question.current_version_id for question in quiz.bank.questions.order_by("pk")]
    assert module.current_version.number == 2
    assert module.current_version.quiz == {
        "draw": 2,
        "parts": [{"count": 2, "units": [[version] for version in versions]}],
        "question_versions": versions,
        "whole": True,
        "waiting_minutes": 0,
        "counting": "best",
        "time_limit_minutes": 0,
        "grace_seconds": 60,
        "review_later": "full-when-passed",
        "pass_percent": 70,
        "attempts_allowed": 3,
        "shuffle_questions": True,
        "shuffle_options": True,
        "review": "score",
    }


def test_a_module_without_a_quiz_has_no_quiz_part(module):
    assert quiz_part(module) is None
    assert module.current_version.quiz is None


def drawn_from(module: Module) -> list[str]:
    versions = Module.objects.get(pk=module.pk).current_version.quiz["question_versions"]
    return [QuestionVersion.objects.get(pk=pk).stem for pk in versions]


def test_publishing_retiring_and_unpublishing_a_question_publish_the_module_again(module):
    quiz = make_quiz(module, kinds=())
    first = make_question(quiz.bank, stem="Một?")
    second = make_question(quiz.bank, stem="Hai?")
    assert drawn_from(module) == ["Một?", "Hai?"]
    change(first, stem="Một, sửa?")
    assert drawn_from(module) == ["Một, sửa?", "Hai?"]
    change(second, retired=True)
    assert drawn_from(module) == ["Một, sửa?"]
    Question.objects.get(pk=first.pk).unpublish()
    assert drawn_from(module) == []


def test_a_question_moved_to_another_bank_leaves_the_modules_of_the_first(module):
    other = make_module(make_course(), cards=1)
    there, here = make_quiz(other, kinds=()), make_quiz(module, kinds=())
    question = make_question(here.bank, stem="Một?")
    change(question, bank=there.bank)
    assert (drawn_from(module), drawn_from(other)) == ([], ["Một?"])


def test_changing_moving_and_removing_a_quiz_publish_its_modules_again(module):
    other = make_module(make_course(), cards=1)
    quiz = make_quiz(module)
    quiz = Quiz.objects.get(pk=quiz.pk)
    quiz.pass_percent = 60
    quiz.save()
    module.refresh_from_db()
    assert module.current_version.quiz["pass_percent"] == 60
    quiz.module = other
    quiz.save()
    module.refresh_from_db()
    other.refresh_from_db()
    assert (module.current_version.quiz, other.current_version.quiz["draw"]) == (None, 3)
    quiz.delete()
    other.refresh_from_db()
    assert other.current_version.quiz is None


def test_only_published_modules_are_published_again(module):
    draft = make_module(make_course(), cards=1, publish=False)
    bank = make_quiz(module, kinds=()).bank
    Quiz.objects.create(module=draft, bank=bank)
    make_question(bank)
    assert ModuleVersion.objects.filter(module=draft).count() == 0


def test_an_import_of_many_questions_makes_one_module_version(module):
    bank = make_quiz(module, kinds=()).bank
    before = module.versions.count()
    with republishing():
        for _ in range(5):
            make_question(bank)
    assert module.versions.count() == before + 1
    assert len(drawn_from(module)) == 5


def test_an_import_that_fails_leaves_nothing(module):
    bank = make_quiz(module, kinds=()).bank
    before = module.versions.count()

    def bring_in_two() -> None:
        with republishing():
            publish_question(draft_question(bank))
            publish_question(draft_question(bank, options=[("A", False), ("B", False)]))

    with pytest.raises(ValidationError):
        bring_in_two()
    assert (bank.questions.count(), module.versions.count()) == (0, before)
    make_question(bank)
    assert module.versions.count() == before + 1


def test_the_version_names_who_published_the_question(module):
    bank = make_quiz(module, kinds=()).bank
    trainer = make_user("giang-vien")
    question = make_question(bank, publish=False)
    publish_question(question, by=trainer)
    module.refresh_from_db()
    assert module.current_version.published_by == trainer


def test_a_bank_of_published_questions_is_not_deleted(db):
    question = make_question(make_bank())
    with pytest.raises(Exception, match="protected"):
        question.bank.delete()
    with pytest.raises(Exception, match="protected"):
        question.delete()
