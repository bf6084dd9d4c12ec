"""From an upload to the bank: what is imported is what was chosen, once, or nothing."""

import datetime
import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from hypothesis import HealthCheck, given, settings
from wagtail.images.models import Image

from people.models import User
from quizzes.exchange import exporting, gift_writing, moodle_writing, uploads
from quizzes.exchange.importing import ImportRefused, Wish, import_questions, import_upload
from quizzes.exchange.judging import judged
from quizzes.exchange.question import ExchangeQuestion, Picture, Situation
from quizzes.kinds import Choice
from quizzes.models import Question, QuestionBank, QuestionImport, Scenario
from tests.factories import make_basis, make_cast
from tests.quizzes.conftest import make_bank, make_question, make_quiz
from tests.quizzes.exchange.files import forty_with_two_bad, read
from tests.quizzes.exchange.strategies import PNG, questions, same

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer() -> User:
    return make_cast().trainer


def single(stem: str = "Ai ký?", **fields: Any) -> ExchangeQuestion:
    return ExchangeQuestion("single", stem, (Choice("Chủ tịch", True), Choice("Văn thư")), **fields)


def everything(given: list[ExchangeQuestion], **fields: Any) -> Wish:
    return Wish(frozenset(range(len(given))), **fields)


def upload(text: str, bank: QuestionBank, user: User) -> QuestionImport:
    return uploads.keep(read(text), io.BytesIO(text.encode()), name="cau-hoi.gift", bank=bank, user=user)


def test_chosen_questions_become_drafts_with_all_their_fields(trainer: User):
    bank, basis = make_bank(), make_basis()
    given = single(
        explanation="Vì luật nói vậy.",
        picture=Picture(PNG, "Mẫu chữ ký"),
        tags=("văn thư", "ký"),
        difficulty=3,
        points=2,
        partial=True,
        fold=True,
        basis="30/2020/NĐ-CP",
        article="Điều 13",
        scenario=Situation("s1", "Ở quầy", "Ông A đến."),
    )
    (question,) = import_questions([given], everything([given]), bank=bank, user=trainer)
    question.refresh_from_db()
    assert (question.live, question.current_version, question.bank) == (False, None, bank)
    assert (question.legal_basis, question.article, question.difficulty) == (basis, "Điều 13", 3)
    assert (question.points, question.partial_credit, question.ignore_diacritics) == (2, True, True)
    assert (question.explanation, question.scenario.title) == ("Vì luật nói vậy.", "Ở quầy")
    assert sorted(tag.name for tag in question.tags.all()) == ["ký", "văn thư"]
    assert [(option.text, option.correct) for option in question.options.all()] == [
        ("Chủ tịch", True),
        ("Văn thư", False),
    ]
    assert (question.image.width, question.image_alt) == (60, "Mẫu chữ ký")
    assert question.latest_revision.user == trainer


def test_published_at_once_makes_one_new_version_of_the_module(trainer: User, module: Any):
    quiz = make_quiz(module)
    module.refresh_from_db()
    before = module.current_version.number
    given = [single(f"Câu {number}?") for number in range(3)]
    import_questions(given, everything(given, publish=True), bank=quiz.bank, user=trainer)
    module.refresh_from_db()
    assert module.current_version.number == before + 1
    assert len(module.current_version.quiz["question_versions"]) == 7


def test_a_repeated_post_imports_once(trainer: User):
    bank = make_bank()
    stored = upload(forty_with_two_bad(), bank, trainer)
    wish = Wish(frozenset(range(38)))
    for _again in range(2):
        import_upload(stored.pk, wish, bank=bank, user=trainer)
    assert Question.objects.filter(bank=bank).count() == 38
    stored.refresh_from_db()
    assert stored.counts == {"imported": 38, "left_out": 0, "refused": 2}


def test_the_same_file_again_is_told_question_by_question_and_doubles_nothing(trainer: User):
    bank = make_bank()
    for _again in range(2):
        stored = upload(forty_with_two_bad(), bank, trainer)
        candidates = judged(uploads.reading_of(stored).questions, bank)
        sound = frozenset(each.number for each in candidates if each.is_sound)
        if sound:
            import_upload(stored.pk, Wish(sound), bank=bank, user=trainer)
    assert [bool(each.duplicate) for each in candidates] == [True] * 38
    with pytest.raises(ImportRefused, match=" 1: "):
        import_upload(stored.pk, Wish(frozenset({0})), bank=bank, user=trainer)
    assert Question.objects.filter(bank=bank).count() == 38


def test_a_duplicate_can_be_taken_as_a_copy_of_its_own(trainer: User):
    bank, given = make_bank(), [single()]
    import_questions(given, everything(given), bank=bank, user=trainer)
    import_questions(given, Wish(frozenset(), copies=frozenset({0})), bank=bank, user=trainer)
    assert Question.objects.filter(bank=bank).count() == 2


def test_questions_are_recognised_by_key_number_and_content(trainer: User):
    bank = make_bank()
    written = make_question(bank, stem="Ký thế nào?")
    changed = single("Đã sửa trong tệp", id=str(written.key))
    numbered = single("Một", id="Q1")
    import_questions([numbered], everything([numbered]), bank=bank, user=trainer)
    typed = ExchangeQuestion(
        "single", "ky the nao?", tuple(Choice(text) for text in ("Ký tay", "Ký số", "Ký nháy"))
    )
    twice = single("Hai")
    found = judged([changed, single("Khác hẳn", id="Q1"), typed, twice, twice, single("Ba")], bank)
    assert [bool(each.duplicate) for each in found] == [True, True, True, False, True, False]


def test_one_question_that_cannot_be_published_keeps_all_of_them_out(trainer: User):
    bank = make_bank()
    given = [single(), ExchangeQuestion("single", "Không có đáp án", (Choice("a"), Choice("b")), line=9)]
    with pytest.raises(ImportRefused, match=" 9: "):
        import_questions(given, everything(given, publish=True), bank=bank, user=trainer)
    assert not Question.objects.filter(bank=bank).exists()
    import_questions(given, everything(given), bank=bank, user=trainer)  # as drafts, to be mended
    assert Question.objects.filter(bank=bank).count() == 2


def test_a_failure_in_the_middle_leaves_neither_rows_nor_files(trainer: User, monkeypatch: Any):
    bank = make_bank()
    given = [single("Một", picture=Picture(PNG, "Hình")), single("Hai")]
    real, calls = Question.save_revision, []

    def fails(self: Question, *args: Any, **kwargs: Any) -> Any:
        calls.append(self.stem)
        if len(calls) == 2:
            raise RuntimeError
        return real(self, *args, **kwargs)

    before = (
        set(default_storage.listdir("original_images")[1])
        if default_storage.exists("original_images")
        else set()
    )
    monkeypatch.setattr(Question, "save_revision", fails)
    with pytest.raises(RuntimeError):
        import_questions(given, everything(given), bank=bank, user=trainer)
    assert not Question.objects.filter(bank=bank).exists()
    assert not Image.objects.exists()
    assert set(default_storage.listdir("original_images")[1]) == before


def test_folders_of_the_file_are_made_below_the_chosen_one(trainer: User):
    bank, elsewhere = make_bank(), QuestionBank.objects.create(name="Ký số")
    given = [single("Một", folder=(bank.name, "Văn thư")), single("Hai", folder=("Ký số",))]
    one, two = import_questions(given, everything(given), bank=bank, user=trainer)
    assert (one.bank.name, one.bank.parent) == ("Văn thư", bank)
    assert (two.bank.name, two.bank.parent) == (f"{bank.name} – Ký số", bank)
    assert two.bank != elsewhere
    flat = [single("Ba", folder=("Văn thư",))]
    (three,) = import_questions(flat, everything(flat, folders=False), bank=bank, user=trainer)
    assert three.bank == bank


def test_questions_of_one_situation_share_it_and_a_second_import_joins_them(trainer: User):
    bank, scenario = make_bank(), Situation("s1", "Ở quầy", "Ông A đến.")
    for stems in (["Một", "Hai"], ["Ba"]):
        given = [single(stem, scenario=scenario) for stem in stems]
        import_questions(given, everything(given), bank=bank, user=trainer)
    (stored,) = Scenario.objects.all()
    assert stored.questions.count() == 3


def test_a_picture_of_the_library_is_taken_by_its_title(trainer: User):
    bank = make_bank()
    with_file = [single("Một", picture=Picture(PNG, "Hình", "Màn hình ký số"))]
    import_questions(with_file, everything(with_file), bank=bank, user=trainer)
    named = [single("Hai", picture=Picture(b"", "Hình", "Màn hình ký số"))]
    (question,) = import_questions(named, everything(named), bank=bank, user=trainer)
    assert Image.objects.count() == 1  # the same bytes, the same picture
    assert question.image.title == "Màn hình ký số"
    (missing,) = judged([single("Ba", picture=Picture(b"", "", "Không có"))], bank)
    assert missing.refused


def test_texts_that_the_bank_has_no_room_for_are_refused_with_their_length(trainer: User):
    (candidate,) = judged([single("x" * 801)], make_bank())
    assert "801" in candidate.refused[0]


def test_what_a_file_held_is_forgotten_after_a_week(trainer: User):
    bank = make_bank()
    reading = read(moodle_writing.write([single(picture=Picture(PNG, "Hình"))]))
    old = uploads.keep(reading, io.BytesIO(b"x"), name="a.xml", bank=bank, user=trainer)
    new = uploads.keep(reading, io.BytesIO(b"x"), name="b.xml", bank=bank, user=trainer)
    QuestionImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - datetime.timedelta(days=8))
    (held,), (fresh,) = old.reading["pictures"], new.reading["pictures"]
    assert default_storage.exists(held)
    assert uploads.forget_old() == 1
    old.refresh_from_db()
    assert (old.state, old.reading) == ("expired", {})
    assert not default_storage.exists(held)
    assert default_storage.exists(fresh)
    with pytest.raises(ImportRefused):
        import_upload(old.pk, Wish(frozenset({0})), bank=bank, user=trainer)


@given(questions())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_from_the_bank_through_a_file_and_back(trainer: User, question: ExchangeQuestion):
    """What the bank holds after an import is what the file said, of every kind."""
    make_basis_once(question.basis)
    fitted = moodle_writing.fit(question).question
    (given,) = read(moodle_writing.write([fitted])).questions
    bank = QuestionBank.objects.create(name=f"Kho {QuestionBank.objects.count()} gốc")
    if judged([given], bank)[0].refused:
        return
    (stored,) = import_questions([given], Wish(frozenset({0}), frozenset({0})), bank=bank, user=trainer)
    (again,) = exporting.exchanged(Question.objects.filter(pk=stored.pk), bank)
    expected = same(given)
    found = same(again)
    for name in (
        "kind",
        "stem",
        "explanation",
        "difficulty",
        "points",
        "partial",
        "fold",
        "article",
        "basis",
    ):
        assert getattr(found, name) == getattr(expected, name), name
    assert [tuple(option) for option in found.choices] == [tuple(option) for option in expected.choices]
    assert sorted(found.tags) == sorted(expected.tags)
    assert (found.picture is None) == (expected.picture is None)
    if expected.picture:
        assert (found.picture.data, found.picture.alt) == (expected.picture.data, expected.picture.alt)
    if expected.scenario:
        assert (found.scenario.title, found.scenario.text) == (
            expected.scenario.title,
            expected.scenario.text,
        )


def make_basis_once(number: str) -> None:
    from courses.models import LegalBasis

    if number and not any(basis.number == number for basis in LegalBasis.objects.all()):
        make_basis(number[:80])


def test_losses_are_told_before_the_export():
    told = exporting.prepared(
        [
            single(picture=Picture(PNG, "Hình")),
            ExchangeQuestion(
                "hotspot", "Ở đâu?", (Choice("A", True, area=[1, 1, 9, 9]),), picture=Picture(PNG)
            ),
            single("Ba"),
        ],
        exporting.FORMATS["gift"],
    )
    assert [losses for __, losses in told.losses] == [[_("its picture")]]
    assert [question.stem for question, __ in told.left_out] == ["Ở đâu?"]
    assert [question.stem for question in read(gift_writing.write(told.questions)).questions] == [
        "Ai ký?",
        "Ba",
    ]
