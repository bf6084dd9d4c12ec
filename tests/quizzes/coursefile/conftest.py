"""A course with one of everything that a course file carries, and files that are not what they should be."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.db import transaction
from PIL import Image as Picture
from taggit.models import Tag
from wagtail.images.models import Image

from courses.models import Course, Module, ModuleLegalBasis
from quizzes.coursefile.writing import write_course
from quizzes.models import Question, QuestionBank, QuestionOption, Quiz, QuizPart, Scenario
from quizzes.publishing import publish_question
from tests.factories import add_course, make_basis


def png(colour: str = "teal", size: tuple[int, int] = (80, 60)) -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def make_image(title: str, colour: str = "teal") -> Image:
    image = Image(title=title, file=ImageFile(io.BytesIO(png(colour)), name="hinh.png"))
    image.save()
    return image


class Gone(Exception):
    """Takes the transaction back."""


@contextmanager
def elsewhere() -> Iterator[None]:
    """What is made inside is gone afterwards, as if it had been made on another installation."""
    try:
        with transaction.atomic():
            yield
            raise Gone
    except Gone:
        pass


def make_whole_course() -> Course:
    """Two lessons, one published with a quiz; a folder in a folder; a situation; pictures in card and question."""
    new = make_basis("45/2025/NĐ-CP", "Quy định mới", effective_from=date(2025, 7, 1))
    old = make_basis(effective_from=date(2020, 3, 5), link="https://vbpl.vn/30", replaced_by=new)
    above = QuestionBank.objects.create(name="Văn thư")
    bank = QuestionBank.objects.create(name="Ký số", parent=above)
    scenario = Scenario.objects.create(bank=above, title="Ở quầy số 1", text="Ông A đến quầy.\n\nÔng hỏi.")
    drawn = Question(
        bank=bank,
        stem="Ai ký?",
        image=make_image("Màn hình", "navy"),
        image_alt="Màn hình ký số",
        legal_basis=old,
        article="Điều 13",
    )
    drawn.options = [
        QuestionOption(text="Chủ tịch", correct=True, feedback="Đúng thẩm quyền.", sort_order=0),
        QuestionOption(text="Văn thư", sort_order=1),
    ]
    drawn.tags.add("ký số", "văn thư")
    publish_question(drawn)
    draft = Question(bank=bank, kind="numeric", stem="Mấy ngày?", scenario=scenario, points="0.5", live=False)
    draft.options = [QuestionOption(text="3", correct=True, tolerance="0.5", sort_order=0)]
    draft.save()
    draft.save_revision()
    course = add_course("Chữ ký số", 3)
    course.summary = "Ký số & phát hành"
    course.save()
    picture = make_image("Nút <ký>")
    first = Module(title="Ký số đúng thứ tự", minutes=7, live=False)
    course.add_child(instance=first)
    second = Module(title="Đóng dấu", required=False, live=False)
    course.add_child(instance=second)
    body = (
        f'<p data-block-key="x1">Xem <a linktype="page" id="{second.pk}">bài sau</a>,<br/>'
        '<a href="https://vbpl.vn/?a=1&amp;b=2">văn bản</a> &lt; 3 <b>ngày</b></p>'
    )
    first.cards = [
        ("text", {"heading": "Nút ký", "body": body, "image": picture, "image_alt": "Nút ở góc phải"}),
        ("steps", {"heading": "Ba bước", "intro": "", "steps": ["Mở", "Ký", "Gửi"]}),
        ("do_dont", {"heading": "Nên", "do": ["Kiểm tra"], "dont": ["Đưa mật khẩu"]}),
    ]
    first.basis_links = [
        ModuleLegalBasis(basis=old, article="Điều 13", sort_order=0),
        ModuleLegalBasis(basis=new, sort_order=1),
    ]
    first.save_revision().publish()
    second.cards = [
        ("case", {"heading": "Ở quầy", "situation": "Mất dấu", "right": "Báo", "why": "", "wrong": ""})
    ]
    second.save_revision()
    quiz = Quiz.objects.create(module=first, bank=bank, draw=1, pass_percent=70, attempts_allowed=3)
    QuizPart.objects.create(quiz=quiz, question=drawn, sort_order=0)
    tag = Tag.objects.get(name="ký số")
    QuizPart.objects.create(quiz=quiz, count=2, bank=above, tag=tag, difficulty=2, sort_order=1)
    return course


@pytest.fixture
def exported(db: None) -> bytes:
    """The file of a course that this installation does not have."""
    file = io.BytesIO()
    with elsewhere():
        file.write(write_course(make_whole_course()).data)
    return file.getvalue()


def parts_of(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        files = {name: package.read(name) for name in package.namelist()}
    return json.loads(files.pop("course.json")), files


def packed(document: Any, files: dict[str, bytes]) -> bytes:
    """A course file that says what it should not."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        text = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        package.writestr("course.json", text)
        for name, data in files.items():
            package.writestr(name, data)
    return target.getvalue()


def changed(data: bytes, change: Callable[[dict[str, Any]], None]) -> io.BytesIO:
    document, files = parts_of(data)
    change(document)
    return io.BytesIO(packed(document, files))


def with_picture(data: bytes, picture: bytes, extension: str = "png") -> io.BytesIO:
    """The same course with other bytes for its first file, named by them."""
    document, files = parts_of(data)
    old = document["media"][0]["name"]
    new = f"{hashlib.sha256(picture).hexdigest()}.{extension}"
    del files[f"media/{old}"]
    files[f"media/{new}"] = picture
    text = json.dumps(document, ensure_ascii=False).replace(old, new)
    return io.BytesIO(packed(json.loads(text), files))
