import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from people.models import Official
from quizzes.answering import save_answer, save_answers
from quizzes.grading import submit_attempt
from quizzes.models import Answer, Attempt, AttemptItem, QuestionVersion
from quizzes.starting import start_attempt
from records.learning import open_module
from tests.conftest import HouseClient
from tests.factories import enrol, make_module, make_official
from tests.quizzes.conftest import (
    filled_in,
    form_of,
    make_question,
    make_quiz,
    make_quiz_of_all_kinds,
    read_module,
    responses,
    right_response,
    turned,
    wrong_response,
)


@pytest.fixture(autouse=True)
def _english():
    """The sentences of the code; the catalogue has its own test."""
    with translation.override("en"):
        yield


def browser(official: Official) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(official.user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def lan_browser(lan) -> Client:
    return browser(lan)


def start_url(module) -> str:
    return reverse("quizzes:start", args=[module.get_parent().slug, module.slug])


def url(name: str, attempt: Attempt) -> str:
    return reverse(f"quizzes:{name}", args=[attempt.key])


def text(response: Any) -> str:
    """What a reader sees, with single blanks."""
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", body)


def post_answer(client: Client, attempt: Attempt, **step: Any) -> Any:
    body = {"item": 1, "response": [], "operation_id": str(uuid4())} | step
    return client.post(url("answer", attempt), json.dumps(body), content_type="application/json")


def items_of(attempt: Attempt) -> list[AttemptItem]:
    return list(attempt.items.select_related("question_version").order_by("order"))


def first_answer(attempt: Attempt) -> list[str]:
    return Answer.objects.filter(item__attempt=attempt).earliest("pk").response


def first_item(attempt: Attempt):
    return attempt.items.select_related("question_version").get(order=1)


# --- The rules ------------------------------------------------------------------------------------------------


def test_the_start_page_tells_the_rules(lan_browser, lan, module):
    make_quiz(module, draw=4, pass_percent=70, attempts_allowed=3, review="score")
    progress = read_module(lan, module)
    submit_attempt(start_attempt(progress))
    page = text(lan_browser.get(start_url(module)))
    for rule in (
        "Questions 4",
        "at least 3 of 4 right (70%)",
        "2 of 3 left",
        "you see your score",
        "Last time you had 0 of 4 points",
        "Take the quiz again",
    ):
        assert rule in page


def test_starting_leads_to_the_paper_and_again_to_the_same(lan_browser, progress, module):
    first = lan_browser.post(start_url(module))
    attempt = Attempt.objects.get()
    assert (first.status_code, first.url) == (302, url("attempt", attempt))
    assert lan_browser.post(start_url(module)).url == first.url
    assert "Go on with the quiz" in text(lan_browser.get(start_url(module)))


def test_an_unread_lesson_is_refused_in_words(lan_browser, lan, module):
    make_quiz(module)
    open_module(enrol(lan, module.get_parent().specific), module)
    response = lan_browser.post(start_url(module))
    assert response.status_code == 409
    assert "Please read all cards of this lesson first." in text(response)
    assert Attempt.objects.count() == 0


def test_a_lesson_never_opened_leads_to_its_first_card(lan_browser, lan, module):
    make_quiz(module)
    course = module.get_parent().specific
    enrol(lan, course)
    response = lan_browser.post(start_url(module))
    assert (response.status_code, response.url) == (
        302,
        reverse("learning:module", args=[course.slug, module.slug]),
    )


def test_a_passed_lesson_leads_to_its_result(lan_browser, progress, module):
    attempt = start_attempt(progress)
    submit_attempt(attempt, responses(attempt, right=3))
    page = lan_browser.get(start_url(module))
    assert "You have passed this lesson already." in text(page)
    assert url("result", attempt) in page.content.decode()
    assert lan_browser.post(start_url(module)).status_code == 409


# --- Who may ---------------------------------------------------------------------------------------------------


def test_paper_answers_and_result_exist_for_their_owner_only(cast, module):
    make_quiz(module)
    attempt = start_attempt(read_module(cast.lan, module))
    other = make_official("Trần Văn Bình", email="binh@phuong.example")
    read_module(other, module)
    colleague = browser(other)
    assert colleague.get(url("attempt", attempt)).status_code == 404
    assert colleague.post(url("attempt", attempt), form_of(attempt)).status_code == 404
    assert post_answer(colleague, attempt).status_code == 404
    submit_attempt(attempt)
    assert colleague.get(url("result", attempt)).status_code == 404
    for user in (cast.ward_hr, cast.province_hr, cast.other_hr, cast.trainer, cast.admin):
        client = HouseClient()
        client.force_login(user)
        for name in ("attempt", "result"):
            response = client.get(url(name, attempt))
            assert response.status_code in {302, 404}
            assert attempt.version.title not in response.content.decode()
    assert Answer.objects.count() == 0


def test_who_is_not_enrolled_finds_no_quiz(module, progress):
    stranger = browser(make_official("Trần Văn Bình"))
    assert stranger.get(start_url(module)).status_code == 404
    assert stranger.post(start_url(module)).status_code == 404


def test_anonymous_is_sent_to_sign_in(client, progress):
    attempt = start_attempt(progress)
    for name in ("attempt", "result"):
        response = client.get(url(name, attempt))
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))
    assert post_answer(client, attempt).status_code == 302
    assert Answer.objects.count() == 0


# --- The paper ---------------------------------------------------------------------------------------------------


def test_the_paper_shows_its_questions_and_the_answers_given(lan_browser, progress):
    attempt = start_attempt(progress)
    item = first_item(attempt)
    save_answer(attempt, 1, [item.option_order[1]], uuid4())
    page = lan_browser.get(url("attempt", attempt)).content.decode()
    for question in attempt.items.select_related("question_version"):
        assert question.question_version.stem in page
    assert re.findall(r'value="(\w+)" checked', page) == [item.option_order[1]]
    assert "Saved 1/3" in page


def test_the_options_stand_in_the_order_of_the_paper(lan_browser, lan, module):
    make_quiz(module, kinds=("single", "multiple", "true-false"), draw=3)
    attempt = start_attempt(read_module(lan, module))
    page = lan_browser.get(url("attempt", attempt)).content.decode()
    shown = re.findall(r'<input type="(?:radio|checkbox)" name="q\d" value="(\w+)"', page)
    assert shown == [
        key
        for order in attempt.items.order_by("order").values_list("option_order", flat=True)
        for key in order
    ]


def test_a_half_matched_question_is_kept_and_told(lan_browser, lan, module):
    make_quiz(module, kinds=("matching",), draw=1)
    attempt = start_attempt(read_module(lan, module))
    half = right_response(first_item(attempt))[:1]
    left, right = half[0].split("=")
    response = lan_browser.post(url("attempt", attempt), form_of(attempt, **{f"q1-{left}": right}))
    assert "Question 1 – something is missing" in text(response)
    assert "Choose something for every line." in text(response)
    assert Answer.objects.get().response == half
    assert filled_in(response.content.decode())[f"q1-{left}"] == [right]
    assert lan_browser.post(url("attempt", attempt), form_of(attempt, confirmed="1")).status_code == 302
    attempt.refresh_from_db()
    assert attempt.points == 0


def test_what_is_no_number_is_kept_as_typed_and_told(lan_browser, lan, module):
    make_quiz(module, kinds=("numeric",), draw=1)
    attempt = start_attempt(read_module(lan, module))
    response = lan_browser.post(url("attempt", attempt), form_of(attempt, q1=" ba nghìn "))
    assert "This is not a number that can be read." in text(response)
    assert filled_in(response.content.decode())["q1"] == ["ba nghìn"]
    assert Answer.objects.get().response == ["ba nghìn"]


def test_texts_of_questions_are_never_taken_for_markup(lan_browser, lan, module):
    quiz = make_quiz(module, kinds=(), draw=5, shuffle_questions=False)
    make_question(quiz.bank, stem="<b>&", options=[('<i>"a"', True), ("b</label>", False)])
    make_question(quiz.bank, "ordering", options=[("<i>1", False), ("<i>2", False), ("<i>3", False)])
    pairs = [{"text": f"<i>{number}", "match": f"<b>{number}"} for number in range(3)]
    make_question(quiz.bank, "matching", options=pairs)
    make_question(quiz.bank, "short", options=[('"><i>', True)])
    places = [
        {"text": "<i>a", "correct": True, "area": [0, 0, 9, 9]},
        {"text": "<i>b", "area": [90, 90, 9, 9]},
    ]
    make_question(quiz.bank, "hotspot", options=places, image_alt='"><i>')
    attempt = start_attempt(read_module(lan, module))
    save_answers(attempt, responses(attempt, right=5))
    paper = lan_browser.get(url("attempt", attempt)).content.decode()
    submit_attempt(attempt)
    result = lan_browser.get(url("result", attempt)).content.decode()
    for page in (paper, result):
        assert "&lt;b&gt;&amp;" in page
        assert "&lt;i&gt;1" in page
        assert not re.search(r"<b>|<i>|b</label>", page)


def test_pages_of_an_attempt_are_never_shared(lan_browser, progress, module):
    attempt = start_attempt(progress)
    assert lan_browser.get(url("attempt", attempt)).headers["Cache-Control"] == "private, no-cache"
    submit_attempt(attempt)
    assert lan_browser.get(url("result", attempt)).headers["Cache-Control"] == "private, no-cache"
    assert "no-store" in lan_browser.get(start_url(module)).headers["Cache-Control"]


def test_a_whole_form_is_graded(lan_browser, lan, module):
    make_quiz(module, kinds=("single", "multiple", "true-false", "ordering"), draw=4)
    attempt = start_attempt(read_module(lan, module))
    fields: dict[str, Any] = {}
    for item in attempt.items.select_related("question_version"):
        if item.question_version.kind == "ordering":
            fields |= {
                f"q{item.order}-{key}": str(place) for place, key in enumerate(right_response(item), start=1)
            }
        else:
            fields[f"q{item.order}"] = right_response(item)
    response = lan_browser.post(url("attempt", attempt), form_of(attempt, **fields))
    assert (response.status_code, response.url) == (302, url("result", attempt))
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (4, True)


def test_unanswered_questions_are_asked_about_once_and_the_others_kept(lan_browser, progress):
    attempt = start_attempt(progress)
    chosen = right_response(first_item(attempt))
    response = lan_browser.post(url("attempt", attempt), form_of(attempt, q1=chosen))
    assert response.status_code == 200
    assert "2 questions are not answered yet. Your other answers are saved." in text(response)
    assert re.findall(r'href="(#cau-\d)"', response.content.decode()) == ["#cau-2", "#cau-3"]
    assert [answer.response for answer in Answer.objects.all()] == [chosen]
    attempt.refresh_from_db()
    assert attempt.state == "in-progress"
    assert (
        lan_browser.post(url("attempt", attempt), form_of(attempt, q1=chosen, confirmed="1")).status_code
        == 302
    )
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("graded", 1)


def test_an_ordering_without_a_place_for_each_step_is_told_and_kept_on_the_screen(lan_browser, lan, module):
    make_quiz(module, kinds=("ordering",), draw=1)
    attempt = start_attempt(read_module(lan, module))
    first, second, *_rest = first_item(attempt).option_order
    response = lan_browser.post(
        url("attempt", attempt), form_of(attempt, **{f"q1-{first}": "2", f"q1-{second}": "2"})
    )
    page = response.content.decode()
    assert "something is missing" in text(response)
    assert page.count("<option selected>2</option>") == 2
    assert Answer.objects.count() == 0


def test_saving_without_script_keeps_the_answers_and_the_attempt_open(lan_browser, progress):
    attempt = start_attempt(progress)
    chosen = right_response(first_item(attempt))
    response = lan_browser.post(url("attempt", attempt), form_of(attempt, q1=chosen, save="1"))
    assert response.url == url("attempt", attempt)
    assert [answer.response for answer in Answer.objects.all()] == [chosen]
    attempt.refresh_from_db()
    assert attempt.state == "in-progress"


def test_an_answer_given_on_another_device_survives_a_form_that_did_not_touch_it(lan_browser, progress):
    attempt = start_attempt(progress)
    item = first_item(attempt)
    form = form_of(attempt)  # the first device shows an empty paper
    save_answer(attempt, 1, right_response(item), uuid4())  # the second answers
    lan_browser.post(url("attempt", attempt), form | {"confirmed": "1"})
    attempt.refresh_from_db()
    assert attempt.points == 1


def test_what_stands_on_the_screen_counts_even_when_its_saving_got_lost(lan_browser, progress):
    """A (saved), B (saved), back to A on a dead line: the script marks the question as touched."""
    attempt = start_attempt(progress)
    item = first_item(attempt)
    save_answer(attempt, 1, right_response(item), uuid4())
    form = form_of(attempt, known1="changed", confirmed="1")
    save_answer(attempt, 1, wrong_response(item), uuid4())
    lan_browser.post(url("attempt", attempt), form)
    attempt.refresh_from_db()
    assert attempt.points == 1


def test_taking_back_a_tick_takes_back_the_answer(lan_browser, lan, module):
    make_quiz(module, kinds=("multiple",), draw=1)
    attempt = start_attempt(read_module(lan, module))
    save_answer(attempt, 1, right_response(first_item(attempt)), uuid4())
    form = form_of(attempt)
    del form["q1"]
    assert "1 question is not answered yet" in text(lan_browser.post(url("attempt", attempt), form))
    assert Answer.objects.latest("pk").response == []


@pytest.mark.parametrize("value", ["khong-co", ["a", "b"]])
def test_a_tampered_form_is_refused_and_changes_nothing(lan_browser, progress, value):
    attempt = start_attempt(progress)
    assert lan_browser.post(url("attempt", attempt), form_of(attempt, q1=value)).status_code == 400
    assert Answer.objects.count() == 0


def test_a_form_sent_after_grading_is_kept_as_late_and_said_so(lan_browser, progress):
    attempt = start_attempt(progress)
    submit_attempt(attempt)
    form = form_of(attempt, q1=right_response(first_item(attempt)))
    response = lan_browser.post(url("attempt", attempt), form, follow=True)
    assert "closed before these answers arrived. They are kept" in text(response)
    assert Answer.objects.get().late
    attempt.refresh_from_db()
    assert attempt.points == 0


def test_a_graded_paper_leads_to_its_result_and_an_open_one_to_its_paper(lan_browser, progress):
    attempt = start_attempt(progress)
    assert lan_browser.get(url("result", attempt)).url == url("attempt", attempt)
    submit_attempt(attempt)
    assert lan_browser.get(url("attempt", attempt)).url == url("result", attempt)


# --- One answer -------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_once(lan_browser, progress):
    attempt = start_attempt(progress)
    step = {"response": right_response(first_item(attempt)), "operation_id": str(uuid4())}
    for _ in range(2):
        reply = post_answer(lan_browser, attempt, **step)
        assert (reply.status_code, reply.json()) == (200, {"status": "kept"})
    assert Answer.objects.count() == 1


def test_the_same_operation_with_another_body_is_a_conflict(lan_browser, progress):
    attempt = start_attempt(progress)
    step = {"response": right_response(first_item(attempt)), "operation_id": str(uuid4())}
    post_answer(lan_browser, attempt, **step)
    reply = post_answer(lan_browser, attempt, **(step | {"response": []}))
    assert (reply.status_code, reply.json()["status"]) == (409, "conflict")


def test_a_late_answer_is_kept_and_said_so(lan_browser, progress):
    attempt = start_attempt(progress)
    submit_attempt(attempt)
    reply = post_answer(lan_browser, attempt, response=right_response(first_item(attempt)))
    assert (reply.status_code, reply.json()["status"]) == (409, "late")
    assert "does not change the result" in reply.json()["message"]
    assert Answer.objects.get().late


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"item": 1}',
        b'{"item": "1", "response": [], "operation_id": "6f1c1b1e-0000-4000-8000-000000000000"}',
        b'{"item": true, "response": [], "operation_id": "6f1c1b1e-0000-4000-8000-000000000000"}',
        b'{"item": 1, "response": [1], "operation_id": "6f1c1b1e-0000-4000-8000-000000000000"}',
        b'{"item": 1, "response": [], "operation_id": "khong-phai"}',
        b'{"item": 1, "response": ["khong-co"], "operation_id": "6f1c1b1e-0000-4000-8000-000000000000"}',
        b"[" * 100_000,
        b'{"item": 1e400, "response": [], "operation_id": "6f1c1b1e-0000-4000-8000-000000000000"}',
    ],
)
def test_a_broken_answer_is_refused(lan_browser, progress, body):
    attempt = start_attempt(progress)
    reply = lan_browser.post(url("answer", attempt), body, content_type="application/json")
    assert (reply.status_code, reply.json()["status"]) == (400, "refused")
    assert Answer.objects.count() == 0


def test_a_question_that_is_not_on_the_paper_is_404(lan_browser, progress):
    attempt = start_attempt(progress)
    assert post_answer(lan_browser, attempt, item=4).status_code == 404


def test_answers_need_the_token_of_our_own_page(lan, progress):
    attempt = start_attempt(progress)
    client = Client(enforce_csrf_checks=True)
    client.force_login(lan.user)
    assert post_answer(client, attempt).status_code == 403


# --- No key before grading (rule 4) ---------------------------------------------------------------------------------


def sealed(module, lan) -> Attempt:
    """A paper of each kind, whose pages must not hold what only the key has."""
    make_quiz_of_all_kinds(module)
    return start_attempt(read_module(lan, module))


SECRETS = ("Vì sao:", "Lời giải thích.", "chứng thực*", "sao y", "công chứng", "3.321", "600, 100", "600,100")


def without_tokens(body: bytes) -> bytes:
    return re.sub(rb'(csrfmiddlewaretoken" value=)"\w+"', rb"\1", body)


def test_no_page_before_grading_carries_the_key(lan_browser, module, lan):
    attempt = sealed(module, lan)
    bodies = [
        lan_browser.get(start_url(module)).content,
        lan_browser.get(url("attempt", attempt)).content,
        lan_browser.post(url("attempt", attempt), form_of(attempt)).content,
        *(
            post_answer(lan_browser, attempt, item=item.order, response=response).content
            for item in items_of(attempt)
            for response in (right_response(item), wrong_response(item), [])
        ),
        lan_browser.get(url("attempt", attempt)).content,
    ]
    for body in bodies:
        assert [secret for secret in SECRETS if secret in body.decode()] == []
        assert not re.search(r"correct|right_|is-right|explanation|feedback", body.decode())


def test_no_byte_before_grading_differs_between_a_right_and_a_wrong_answer(lan_browser, module, lan):
    """The same paper under two keys gives the same bytes, whatever is answered."""
    attempt = sealed(module, lan)
    paper = items_of(attempt)
    answers = {item.order: (right_response(item), wrong_response(item)) for item in paper}
    seen = []
    for other_key in (False, True):
        if other_key:
            turn_the_key([item.question_version for item in paper])
        replies = [
            post_answer(lan_browser, attempt, item=order, response=response)
            for order, both in answers.items()
            for response in both
        ]
        assert len({(reply.status_code, reply.content) for reply in replies}) == 1
        assert len({tuple(sorted(reply.headers.items())) for reply in replies}) == 1
        page = without_tokens(lan_browser.get(url("attempt", attempt)).content)
        seen.append((re.sub(rb'known\d+" value="[^"]*"', b"", page), replies[0].content))
    assert seen[0] == seen[1]


def turn_the_key(versions: list[QuestionVersion]) -> None:
    """Another key under the very same paper; only a test may lift the guard."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE quizzes_questionversion DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER quizzes_questionversion_update_refused")
    for version in versions:
        options = turned(version.kind, version.options)
        QuestionVersion.objects.filter(pk=version.pk).update(options=options)


# --- The result ------------------------------------------------------------------------------------------------


def graded(lan, module, *, right: int, **rules: Any) -> Attempt:
    make_quiz(module, **rules)
    attempt = start_attempt(read_module(lan, module))
    return submit_attempt(attempt, responses(attempt, right=right))


def test_a_passed_result_says_so_and_shows_the_right_answers(lan_browser, lan, module):
    attempt = graded(lan, module, right=3, pass_percent=100)
    page = text(lan_browser.get(url("result", attempt)))
    for part in (
        "Passed",
        "3/3",
        "Score 10 of 10",
        "You have completed the whole course.",
        "your choice, right",
        "Lời giải thích.",
        "Vì sao: Ký nháy",
    ):
        assert part in page


def test_a_result_not_passed_says_which_were_wrong_but_not_what_is_right(lan_browser, lan, module):
    attempt = graded(lan, module, right=1)
    response = lan_browser.get(url("result", attempt))
    page = text(response)
    assert "Not passed yet" in page
    assert (page.count("answered rightly"), page.count("answered wrongly")) == (1, 2)
    assert "Take the quiz again" in page
    for key in ("Lời giải thích.", "Vì sao:", "right answer)", "is-right", "is-wrong"):
        assert key not in response.content.decode()


def test_when_all_attempts_are_used_no_further_one_is_offered(lan_browser, lan, module):
    attempt = graded(lan, module, right=0, attempts_allowed=1)
    page = text(lan_browser.get(url("result", attempt)))
    assert "0 attempts left" in page
    assert "All attempts are used. Please ask the person in charge of training" in page
    assert "Take the quiz again" not in page


def test_the_full_review_shows_the_right_answers_at_once(lan_browser, lan, module):
    page = text(lan_browser.get(url("result", graded(lan, module, right=0, review="full"))))
    assert page.count("right answer)") == 3
    assert page.count("your choice, wrong") == 3
    assert page.count("Lời giải thích.") == 3


def test_the_score_alone_shows_no_question(lan_browser, lan, module):
    attempt = graded(lan, module, right=3, review="score")
    page = text(lan_browser.get(url("result", attempt)))
    assert "3/3" in page
    assert "Question 1" not in page
    assert "Câu hỏi" not in page


def test_an_ordering_is_reviewed_with_both_orders(lan_browser, lan, module):
    attempt = graded(lan, module, right=0, kinds=("ordering",), draw=1, review="full")
    page = text(lan_browser.get(url("result", attempt)))
    assert page.index("Your order:") < page.index("Phát hành") < page.index("The right order:")
    assert (page.count("right place)"), page.count("wrong place)")) == (0, 4)


@pytest.mark.parametrize(
    ("kind", "answer", "shown", "hidden"),
    [
        (
            "matching",
            wrong_response,
            ["KT. → Ký thừa lệnh", "TUQ. → Ký thừa ủy quyền"],
            ["What belongs together:", "KT. → Cấp phó ký thay", "Vì sao: KT."],
        ),
        (
            "short",
            wrong_response,
            ["You wrote: công chứng"],
            ["Right would be: chứng thực…", "Vì sao: công chứng"],
        ),
        ("numeric", lambda item: ["33 21"], ["You wrote: 33 21"], ["Right would be: 3.321"]),
        (
            "hotspot",
            lambda item: ["@150,150"],
            [],
            ["Nút Lưu (your choice, wrong)", "Nút Ký số (right answer)", "Vì sao: Nút Lưu"],
        ),
        ("hotspot", wrong_response, ["Nút Lưu"], ["Nút Ký số (right answer)"]),
    ],
)
@pytest.mark.parametrize("review", ["full", "marks"])
def test_each_kind_is_reviewed_as_far_as_the_rule_allows(
    lan_browser, lan, module, kind, answer, shown, hidden, review
):
    make_quiz(module, kinds=(kind,), draw=1, review=review, shuffle_options=False)
    attempt = start_attempt(read_module(lan, module))
    submit_attempt(attempt, {1: answer(first_item(attempt))})
    response = lan_browser.get(url("result", attempt))
    page = text(response)
    assert "answered wrongly" in page
    assert [part for part in shown if part not in page] == []
    assert [part for part in hidden if (part in page) != (review == "full")] == []
    assert ('<g class="pin"' in response.content.decode()) == (first_answer(attempt)[0][0] == "@")
    assert ("<rect" in response.content.decode()) == (kind == "hotspot" and review == "full")


def test_an_answer_that_earned_a_part_is_not_called_wrong(lan_browser, lan, module):
    make_quiz(module, kinds=("short",), draw=1, review="full")
    attempt = start_attempt(read_module(lan, module))
    submit_attempt(attempt, {1: ["Sao y"]})
    response = lan_browser.get(url("result", attempt))
    assert "partly right: 0.50 of 1 points" in text(response)
    assert "is-wrong" not in response.content.decode()


def test_a_situation_stands_once_above_its_questions_on_the_paper_and_in_the_review(lan_browser, lan, module):
    make_quiz_of_all_kinds(module, review="marks")
    attempt = start_attempt(read_module(lan, module))
    pages = [text(lan_browser.get(url("attempt", attempt)))]
    submit_attempt(attempt)
    pages.append(text(lan_browser.get(url("result", attempt))))
    for page in pages:
        assert page.count("Bà Hoa mang theo hai bản chính.") == 1
        assert page.index("Question 8 of 10") < page.index("Bà Hoa mang") < page.index("Question 9 of 10")


def test_after_a_passed_module_the_next_one_is_offered(lan_browser, lan, module):
    other = make_module(module.get_parent().specific, "Phát hành văn bản", cards=1)
    attempt = graded(lan, module, right=3)
    response = lan_browser.get(url("result", attempt))
    assert "Next lesson: Phát hành văn bản" in text(response)
    assert reverse("learning:module", args=[other.get_parent().slug, other.slug]) in response.content.decode()


# --- What it costs ------------------------------------------------------------------------------------------------


def queries(act: Callable[[], Any]) -> int:
    """Without the savepoints that only exist inside a test's own transaction."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


@pytest.mark.parametrize("draw", [1, 3])
def test_pages_cost_few_queries_however_many_questions(lan_browser, lan, module, draw):
    make_quiz(module, draw=draw)
    read_module(lan, module)
    lan_browser.get(start_url(module))  # the day's first visit also keeps the session alive
    assert queries(lambda: lan_browser.get(start_url(module))) == 5
    # One of them reads the questions, which this process then knows.
    assert queries(lambda: lan_browser.post(start_url(module))) == 9
    attempt = Attempt.objects.get()
    lan_browser.get(url("attempt", attempt))  # this process now knows the version
    assert queries(lambda: lan_browser.get(url("attempt", attempt))) == 4
    assert queries(lambda: post_answer(lan_browser, attempt)) == 4
    form = form_of(attempt, confirmed="1", q1=wrong_response(first_item(attempt)))
    assert queries(lambda: lan_browser.post(url("attempt", attempt), form)) == 12
    assert queries(lambda: lan_browser.get(url("result", attempt))) == 10


def test_a_paper_of_every_kind_is_light(lan_browser, lan, module):
    """With its sheets and script at most 30 kB on the wire, pictures apart; the script at most 4 kB."""
    make_quiz_of_all_kinds(module)
    page = lan_browser.get(url("attempt", start_attempt(read_module(lan, module)))).content.decode()
    files = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
    sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in files}
    assert set(sizes) >= {"lms/app.css", "quizzes/quiz.css", "quizzes/attempt.js"}
    assert sizes["quizzes/attempt.js"] <= 4096
    assert len(gzip.compress(page.encode())) + sum(sizes.values()) <= 30_000
