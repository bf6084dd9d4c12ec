"""A course leaves as a file and arrives as a draft: the same, once, and without anybody's name."""

import io
import json
import zipfile

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from wagtail.documents.models import Document
from wagtail.images.models import Image

from courses.models import Course, LegalBasis, Module
from quizzes.coursefile.importing import import_course
from quizzes.coursefile.reading import read_course_file
from quizzes.coursefile.writing import write_course
from quizzes.models import Question, QuestionBank, Quiz, Scenario
from tests.factories import Cast, make_basis, make_course, make_module
from tests.lib.test_filetypes import CUE, M4A, MP4
from tests.quizzes.coursefile.conftest import changed, make_whole_course, parts_of


def imported(data: bytes, user=None) -> Course:
    file = read_course_file(io.BytesIO(data))
    assert file.problems.sentences == []
    return import_course(file, user=user)


def test_a_course_that_was_exported_imported_and_exported_again_says_the_same(exported):
    course = imported(exported)
    again = write_course(course)
    (before, files), (after, files_again) = parts_of(exported), parts_of(again.data)
    assert (before.pop("key"), after.pop("key")) == (str(course.imported_from), str(course.key))
    assert after == before
    assert files_again == files
    assert again.losses == []


def test_the_same_content_gives_the_same_bytes(db):
    course = make_whole_course()
    assert write_course(course).data == write_course(course).data


def test_an_import_publishes_nothing(exported, cast: Cast):
    course = imported(exported, cast.trainer)
    modules = Module.objects.child_of(course)
    assert [(module.title, module.live, module.current_version) for module in modules] == [
        ("Ký số đúng thứ tự", False, None),
        ("Đóng dấu", False, None),
    ]
    assert (course.live, course.owner, course.slug) == (False, cast.trainer, "chu-ky-so")
    assert set(Question.objects.values_list("live", flat=True)) == {False}
    first, second = modules
    assert f'<a linktype="page" id="{second.pk}">bài sau</a>' in first.cards[0].value["body"].source
    assert first.quiz.parts.first().question.stem == "Ai ký?"
    assert LegalBasis.objects.get(number="30/2020/NĐ-CP").replaced_by.number == "45/2025/NĐ-CP"


def test_importing_the_same_file_twice_makes_one_course(exported):
    course = imported(exported)
    counts = [
        model.objects.count() for model in (Course, Module, Question, QuestionBank, Scenario, Quiz, Image)
    ]
    assert imported(exported) == course
    assert counts == [
        model.objects.count() for model in (Course, Module, Question, QuestionBank, Scenario, Quiz, Image)
    ]


def test_a_changed_file_makes_a_further_course_with_the_questions_that_are_here(exported):
    course = imported(exported)
    newer = changed(exported, lambda document: document["course"].update(title="Chữ ký số, bản sửa"))
    other = imported(newer.getvalue())
    assert other != course
    assert (Question.objects.count(), Image.objects.count(), LegalBasis.objects.count()) == (2, 2, 2)
    assert {quiz.bank.name for quiz in Quiz.objects.all()} == {"Ký số"}


def test_a_file_names_nobody(db, cast: Cast):
    course = make_whole_course()
    course.owner = cast.trainer
    course.save()
    with zipfile.ZipFile(io.BytesIO(write_course(course).data)) as package:
        text = package.read("course.json").decode()
    document = json.loads(text)
    assert cast.trainer.username not in text
    assert sorted(document["course"]) == [
        *("periods", "refreshers", "renewal_days", "summary", "title", "validity_months")
    ]


def test_what_is_published_goes_as_published_and_a_draft_as_its_newest(db):
    course = make_whole_course()
    first, second = Module.objects.child_of(course)
    newer = first.get_latest_revision_as_object()
    newer.title = "Sửa dở"
    newer.save_revision()
    draft = second.get_latest_revision_as_object()
    draft.title = "Đóng dấu, bản hai"
    draft.save_revision()
    document, _files = parts_of(write_course(course).data)
    assert [module["title"] for module in document["modules"]] == ["Ký số đúng thứ tự", "Đóng dấu, bản hai"]


def test_a_link_out_of_the_course_comes_as_its_text_and_is_told(db):
    course, other = make_whole_course(), make_whole_course_elsewhere()
    module = Module.objects.child_of(course).last()
    draft = module.get_latest_revision_as_object()
    draft.cards = [
        ("text", {"heading": "Khác", "body": f'<p>Xem <a linktype="page" id="{other.pk}">khóa kia</a></p>'})
    ]
    draft.save_revision()
    written = write_course(course)
    document, _files = parts_of(written.data)
    assert document["modules"][1]["cards"][0]["value"]["body"] == "<p>Xem khóa kia</p>"
    assert len(written.losses) == 1
    assert "khóa kia" in written.losses[0]


def make_whole_course_elsewhere() -> Course:
    from tests.factories import make_course

    return make_course("Khóa kia")


def test_drawings_and_files_travel_with_their_cards(db):
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 60"><path d="M0 0h9v9z"/></svg>'
    image = Image.objects.create(title="Sơ đồ", file=ImageFile(ContentFile(drawing), name="so-do.svg"))
    files = {
        name: Document.objects.create(title=name, file=ContentFile(data, name=name))
        for name, data in (
            ("a.mp4", MP4),
            ("a.vtt", f"WEBVTT\n\n{CUE}".encode()),
            ("a.txt", b"A"),
            ("b.m4a", M4A),
        )
    }
    spots = [{"text": "Nút", "x": 12, "y": 30}]
    media = {"media": files["a.mp4"], "captions": files["a.vtt"], "transcript": "Lời", "poster": image}
    course = make_course()
    module = make_module(course, publish=False)
    module.cards = [
        ("screen", {"heading": "Màn hình", "image": image, "image_alt": "Sơ đồ", "spots": spots}),
        ("media", {"heading": "Phim", **media}),
        ("media", {"heading": "Lời", "media": files["b.m4a"], "transcript": "Lời"}),
        ("document", {"heading": "Mẫu", "about": "Đơn", "document": files["a.txt"]}),
        ("quote", {"heading": "Luật", "basis": make_basis(), "article": "Điều 1", "words": "A"}),
    ]
    module.save_revision()
    module.save()
    written = write_course(course)
    assert written.losses == []
    (image.delete(), [each.delete() for each in files.values()])
    (arrived,) = Module.objects.child_of(imported(written.data))
    screen, film, sound, paper, quote = (card.value for card in arrived.cards)
    assert screen["image"].file.read() == drawing
    assert [spot["x"] for spot in screen["spots"]] == [12]
    assert [film["media"].file_extension, film["captions"].file_extension] == ["mp4", "vtt"]
    assert film["poster"] == screen["image"]
    assert sound["media"].file.read() == M4A
    assert (paper["document"].file_extension, paper["document"].title) == ("txt", "a.txt")
    assert quote["basis"].number == "30/2020/NĐ-CP"
