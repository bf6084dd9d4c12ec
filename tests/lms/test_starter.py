"""The starter courses: their files walked without a database, then loaded through the product's own functions."""

import json
import re
import shutil
import unicodedata
from collections import Counter
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.images.models import Image
from wagtail.utils.file import hash_filelike

from courses.models import Course, LegalBasis, Module, ModuleVersion
from courses.tree import course_root
from lms.starter import loading
from lms.starter.loading import FOLDERS, SIGNATURES, load_course
from lms.starter.reading import StarterModule, StarterQuestion, read_course
from lms.starter.tables import StarterError
from lms.starter.walking import (
    kinds_of,
    misspelt,
    pictures_not_in_order,
    stems_repeated,
    too_heavy,
    too_long,
    unanswerable,
    walk,
    words_of,
    words_on_picture,
)
from quizzes.models import Question, QuestionBank, QuestionKind, QuestionVersion, Quiz

COURSES = [read_course(folder) for folder in FOLDERS]
# One of them stands for all where a file is broken or a course loaded alone.
FOLDER = SIGNATURES
COURSE = COURSES[FOLDERS.index(FOLDER)]
MODULES = [lesson for course in COURSES for lesson in course.modules]
LESSONS = pytest.mark.parametrize("lesson", MODULES, ids=lambda lesson: lesson.slug)
WALK = pytest.mark.parametrize("course", COURSES, ids=lambda course: course.slug)
QUESTIONS = [(lesson, question) for lesson in MODULES for question in lesson.questions]

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"
DATE = re.compile(r"\b(\d{2}/)?\d{1,2}/20\d{2}\b")


def choosing(lesson: StarterModule, kind: str) -> list[StarterQuestion]:
    return [question for question in lesson.questions if question.kind == kind]


# --- What is there


@LESSONS
def test_a_lesson_has_enough_cards_and_questions_of_many_kinds(lesson):
    assert 8 <= len(lesson.cards) <= 14
    assert 5 <= lesson.minutes <= 10
    assert {card.kind for card in lesson.cards} >= {"text", "steps", "do_dont", "case"}
    assert len(lesson.questions) >= 30
    kinds = kinds_of(lesson)
    assert len(kinds) >= 5
    assert kinds["ordering"] >= 2
    assert min(kinds.values()) >= 2
    stems = sum(question.stem.startswith("Tình huống:") for question in lesson.questions)
    assert len(lesson.scenarios) + stems >= 2


@LESSONS
def test_a_situation_has_two_to_four_questions(lesson):
    asked = Counter(question.scenario for question in lesson.questions if question.scenario)
    assert all(2 <= count <= 4 for count in asked.values())


@pytest.mark.parametrize(
    "file",
    sorted(file for folder in FOLDERS for file in folder.glob("*.toml")),
    ids=lambda file: f"{file.parent.name}/{file.name}",
)
def test_a_file_is_written_in_composed_characters_and_single_blanks(file):
    text = file.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert [line for line in text.splitlines() if "  " in line.strip() or "..." in line] == []


# --- The walk


def test_the_walk_finds_nothing():
    found = walk(FOLDERS, on=timezone.localdate())
    assert (found.courses, found.modules, found.questions) == (len(COURSES), len(MODULES), len(QUESTIONS))
    assert {name: value for name, value in asdict(found).items() if isinstance(value, list) and value} == {}


MARK, STEM = '05-F01 = "V"', "Cán bộ một cửa cần chứng thư chữ ký số công vụ"


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "what"),
    [
        ("1-*.toml", MARK, '05-F01 = "M"', "facts_forbidden", "05-F01 [M]"),
        ("course.toml", "2024-07-01", "2034-07-01", "bases_out_of_effect", "20/2023/QH15"),
        (
            "course.toml",
            "effective_from = 2024-07-01",
            "effective_from = 2024-07-01\neffective_to = 2025-01-01",
            "bases_out_of_effect",
            "20/2023/QH15",
        ),
        ("1-*.toml", "68/2024/NĐ-CP, ", "69/2024/NĐ-CP, ", "bases_unresolved", "69/2024/NĐ-CP"),
        ("1-*.toml", "chữ ký số", "chữ kýy số", "spelling_unknown", "kýy"),
        ("1-*.toml", "chữ ký số", "chữ ký số hoá", "spelling_unknown", "hoá"),
        (
            "1-*.toml",
            'id = "noi-cap-chung-thu"',
            'id = "cach-gui-yeu-cau"',
            "files_refused",
            "cach-gui-yeu-cau",
        ),
    ],
)
def test_the_walk_finds_what_is_wrong(tmp_path, file, old, new, rule, what):
    found = walk([broken(tmp_path, file, old, new)], on=timezone.localdate())
    assert what in " ".join(finding.what for finding in getattr(found, rule))


def test_the_walk_finds_what_the_cards_do_not_teach_or_a_phone_does_not_show():
    lesson = COURSE.modules[0]
    untaught = replace(lesson, cards=lesson.cards[:1])
    assert unanswerable(untaught)
    heavy = "".join(chr(19968 + number) for number in range(20_000))  # nothing that compresses
    card = replace(lesson.cards[0], value={**lesson.cards[0].value, "body": "từ " * 76})
    assert [finding.what for finding in too_long(replace(lesson, cards=(card,)))] == ["76"]
    unseen = replace(card, value={**card.value, "body": "từ " * 75, "image_alt": "Sơ đồ"})
    assert too_long(replace(lesson, cards=(unseen,))) == []  # what is said of a picture takes no place
    card = replace(lesson.cards[0], value={**lesson.cards[0].value, "body": heavy})
    assert too_heavy(replace(lesson, cards=(card,)))
    assert stems_repeated([lesson, replace(lesson, slug="ban-sao")])


@pytest.mark.parametrize(
    ("drawing", "alt", "what"),
    [
        ("", "Sơ đồ", "so-do.svg"),
        ("<svg", "Sơ đồ", "so-do.svg"),
        ("<script/>", "Sơ đồ", "script"),
        ("<!-- -->" * 4_000, "Sơ đồ", "32"),
        ("<g/>", " ", "image_alt"),
    ],
)
def test_the_walk_finds_pictures_that_may_not_be_shown(tmp_path, drawing, alt, what):
    folder = illustrated(tmp_path, DRAWING.replace("<rect", f"{drawing}<rect"))
    path = next(folder.glob("1-*.toml"))
    path.write_text(path.read_text(encoding="utf-8").replace('"Sơ đồ"', f'"{alt}"'), encoding="utf-8")
    if not drawing:
        (folder / "so-do.svg").unlink()
    assert what in " ".join(finding.what for finding in pictures_not_in_order(folder))


def test_the_words_on_a_picture_are_spelt_like_those_on_its_card(tmp_path):
    drawing = DRAWING.replace("<rect", '<text x="1">chữ kýy <tspan>số</tspan></text><rect')
    folder = illustrated(tmp_path, drawing)
    (card,) = [
        each
        for each in read_course(folder).modules[0].cards
        if each.kind == "screen" and each.value["heading"] == "Ký ở đâu?"
    ]
    assert words_on_picture(card) == "chữ kýy số Sơ đồ"
    assert {finding.what for finding in misspelt(read_course(folder))} == {"kýy"}


def test_the_report_is_one_json_object_of_numbers(capsys):
    call_command("curriculum_report", "--json")
    numbers = json.loads(capsys.readouterr().out)
    assert numbers["modules"] == len(MODULES)
    assert numbers["questions_per_module_min"] >= 30
    assert numbers["types_per_module_min"] >= 5
    assert numbers["pictures"] == sum(bool(card.picture) for lesson in MODULES for card in lesson.cards)
    rules = ("bases_unresolved", "bases_out_of_effect", "facts_forbidden", "spelling_unknown")
    assert [numbers[rule] for rule in (*rules, "pictures_not_in_order")] == [0] * 5


# --- Only what is known, only as firmly as it is known


def test_a_document_has_the_same_dates_in_every_course():
    dates: dict[str, set[tuple]] = {}
    for basis in (basis for course in COURSES for basis in course.bases):
        dates.setdefault(basis.number, set()).add(
            (basis.effective_from, basis.effective_to, basis.replaced_by)
        )
    assert {number: found for number, found in dates.items() if len(found) > 1} == {}


@LESSONS
def test_no_fact_is_taught_more_firmly_than_it_is_known(lesson):
    for unit in [*lesson.cards, *lesson.questions]:
        marks = {lesson.facts[fact] for fact in unit.facts}
        firm = {mark for mark in marks if mark.startswith(("V", "K"))}
        assert firm, f"{unit.facts}: a case or the press alone is no ground"
        text = words_of(unit).casefold()
        if "V*" in marks:
            assert "đối chiếu" in text
        if firm <= {"K", "V + K"}:
            assert "theo quy định" not in text
            assert re.search(r"\bnên\b|khuyến nghị", text)


@LESSONS
def test_what_only_the_press_told_is_never_asked(lesson):
    for question in lesson.questions:
        assert not [fact for fact in question.facts if lesson.facts[fact].startswith("S")]


def marks_in(folder: Path) -> dict[str, str]:
    """Fact, procedure (TT) and case (TH) of every fact file with the mark it has there."""
    marks = {}
    for file in folder.glob("[0-9][0-9]-*.md"):
        text, prefix = file.read_text(encoding="utf-8"), file.name[:2]
        marks |= dict(re.findall(rf"^- ({prefix}-F\d+) \[([^\]]+)\]", text, re.MULTILINE))
        # “[K, tham chiếu V]” is advice too: what it refers to is marked as a fact of its own.
        procedures = re.findall(r"^## Trình tự: .*\[([^\],]+)[^\]]*\]", text, re.MULTILINE)
        marks |= {f"{prefix}-TT{number}": mark for number, mark in enumerate(procedures, start=1)}
        marks |= {f"{prefix}-TH{n}": "TH" for n in re.findall(r"^\*\*TH(\d+)\.", text, re.MULTILINE)}
    return marks


@pytest.mark.skipif(not FACTS.is_dir(), reason="the collection of facts is not beside this checkout")
@LESSONS
def test_the_marks_are_those_of_the_fact_files(lesson):
    known = marks_in(FACTS)
    assert lesson.facts == {fact: known[fact] for fact in lesson.facts}


# --- Legal bases


@WALK
def test_every_basis_is_cited_by_a_lesson_or_follows_one_that_is(course):
    cited = {link.number for lesson in course.modules for link in lesson.bases}
    following = {basis.replaced_by for basis in course.bases} - {""}
    assert cited | following == {basis.number for basis in course.bases}


def test_a_document_is_the_same_in_every_course():
    known = {}
    for basis in (basis for course in COURSES for basis in course.bases):
        assert known.setdefault(basis.number, basis) == basis


@LESSONS
def test_an_explanation_names_basis_article_and_the_date_that_matters(lesson):
    for question in lesson.questions:
        assert question.basis in question.explanation, question.id
        assert DATE.search(question.explanation), question.id
        for article in re.findall(r"Điều \d+", question.article):
            assert article in question.explanation, question.id
        linked = next(link for link in lesson.bases if link.number == question.basis)
        for number in re.findall(r"Điều (\d+)", question.article):
            ranges = re.findall(r"(\d+)(?:–(\d+))?", linked.article)
            covered = [range(int(a), int(b or a) + 1) for a, b in ranges]
            assert any(int(number) in each for each in covered), (
                f"{question.id}: Điều {number} is not among the lesson's articles"
            )


# --- Fair questions


def test_no_two_questions_have_one_id():
    ids = Counter(question.id for _lesson, question in QUESTIONS)
    assert [each for each, times in ids.items() if times > 1] == []


@LESSONS
def test_the_right_option_is_not_given_away_by_its_place_or_its_length(lesson):
    questions = choosing(lesson, QuestionKind.SINGLE)
    places, ranks = Counter(), Counter()
    for question in questions:
        lengths = [len(option.text) for option in question.options]
        right = next(place for place, option in enumerate(question.options) if option.correct)
        assert max(lengths) <= 2 * min(lengths), question.id
        places[right] += 1
        ranks["longest"] += lengths[right] == max(lengths)
        ranks["shortest"] += lengths[right] == min(lengths)
    assert all(len(question.options) == 4 for question in questions)
    assert max(places.values()) <= 0.4 * len(questions)
    assert ranks["longest"] <= 0.4 * len(questions)
    assert ranks["shortest"] <= 0.4 * len(questions)


@LESSONS
def test_both_answers_of_true_or_false_are_right_often_enough(lesson):
    questions = choosing(lesson, QuestionKind.TRUE_FALSE)
    true = sum(question.options[0].correct for question in questions)
    assert 0.3 <= true / len(questions) <= 0.7


@LESSONS
def test_several_right_answers_stand_beside_wrong_ones_in_no_fixed_pattern(lesson):
    patterns = Counter()
    for question in choosing(lesson, QuestionKind.MULTIPLE):
        marks = tuple(option.correct for option in question.options)
        assert 2 <= sum(marks) < len(marks)
        patterns[marks] += 1
    assert len(patterns) >= 4


@LESSONS
def test_wrong_options_are_answered_with_a_word_of_feedback_and_right_ones_are_not(lesson):
    for question in lesson.questions:
        assert not [option for option in question.options if option.correct and option.feedback]
        if question.kind in ("single", "multiple", "true-false"):
            assert [option for option in question.options if not option.correct and option.feedback], (
                question.id
            )


@LESSONS
def test_no_option_points_at_the_others(lesson):
    for question in lesson.questions:
        for option in question.options:
            assert not re.search(
                r"đáp án|phương án|tất cả các ý|các ý trên|cả [abc] và", option.text.casefold()
            )


# --- Strict reading


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("course.toml", "periods = 1", "periods = 0", "periods"),
        ("course.toml", "title = ", "titel = ", "“title”"),
        ("1-*.toml", "minutes = 10", "minutes = 10\ncolour = 1", "colour"),
        ("1-*.toml", '05-F01 = "V"', '05-F01 = "M"', "05-F01"),
        ("1-*.toml", 'facts = ["05-F01", ', 'facts = ["05-F18", ', "05-F18"),
        ("1-*.toml", 'basis = "23/2025/NĐ-CP"', 'basis = "61/2018/NĐ-CP"', "61/2018/NĐ-CP"),
        ("1-*.toml", 'kind = "case"', 'kind = "comic"', "comic"),
        ("1-*.toml", 'heading = "Mất token của cơ quan"', "heading = 7", "cards 10"),
        ("1-*.toml", "situation = ", "story = ", "story"),
        ("1-*.toml", "draw = 10", "draw = 100", "quiz"),
        ("1-*.toml", 'id = "noi-cap-chung-thu"', 'id = "cach-gui-yeu-cau"', "cach-gui-yeu-cau"),
        ("1-*.toml", 'Ban Cơ yếu Chính phủ", right = true', 'Ban Cơ yếu Chính phủ"', "questions 1"),
        ("1-*.toml", "Điều 22", unicodedata.normalize("NFD", "Điều 22"), "NFC"),
        ("1-*.toml", "[quiz]", "[quiz", "1-chu-ky-so-cong-vu.toml"),
        ("1-*.toml", "minutes = 10", 'minutes = 10\nreview_on = "2027"', "review_on"),
        ("course.toml", "= 2024-07-01", '= 2024-07-01\nreplaced_by = "9/2099/QH20"', "9/2099/QH20"),
        ("course.toml", "= 2024-07-01", "= 2024-07-01\neffective_to = 2024-06-30", "bases 1"),
    ],
)
def test_a_file_that_is_not_in_order_is_refused_and_named(tmp_path, file, old, new, complaint):
    folder = broken(tmp_path, file, old, new)
    with pytest.raises(StarterError, match=re.escape(complaint)):
        read_course(folder)


def broken(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, folder)
    path = next(folder.glob(file))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


# --- Loading


def counts() -> dict[str, int]:
    models = [Course, Module, ModuleVersion, LegalBasis, QuestionBank, Question, QuestionVersion, Quiz]
    return {model.__name__: model._default_manager.count() for model in models}


def test_a_course_is_published_once_and_then_belongs_to_the_trainers(cast):
    LegalBasis.objects.create(number="30/2020/NĐ-CP", title="Tên do giảng viên ghi")
    before = counts()
    course = load_course(FOLDER, by=cast.trainer)

    assert course.get_parent().pk == course_root().pk
    assert [module.title for module in course.modules()] == [lesson.title for lesson in COURSE.modules]
    for module, lesson in zip(course.modules(), COURSE.modules, strict=True):
        version = module.current_version
        assert version.number == 1
        assert version.published_by == cast.trainer
        assert [card["type"] for card in version.cards] == [card.kind for card in lesson.cards]
        assert [basis["number"] for basis in version.legal_bases] == [link.number for link in lesson.bases]
        assert (version.quiz["draw"], version.quiz["pass_percent"]) == (10, 80)
        frozen = QuestionVersion.objects.in_bulk(version.quiz["question_versions"])
        assert sorted(each.stem for each in frozen.values()) == sorted(each.stem for each in lesson.questions)

    once = counts()
    questions = sum(len(lesson.questions) for lesson in COURSE.modules)
    assert {name: once[name] - before[name] for name in once} == {
        "Course": 1,
        "Module": 2,
        "ModuleVersion": 2,
        "LegalBasis": len(COURSE.bases) - 1,
        "QuestionBank": 2,
        "Question": questions,
        "QuestionVersion": questions,
        "Quiz": 2,
    }

    module = course.modules().first()
    module.title = "Bài do giảng viên sửa"
    module.save_revision().publish()
    question = Question.objects.filter(kind=QuestionKind.SINGLE).first()
    question.stem = "Câu do giảng viên sửa?"
    question.save()
    edited = counts()
    load_course(FOLDER, by=cast.trainer)

    assert counts() == edited
    assert course.modules().first().title == "Bài do giảng viên sửa"
    assert Question.objects.get(pk=question.pk).stem == "Câu do giảng viên sửa?"
    assert LegalBasis.objects.get(number="30/2020/NĐ-CP").title == "Tên do giảng viên ghi"


def test_the_command_loads_every_course_and_says_what_is_there(db, capsys):
    before = counts()
    call_command("load_starter")
    once = counts()
    assert {name: once[name] - before[name] for name in ("Course", "Module", "Question", "Quiz")} == {
        "Course": len(COURSES),
        "Module": len(MODULES),
        "Question": len(QUESTIONS),
        "Quiz": len(MODULES),
    }

    reviewed = Module.objects.filter(review_on__isnull=False).order_by("path")
    assert [(module.slug, str(module.review_on)) for module in reviewed] == [
        ("ho-tich-cap-xa", "2027-03-01"),
        ("dat-dai-cap-xa", "2027-03-01"),
    ]
    law = LegalBasis.objects.get(number="60/2014/QH13")
    assert (str(law.effective_to), law.replaced_by.number) == ("2027-02-28", "03/2026/QH16")

    capsys.readouterr()
    call_command("load_starter")
    assert counts() == once
    told = capsys.readouterr().out.splitlines()
    for course, line in zip(COURSES, told, strict=True):
        assert course.title in line
        assert str(sum(len(lesson.questions) for lesson in course.modules)) in line


def illustrated(tmp_path: Path, drawing: str) -> Path:
    """The course with a picture on its first text card, and with the other kinds that need what is in the database."""
    alt = 'image_alt = "Sơ đồ"\nimage = "so-do.svg"\n'
    folder = broken(tmp_path, "1-*.toml", 'kind = "text"\n', f'kind = "text"\n{alt}')
    path = next(folder.glob("1-*.toml"))
    fact = re.search(r"^(\S+) = \"V\"$", path.read_text(encoding="utf-8"), re.MULTILINE)[1]
    number = read_course(FOLDER).modules[0].bases[0].number
    cards = f"""
[[cards]]
kind = "screen"
heading = "Ký ở đâu?"
facts = ["{fact}"]
{alt}spots = [{{ text = "Nút Ký số", x = 12, y = 30 }}]

[[cards]]
kind = "quote"
heading = "Luật nói gì?"
facts = ["{fact}"]
basis = "{number}"
article = "Điều 1"
words = "Nguyên văn."
"""
    path.write_text(
        path.read_text(encoding="utf-8").replace("\n[[cards]]", f"{cards}\n[[cards]]", 1), encoding="utf-8"
    )
    (folder / "so-do.svg").write_text(drawing, encoding="utf-8")
    return folder


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 60"><rect width="9" height="9"/></svg>'


def test_a_picture_beside_a_lesson_comes_once_into_the_library(db, tmp_path):
    course = load_course(illustrated(tmp_path, DRAWING))
    version = course.modules()[0].current_version
    image = Image.objects.get(file_hash=hash_filelike(BytesIO(DRAWING.encode())))
    assert version.pictures.filter(image=image).count() == 1
    values = {card["type"]: card["value"] for card in reversed(version.cards)}
    assert [values[kind]["image"] for kind in ("screen", "text")] == [image.pk, image.pk]
    assert [spot["value"] for spot in values["screen"]["spots"]] == [{"text": "Nút Ký số", "x": 12, "y": 30}]
    assert values["quote"]["as_published"]["number"] == version.legal_bases[0]["number"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("so-do.svg", "khong-co.svg", "khong-co.svg"),
        ("so-do.svg", "../so-do.svg", "thư mục của khóa học"),
        ("so-do.svg", "course.toml", "PNG, WebP"),
        ('image_alt = "Sơ đồ"', 'image_alt = ""', "image_alt"),
        ("x = 12", "x = 101", "spots"),
        ("x = 12", 'x = "12"', "spots"),
        ("x = 12", "x = 12, z = 1", "spots"),
        (
            'basis = "20/2023/QH15"\narticle = "Điều 1"',
            'basis = "1/2000/QH10"\narticle = "Điều 1"',
            "1/2000/QH10",
        ),
        ("<rect", "<script/><rect", "so-do.svg"),
    ],
)
def test_a_card_with_a_picture_is_read_strictly(tmp_path, old, new, complaint):
    folder = illustrated(tmp_path, DRAWING)
    for path in (next(folder.glob("1-*.toml")), folder / "so-do.svg"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StarterError, match=complaint):
        read_course(folder)


def test_nothing_is_loaded_from_files_that_are_not_in_order(db, tmp_path, monkeypatch):
    before = counts()
    monkeypatch.setattr(loading, "FOLDERS", [broken(tmp_path, "2-*.toml", '06-F02 = "V"', '06-F02 = "M"')])
    with pytest.raises(CommandError, match="06-F02"):
        call_command("load_starter")
    assert counts() == before
