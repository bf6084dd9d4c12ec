"""The trainers' desk: what the editor keeps and tells, reviews by colleagues, previews, use, and who may see it."""

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import translation
from wagtail.models import Workflow, WorkflowState
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from courses.models import Module
from people.models import User
from quizzes.desk.use import use_of
from quizzes.desk.words import ROW_FIELDS, WORDS
from quizzes.kinds import KINDS as BEHAVIOUR
from quizzes.models import Question, QuestionBank, QuestionKind, QuestionOption, QuizPart, Scenario
from quizzes.publishing import publish_question, republishing
from quizzes.starting import start_attempt
from tests.factories import Cast, make_course, make_module, make_user
from tests.quizzes.conftest import (
    KINDS,
    USUAL,
    draft_question,
    make_bank,
    make_picture,
    make_question,
    make_quiz,
    options_of,
    read_module,
)

LIST = "wagtailsnippets_quizzes_question:list"
ADD = "wagtailsnippets_quizzes_question:add"
EDIT = "wagtailsnippets_quizzes_question:edit"
PUBLISH = {"action-publish": "action-publish"}


@pytest.fixture
def trainer(client, cast: Cast):
    client.force_login(cast.trainer)
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


@pytest.fixture
def reviewer(db) -> User:
    user = make_user("nguoi-duyet", display_name="Người duyệt")
    user.groups.add(Group.objects.get(name="Reviewers"))
    return user


def as_user(client, user: User):
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def row_of(option: QuestionOption) -> dict:
    area = dict(zip("xywh", option.area or [""] * 4, strict=True))
    return {
        "id": option.pk or "",
        "text": option.text,
        "match": option.match,
        "fraction": option.fraction or "",
        "tolerance": option.tolerance or "",
        "feedback": option.feedback,
        **{f"area_{side}": number for side, number in area.items()},
    } | ({"correct": "on"} if option.correct else {})


def form(bank: QuestionBank, rows: list[dict], *, initial: int = 0, **fields) -> dict:
    return nested_form_data(
        {
            "bank": bank.pk,
            "kind": "single",
            "stem": "Ai ký trước?",
            "points": "1",
            "difficulty": 2,
            "explanation": "",
            "legal_basis": "",
            "article": "",
            "options": inline_formset(rows, initial=initial),
        }
        | fields
    )


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


# --- The words of the kinds -----------------------------------------------------------------------------------


def test_every_kind_has_words_for_the_fields_it_uses(trainer):
    assert set(WORDS) == {str(kind) for kind in QuestionKind} == set(BEHAVIOUR)
    for kind, rows in USUAL.items():
        assert {name for row in rows for name in row} <= set(WORDS[kind].fields) <= set(ROW_FIELDS)
    page = trainer.get(reverse(ADD)).content.decode()
    source = page.split('<script id="question-words" type="application/json">')[1].split("</script>")[0]
    assert set(json.loads(source)) == set(WORDS)
    assert "quizzes/editor.js" in page


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_published_from_its_form(trainer, kind):
    picture = {"image": make_picture().pk, "image_alt": "Màn hình"} if kind == "hotspot" else {}
    rows = [row_of(option) for option in options_of(kind)]
    response = trainer.post(reverse(ADD), form(make_bank(), rows, kind=kind, **picture) | PUBLISH)
    assert response.status_code == 302
    question = Question.objects.get()
    frozen = question.current_version.options
    assert sorted(option["text"] for option in frozen) == sorted(row["text"] for row in USUAL[kind])
    if kind == "hotspot":
        assert [option["area"] for option in frozen] == [row["area"] for row in USUAL[kind]]
    if kind == "matching":
        assert [option["match"] for option in frozen] == [row["match"] for row in USUAL[kind]]


def test_true_and_false_and_the_situation_are_filled_in_by_the_address(trainer):
    situation = Scenario.objects.create(bank=make_bank(), title="Ở quầy", text="Người dân hỏi.")
    page = trainer.get(reverse(ADD), {"kind": "true-false", "scenario": situation.pk}).content.decode()
    assert 'value="Đúng"' in page
    assert 'value="Sai"' in page
    form_shown = trainer.get(reverse(ADD), {"kind": "ordering", "scenario": situation.pk}).context["form"]
    assert (form_shown.instance.kind, form_shown.instance.scenario, form_shown.instance.bank) == (
        "ordering",
        situation,
        situation.bank,
    )
    assert trainer.get(reverse(ADD), {"kind": "?", "scenario": "99999", "bank": "x"}).status_code == 200


def test_what_another_kind_left_in_hidden_fields_is_not_kept(trainer):
    rows = [
        {"text": text, "match": "Thừa", "correct": "on", "fraction": "50", "tolerance": "2", "feedback": ""}
        | {"area_x": 1, "area_y": 1, "area_w": 5, "area_h": 5}
        for text in ("Soạn", "Trình", "Ký")
    ]
    trainer.post(reverse(ADD), form(make_bank(), rows, kind="ordering", ignore_diacritics="on") | PUBLISH)
    question = Question.objects.get()
    assert question.ignore_diacritics is False
    kept = [
        (each.text, each.match, each.correct, each.fraction, each.tolerance, each.area)
        for each in question.options.all()
    ]
    assert kept == [(text, "", False, None, None, None) for text in ("Soạn", "Trình", "Ký")]


def test_rows_in_which_nothing_stands_go_without_a_word(trainer):
    rows = [{"text": "A", "correct": "on"}, {"text": " "}, {"text": "B"}, {"text": ""}]
    response = trainer.post(reverse(ADD), form(make_bank(), rows) | PUBLISH)
    assert response.status_code == 302
    assert [each.text for each in Question.objects.get().options.all()] == ["A", "B"]


@pytest.mark.parametrize(
    ("kind", "rows", "row", "field"),
    [
        ("numeric", [{"text": "15", "correct": "on"}, {"text": "mười"}], 1, "text"),
        ("single", [{"text": "A", "correct": "on"}, {"text": "B"}, {"text": "A"}], 2, "text"),
        (
            "single",
            [{"text": "A", "correct": "on"}, {"text": "", "feedback": "Vì sao"}, {"text": "B"}],
            1,
            "text",
        ),
        ("matching", [{"text": "A", "match": "1"}, {"text": "B"}, {"text": "C", "match": "3"}], 1, "match"),
    ],
)
def test_a_fault_is_told_at_its_row(trainer, kind, rows, row, field):
    response = trainer.post(reverse(ADD), form(make_bank(), rows, kind=kind) | PUBLISH)
    assert response.status_code == 200
    errors = response.context["form"].formsets["options"].errors
    assert [(at, list(each)) for at, each in enumerate(errors) if each] == [(row, [field])]


def test_a_fault_of_the_picture_is_told_at_the_picture(trainer):
    rows = [row_of(option) for option in options_of("hotspot")]
    response = trainer.post(reverse(ADD), form(make_bank(), rows, kind="hotspot") | PUBLISH)
    assert list(response.context["form"].errors) == ["image"]
    response = trainer.post(
        reverse(ADD), form(make_bank(), rows, kind="hotspot", image=make_picture().pk) | PUBLISH
    )
    assert list(response.context["form"].errors) == ["image_alt"]


def test_a_half_written_area_is_refused_even_in_a_draft(trainer):
    rows = [{"text": "Nút Ký", "correct": "on", "area_x": 10, "area_y": "", "area_w": "rộng", "area_h": 5}]
    response = trainer.post(reverse(ADD), form(make_bank(), rows, kind="hotspot"))
    assert response.status_code == 200
    assert list(response.context["form"].formsets["options"].errors[0]) == ["area"]


# --- Twins ----------------------------------------------------------------------------------------------------


def test_a_twin_keeps_a_question_from_being_published_until_it_is_confirmed(trainer):
    bank = make_bank()
    twin = make_question(bank, stem="Ai ký trước???")
    rows = [{"text": "A", "correct": "on"}, {"text": "B"}]
    response = trainer.post(reverse(ADD), form(bank, rows) | PUBLISH)
    assert response.status_code == 200
    page = response.content.decode()
    assert reverse(EDIT, args=[twin.pk]) in page
    assert "the same words" in page
    assert Question.objects.count() == 1
    response = trainer.post(reverse(ADD), form(bank, rows, publish_twin="on") | PUBLISH)
    assert response.status_code == 302
    assert Question.objects.filter(live=True).count() == 2


def test_a_draft_with_a_twin_is_saved_and_told(trainer):
    bank = make_bank()
    twin = make_question(bank, stem="Ai ký trước?!")
    response = trainer.post(reverse(ADD), form(bank, [{"text": "A"}]))
    assert response.status_code == 302
    assert reverse(EDIT, args=[twin.pk]) in told(response)


def test_the_report_of_twins_names_them_all(trainer, django_assert_max_num_queries):
    bank = make_bank()
    for stem in ("Ai ký trước?", "AI KÝ TRƯỚC", "Ai đóng dấu?"):
        make_question(bank, stem=stem)
    with django_assert_max_num_queries(20):
        page = trainer.get(reverse("quizzes_twins")).content.decode()
    assert "AI KÝ TRƯỚC" in page
    assert "Ai đóng dấu?" not in page


# --- Reviews --------------------------------------------------------------------------------------------------


def version_of(module: Module) -> int:
    return Module.objects.get(pk=module.pk).current_version.number


def edit_form(question: Question, **fields) -> dict:
    latest = question.get_latest_revision_as_object()
    rows = [row_of(option) for option in latest.options.all()]
    return form(question.bank, rows, initial=len(rows), stem=latest.stem, **fields)


def shown(question: Question) -> dict:
    """The fields of the form that differ from kind to kind."""
    picture = {"image": question.image_id, "image_alt": question.image_alt} if question.image_id else {}
    return {"kind": question.kind, "explanation": question.explanation, **picture}


def act(client, question: Question, action: str, comment: str = ""):
    data = edit_form(question) | {
        "action-workflow-action": "true",
        "workflow-action-name": action,
        "workflow-action-extra-data": json.dumps({"comment": comment}),
    }
    return client.post(reverse(EDIT, args=[question.pk]), data)


def test_a_question_that_was_returned_and_then_approved_is_published_once(trainer, cast, reviewer, module):
    quiz = make_quiz(module)
    rows = [{"text": "A", "correct": "on"}, {"text": "B"}]
    trainer.post(reverse(ADD), form(quiz.bank, rows, stem="Gửi duyệt?") | {"action-submit": "action-submit"})
    question = Question.objects.get(stem="Gửi duyệt?")
    assert (question.live, question.workflow_in_progress, version_of(module)) == (False, True, 2)

    # Whoever wrote it cannot change or approve it while a colleague reads it.
    trainer.post(reverse(EDIT, args=[question.pk]), edit_form(question) | PUBLISH)
    act(trainer, question, "approve")
    question.refresh_from_db()
    assert (question.live, question.workflow_in_progress) == (False, True)

    as_user(trainer, reviewer)
    home = trainer.get(reverse("wagtailadmin_home")).content.decode()
    assert "Questions that wait for your review" in home
    act(trainer, question, "reject", "Phương án B cũng đúng.")
    assert question.current_workflow_state.status == WorkflowState.STATUS_NEEDS_CHANGES

    as_user(trainer, cast.trainer)
    home = trainer.get(reverse("wagtailadmin_home")).content.decode()
    assert "Phương án B cũng đúng." in home
    trainer.post(reverse(EDIT, args=[question.pk]), edit_form(question) | {"action-submit": "action-submit"})
    assert Question.objects.get(pk=question.pk).workflow_in_progress

    as_user(trainer, reviewer)
    act(trainer, question, "approve")
    question = Question.objects.get(pk=question.pk)
    assert (question.live, question.workflow_in_progress) == (True, False)
    assert (question.versions.count(), version_of(module)) == (1, 3)
    assert [question.current_version_id] in Module.objects.get(pk=module.pk).current_version.quiz["parts"][0][
        "units"
    ]


def test_the_workflow_is_there_and_its_reviewers_are_the_reviewers(db):
    workflow = Question.get_default_workflow()
    assert workflow == Workflow.objects.get(name="Duyệt câu hỏi")
    (task,) = workflow.tasks.specific()
    assert [group.name for group in task.groups.all()] == ["Reviewers"]


def test_without_the_setting_trainers_publish_themselves(trainer):
    rows = [{"text": "A", "correct": "on"}, {"text": "B"}]
    assert b"action-publish" in trainer.get(reverse(ADD)).content
    trainer.post(reverse(ADD), form(make_bank(), rows) | PUBLISH)
    assert Question.objects.get().live


def test_with_the_setting_only_reviewers_publish(trainer, reviewer, settings):
    settings.REVIEW_REQUIRED = True
    bank = make_bank()
    rows = [{"text": "A", "correct": "on"}, {"text": "B"}]
    page = trainer.get(reverse(ADD)).content
    assert b"action-publish" not in page
    assert b"action-submit" in page
    trainer.post(reverse(ADD), form(bank, rows) | PUBLISH)
    question = Question.objects.get()
    assert not question.live
    publish = reverse("wagtail_bulk_action", args=["quizzes", "question", "publish"]) + f"?id={question.pk}"
    trainer.post(publish)
    question.refresh_from_db()
    assert not question.live
    as_user(trainer, reviewer).post(publish)
    question.refresh_from_db()
    assert question.live


def test_with_the_setting_nobody_publishes_or_approves_the_own_question(trainer, reviewer, settings):
    """Not by the form, not from the list, not by the review's address."""
    settings.REVIEW_REQUIRED = True
    client = as_user(trainer, reviewer)
    rows = [{"text": "A", "correct": "on"}, {"text": "B"}]
    client.post(reverse(ADD), form(make_bank(), rows) | PUBLISH)
    question = Question.objects.get()
    ids = [each.pk for each in question.options.all()]
    again = form(question.bank, [row | {"id": pk} for row, pk in zip(rows, ids, strict=True)], initial=2)
    client.post(reverse(EDIT, args=[question.pk]), again | PUBLISH)
    publish = reverse("wagtail_bulk_action", args=["quizzes", "question", "publish"]) + f"?id={question.pk}"
    assert "colleague" in told(client.post(publish))
    task = question.get_workflow().start(question, reviewer).current_task_state
    approve = reverse(
        "wagtailsnippets_quizzes_question:workflow_action", args=[question.pk, "approve", task.pk]
    )
    client.post(approve, {"comment": ""})
    question.refresh_from_db()
    assert (question.live, question.workflow_in_progress) == (False, True)


def test_with_the_setting_a_trainer_still_takes_a_question_out_of_use(trainer, settings):
    question = make_question(make_bank())
    settings.REVIEW_REQUIRED = True
    trainer.post(reverse("wagtailsnippets_quizzes_question:unpublish", args=[question.pk]))
    question.refresh_from_db()
    assert not question.live


# --- Lists ----------------------------------------------------------------------------------------------------


def listed(client, **query) -> list[str]:
    return [question.stem for question in client.get(reverse(LIST), query).context["object_list"]]


def test_a_folder_in_the_filter_holds_what_stands_below_it(trainer):
    above, other = make_bank(), make_bank()
    below = QuestionBank.objects.create(name="Dưới", parent=above)
    make_question(below, stem="Bên dưới?")
    make_question(other, stem="Nơi khác?")
    assert listed(trainer, bank=above.pk) == ["Bên dưới?"]
    page = trainer.get(reverse(LIST)).content.decode()
    assert "\u2003Dưới" in page


def test_questions_are_found_by_their_state(trainer, cast):
    bank = make_bank()
    draft_question(bank, stem="Nháp?", live=False)
    make_question(bank, stem="Đã xuất bản?")
    make_question(bank, stem="Ngừng dùng?", retired=True)
    review = make_question(bank, stem="Đang duyệt?")
    Question.get_default_workflow().start(review, cast.trainer)
    assert listed(trainer, state="draft") == ["Nháp?"]
    assert listed(trainer, state="retired") == ["Ngừng dùng?"]
    assert listed(trainer, state="review") == ["Đang duyệt?"]
    assert listed(trainer, state="published") == ["Đang duyệt?", "Đã xuất bản?"]
    assert "in review" in trainer.get(reverse(LIST)).content.decode()


def test_a_bank_of_hundreds_is_listed_with_as_many_queries_as_one_of_one(trainer):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    bank = make_bank()
    make_question(bank)
    counts = []
    for _ in range(2):
        trainer.get(reverse(LIST))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert trainer.get(reverse(LIST)).status_code == 200
        counts.append(len(captured))
        Question.objects.bulk_create(
            Question(bank=bank, stem=f"Câu {n}", search_text=f"cau {n}") for n in range(300)
        )
    assert counts[1] <= counts[0] <= 20


def test_bulk_actions_ask_first_and_then_act(trainer):
    source, goal = make_bank(), make_bank()
    questions = [make_question(source), make_question(source)]
    ids = "&".join(f"id={each.pk}" for each in questions)

    def address(action: str) -> str:
        return reverse("wagtail_bulk_action", args=["quizzes", "question", action]) + f"?{ids}"

    for action in ("move", "tag", "retire", "take_up", "publish"):
        page = trainer.get(address(action)).content.decode()
        assert str(questions[0]) in page
    trainer.post(address("move"), {"bank": goal.pk})
    trainer.post(address("tag"), {"tags": "phí, lệ phí"})
    trainer.post(address("retire"))
    for question in Question.objects.all():
        assert (question.bank, question.retired) == (goal, True)
        assert sorted(tag.name for tag in question.tags.all()) == ["lệ phí", "phí"]
    trainer.post(address("take_up"))
    assert not Question.objects.filter(retired=True).exists()


# --- Versions and use -----------------------------------------------------------------------------------------


def test_the_questions_page_tells_versions_papers_and_quizzes(trainer, module, lan):
    quiz = make_quiz(module, kinds=("single",), draw=1)
    question = quiz.bank.questions.get()
    attempt = start_attempt(read_module(lan, module))
    old = question.current_version
    question.options, question.stem = options_of("single"), "Sửa rồi?"
    publish_question(question)
    page = trainer.get(reverse(EDIT, args=[question.pk]))
    body = page.content.decode()
    assert "Drawn by these quizzes:" in body
    assert "Drawn for papers" in body
    use = use_of(question)
    assert [(version.number, version.papers) for version in use.versions] == [(2, 0), (1, 1)]
    assert [(drawing.quiz, drawing.named, drawing.now) for drawing in use.drawings] == [(quiz, False, True)]
    assert attempt.items.get().question_version == old
    (row,) = trainer.get(reverse(LIST)).context["object_list"]
    assert row.papers == 1


def test_revisions_are_compared(trainer):
    question = make_question(make_bank(), "hotspot", stem="Trước?")
    draft = question.get_latest_revision_as_object()
    draft.stem = "Sau?"
    draft.save_revision()
    first, second = question.revisions.order_by("pk")
    address = reverse(
        "wagtailsnippets_quizzes_question:revisions_compare", args=[question.pk, first.pk, second.pk]
    )
    page = trainer.get(address).content.decode()
    assert "Sau" in page


# --- Previews -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_previewed_as_learners_see_it_and_with_its_key(trainer, kind):
    question = make_question(make_bank(), kind, stem="Xem trước?", explanation="Lời giải thích bí mật.")
    address = reverse("wagtailsnippets_quizzes_question:preview_on_edit", args=[question.pk])
    assert trainer.post(address, edit_form(question, **shown(question))).json()["is_available"]
    paper = trainer.get(address, {"mode": "paper"}).content.decode()
    assert "Xem trước?" in paper
    assert "Lời giải thích bí mật." not in paper
    key = trainer.get(address, {"mode": "key"}).content.decode()
    assert "Lời giải thích bí mật." in key


def test_the_preview_of_an_unfinished_question_says_what_is_missing(trainer):
    question = draft_question(make_bank(), "matching", options=[{"text": "KT."}], live=False)
    address = reverse("wagtailsnippets_quizzes_question:preview_on_edit", args=[question.pk])
    trainer.post(address, edit_form(question, kind="matching"))
    page = trainer.get(address, {"mode": "paper"}).content.decode()
    assert "A pair has no right half." in page


def test_ten_trial_papers_are_those_that_learners_would_draw(trainer, module, django_assert_max_num_queries):
    quiz = make_quiz(module, kinds=KINDS, draw=5)
    address = reverse("quiz_papers", args=[quiz.pk])
    with django_assert_max_num_queries(40):
        page = trainer.get(address)
    assert [(trial.seed, len(trial.questions)) for trial in page.context["trials"]] == [
        (seed, 5) for seed in range(1, 11)
    ]
    again = trainer.get(address, {"de": 7})
    assert again.context["trial"] == page.context["trials"][6]
    assert b"disabled" in again.content
    assert trainer.get(address, {"tu": "x"}).status_code == 400


# --- Quizzes --------------------------------------------------------------------------------------------------


def test_the_quiz_tells_which_part_may_come_out_short(trainer, module):
    quiz = make_quiz(module, kinds=("single",) * 4, draw=3)
    page = trainer.get(reverse("wagtailsnippets_quizzes_quiz:edit", args=[quiz.pk])).content.decode()
    assert "Every paper gets its 3 questions, drawn from 4 published ones" in page
    with republishing():
        QuizPart.objects.create(quiz=quiz, count=2)
    page = trainer.get(reverse("wagtailsnippets_quizzes_quiz:edit", args=[quiz.pk])).content.decode()
    assert "may get only 2: other parts draw from the same questions" in page
    listing = trainer.get(reverse("wagtailsnippets_quizzes_quiz:list")).content.decode()
    assert "only 4 of 5 for certain" in listing


def test_a_situation_lists_its_questions_and_leads_to_a_new_one(trainer):
    bank = make_bank()
    response = trainer.post(
        reverse("wagtailsnippets_quizzes_scenario:add"),
        {"title": "Ở quầy", "bank": bank.pk, "text": "Một người dân đến hỏi.", "image_alt": ""},
    )
    situation = Scenario.objects.get()
    edit = reverse("wagtailsnippets_quizzes_scenario:edit", args=[situation.pk])
    assert response.url == edit
    make_question(bank, stem="Trả lời sao?", scenario=situation)
    page = trainer.get(edit).content.decode()
    assert "Trả lời sao?" in page
    assert f"{reverse(ADD)}?scenario={situation.pk}&amp;kind=hotspot" in page
    listing = trainer.get(reverse("wagtailsnippets_quizzes_scenario:list"), {"q": "nguoi dan"})
    assert [each.asked for each in listing.context["object_list"]] == [1]


# --- Who may, and what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["lan", "ward_hr", "other_hr"])
def test_nobody_else_sees_the_desk(client, cast, module, role):
    quiz = make_quiz(module)
    question = quiz.bank.questions.first()
    picture = make_picture()
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    for address in (
        reverse("quiz_papers", args=[quiz.pk]),
        reverse("quizzes_twins"),
        reverse("picture_to_draw_on", args=[picture.pk]),
        reverse("wagtailsnippets_quizzes_scenario:list"),
        reverse("wagtailsnippets_quizzes_question:preview_on_edit", args=[question.pk]),
        reverse("wagtailsnippets_quizzes_question:history", args=[question.pk]),
        reverse("wagtail_bulk_action", args=["quizzes", "question", "publish"]) + f"?id={question.pk}",
    ):
        response = client.get(address)
        assert response.status_code in {302, 403, 404}
        assert question.stem not in response.content.decode()


def test_a_new_question_is_published_with_some_thirty_queries(db, django_assert_max_num_queries):
    question = Question(bank=make_bank(), stem="Bao nhiêu?", points=Decimal(1))
    question.options = options_of("single")
    with republishing(), django_assert_max_num_queries(32):
        publish_question(question)
    assert question.live


def test_lists_of_quizzes_cost_the_same_for_one_and_three_rows(trainer, django_assert_max_num_queries):
    costs = []
    for _ in range(3):
        make_quiz(make_module(make_course(), cards=1), kinds=("single",))
        cost = []
        for model in ("scenario", "quiz", "questionbank"):
            with django_assert_max_num_queries(20) as captured:
                trainer.get(reverse(f"wagtailsnippets_quizzes_{model}:list"))
            cost.append(len(captured))
        costs.append(cost)
    assert costs[1] == costs[2]
