"""Files that are not what they should be: each becomes a sentence, and nothing is written."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image as Picture

from courses.models import Course, LegalBasis
from quizzes.coursefile import MAX_ENTRIES, MAX_UNPACKED
from quizzes.coursefile.importing import import_course
from quizzes.coursefile.reading import CourseRefused, read_course_file
from quizzes.models import Question, QuestionBank
from tests.quizzes.coursefile.conftest import changed, packed, parts_of, png, with_picture


def refusal(data: bytes) -> str:
    with pytest.raises(CourseRefused) as refused:
        read_course_file(io.BytesIO(data))
    return str(refused.value)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return file.getvalue()


def test_what_is_no_course_file_is_refused_in_a_sentence(exported):
    document, files = parts_of(exported)
    newer = packed({**document, "version": 2}, files)
    other = packed({**document, "format": "moodle"}, files)
    assert "hỏng" in refusal(b"")
    assert "hỏng" in refusal(b"PK\x03\x04 cut off")
    assert "course.json" in refusal(zipped({"a.txt": b"x"}))
    assert "phiên bản 2" in refusal(newer)
    assert "không phải tệp khóa học" in refusal(other)


def test_packages_that_want_to_harm_are_refused(exported):
    document, _files = parts_of(exported)
    text = json.dumps(document).encode()
    assert "ra ngoài" in refusal(zipped({"course.json": text, "../../etc/passwd": b"x"}))
    assert "MB" in refusal(zipped({"course.json": b" " * (MAX_UNPACKED + 1)}))
    many = zipped({"course.json": text} | {f"media/{number}": b"" for number in range(MAX_ENTRIES)})
    assert str(MAX_ENTRIES) in refusal(many).replace(".", "")
    twice = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(twice, "w") as package:
        warnings.simplefilter("ignore")
        for _ in range(2):
            package.writestr("course.json", text)
    assert "hai lần" in refusal(twice.getvalue())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{", "dòng 1"),
        (b"[" * 100_000, "lồng"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "lồng"),
        (b'{"version": ' + b"9" * 5_000 + b"}", "999"),
        (b'{"version": 1e999}', "1e999"),
        (b'{"version": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "“a”"),
        (b'{"a": "\\u0000"}', "điều khiển"),
        (b'{"a": "\\ud800"}', "điều khiển"),
        ('{"a": "\u202e"}'.encode(), "điều khiển"),
        ("{'é'}".encode("latin-1"), "UTF-8"),
    ],
)
def test_json_that_wants_to_harm_is_refused(db, text, told):
    assert told in refusal(packed(text, {}))


def test_a_word_that_stands_twice_is_found_among_very_many_at_once(db):
    words = b",".join(b'"%d":1' % min(number, 199_999) for number in range(200_001))
    assert "“199999”" in refusal(packed(b"{%s}" % words, {}))


def set_in(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


TEXT_CARD = ("modules", 0, "cards", 0, "value")


@pytest.mark.parametrize(
    ("change", "where", "told"),
    [
        (set_in("course", "title", to="x" * 256), "khóa học", "255"),
        (set_in("course", "title", to=5), "khóa học", "“title”"),
        (set_in("course", "owner", to="admin"), "khóa học", "“owner”"),
        (set_in("course", "periods", to=0), "khóa học", "1"),
        (set_in("modules", 0, "minutes", to=10**14), "bài học 1", "phút"),
        (set_in("modules", 0, "minutes", to=True), "bài học 1", "“minutes”"),
        (set_in("modules", 0, "cards", 0, "type", to="html"), "bài học 1, thẻ 1", "“html”"),
        (set_in(*TEXT_CARD, "heading", to="x" * 91), "bài học 1, thẻ 1", "90"),
        (set_in(*TEXT_CARD, "heading", to={}), "bài học 1, thẻ 1", "không đúng loại"),
        (set_in(*TEXT_CARD, "image", to="a" * 64 + ".png"), "bài học 1, thẻ 1", "không có trong tệp"),
        (set_in(*TEXT_CARD, "image", to=1), "bài học 1, thẻ 1", "không đúng loại"),
        (set_in(*TEXT_CARD, "colour", to="red"), "bài học 1, thẻ 1", "“colour”"),
        (set_in(*TEXT_CARD, "body", to="<p>"), "bài học 1, thẻ 1", "đóng"),
        (set_in(*TEXT_CARD, "body", to="<script>alert(1)</script>"), "bài học 1, thẻ 1", "script"),
        (set_in(*TEXT_CARD, "body", to='<p onclick="x">a</p>'), "bài học 1, thẻ 1", "<p>"),
        (
            set_in(*TEXT_CARD, "body", to='<p><a href="javascript:x">a</a></p>'),
            "bài học 1, thẻ 1",
            "liên kết",
        ),
        (set_in(*TEXT_CARD, "body", to='<p><a lesson="9">a</a></p>'), "bài học 1, thẻ 1", "liên kết"),
        (
            set_in(*TEXT_CARD, "body", to='<p><a linktype="page" id="1">a</a></p>'),
            "bài học 1, thẻ 1",
            "liên kết",
        ),
        (set_in(*TEXT_CARD, "body", to="<b>" * 200 + "</b>" * 200), "bài học 1, thẻ 1", "lồng"),
        (set_in("modules", 0, "cards", 1, "value", "steps", to=["Một"]), "bài học 1, thẻ 2", "Các bước"),
        (set_in("modules", 0, "quiz", "bank", to="Khác"), "bài học 1", "“Khác”"),
        (set_in("modules", 0, "quiz", "pass_percent", to=101), "bài học 1", "100"),
        (set_in("modules", 0, "quiz", "counting", to="none"), "bài học 1", "none"),
        (set_in("questions", 0, "points", to="11"), "câu hỏi 1", "10"),
        (set_in("questions", 0, "points", to="١"), "câu hỏi 1", "points"),
        (set_in("questions", 0, "kind", to="essay"), "câu hỏi 1", "essay"),
        (set_in("questions", 0, "options", 0, "area", to=[0, 0, 0, 2000]), "câu hỏi 1", "area"),
        (set_in("questions", 0, "key", to="1"), "câu hỏi 1", "UUID"),
        (set_in("banks", 0, "parent", to="Ký số"), "Ký số", "không có trong tệp"),
        (set_in("legal_bases", 0, "effective_from", to="2025-02-30"), "căn cứ pháp lý 1", ""),
        (set_in("legal_bases", 0, "replaced_by", to="0/0"), "", "0/0"),
        (set_in("media", 0, "name", to="../x.png"), "tệp 1", "SHA-256"),
        (set_in("media", to=[]), "", "không nhắc đến"),
        (set_in("learners", to=[]), "course.json", "“learners”"),
    ],
)
def test_what_the_course_cannot_hold_is_told_with_its_place_and_nothing_is_imported(
    exported, change, where, told
):
    file = read_course_file(changed(exported, change))
    first = file.problems.sentences[0]
    assert first.startswith(where)
    assert told in first
    with pytest.raises(CourseRefused):
        import_course(file, user=None)
    assert [model.objects.count() for model in (Course, LegalBasis, Question, QuestionBank)] == [0, 0, 0, 0]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 6">%s</svg>'


def bomb() -> bytes:
    file = io.BytesIO()
    Picture.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "extension", "told"),
    [
        (SVG % b"<script>alert(1)</script>", "svg", "“<script>”"),
        (SVG % b"", "svg", "Câu hỏi không dùng hình vẽ SVG"),
        (bomb(), "png", "triệu"),
        (png()[:-60], "png", "hỏng"),
        (b"MZ\x90", "png", "PNG"),
        (png(), "jpg", "không phải"),
    ],
)
def test_files_that_are_no_pictures_are_told(exported, data, extension, told):
    file = read_course_file(with_picture(exported, data, extension))
    assert told in file.problems.sentences[0]


def test_a_file_that_was_changed_after_the_export_is_told(exported):
    document, files = parts_of(exported)
    files[next(iter(files))] = png("red")
    assert "SHA-256" in read_course_file(io.BytesIO(packed(document, files))).problems.sentences[0]


def test_a_file_that_nobody_names_is_told(exported):
    document, files = parts_of(exported)
    file = read_course_file(io.BytesIO(packed(document, {**files, "media/x.exe": b"MZ"})))
    assert "media/x.exe" in file.problems.sentences[0]


def test_endless_problems_are_counted_not_listed(exported):
    file = read_course_file(changed(exported, set_in("questions", to=[{}] * 3_000)))
    assert len(file.problems.sentences) == 100
    assert file.problems.further > 3_000


def test_an_import_that_fails_halfway_leaves_nothing_behind(exported, monkeypatch):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("quizzes.coursefile.importing._Writing._lessons", fail)
    before = (
        default_storage.listdir("original_images")[1] if default_storage.exists("original_images") else []
    )
    with pytest.raises(RuntimeError):
        import_course(read_course_file(io.BytesIO(exported)), user=None)
    assert [model.objects.count() for model in (Course, LegalBasis, Question, QuestionBank)] == [0, 0, 0, 0]
    assert sorted(default_storage.listdir("original_images")[1]) == sorted(before)
