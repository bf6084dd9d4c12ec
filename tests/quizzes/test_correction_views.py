"""The editors' pages of corrections, and what the learner sees afterwards."""

import io
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import translation
from openpyxl import load_workbook

from notifications.models import Message
from quizzes.correcting import with_key
from quizzes.foreseeing import foresee
from quizzes.models import KeyCorrection, Question, QuestionVersion, Regrade, RegradeDecision
from quizzes.recalculating import decide, regrade
from tests.factories import BINH_THANH, make_official, make_user
from tests.quizzes.corrections import correct, everybody, item_of, key_of, quiz_with
from tests.quizzes.test_recalculating import answered

FORM = {"version": "1", "correct-1": "on", "counts_for": "", "reason": "Nghị định mới"}


@pytest.fixture
def wrong(module) -> QuestionVersion:
    quiz_with(module, "single")
    return QuestionVersion.objects.get()


@pytest.fixture
def sittings(module, wrong, cast):
    """Lan chose what is really right; six of another ward what was marked as right."""
    lan = answered(cast.lan, module, "Ký số")
    others = [answered(make_official(f"Trần Văn {n}", at=BINH_THANH), module, "Ký nháy") for n in "ABCDEF"]
    return [lan, *others]


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.trainer)
    return client


def address(wrong: QuestionVersion) -> str:
    return f"/quan-tri/sua-dap-an/cau-hoi/{wrong.question_id}/"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_get_shows_the_form_and_changes_nothing(desk, wrong):
    page = desk.get(address(wrong))
    assert page.status_code == 200
    assert 'name="correct-0" id="id_correct-0" checked' in text_of(page)
    assert KeyCorrection.objects.count() == 0


def test_the_preview_tells_what_would_happen_and_changes_nothing(desk, wrong, sittings):
    with translation.override("en"):
        desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        page = text_of(desk.post(address(wrong), FORM))
    for number, words in (
        (7, "attempts with this question"),
        (1, "gain points, at once"),
        (6, "would lose points: HR decides"),
    ):
        assert f"<b>{number}</b>{words}" in page
    assert "“Ký số” is now right (before: wrong)." in page
    assert "1 official gets one notice" in page
    assert "Phường Bình Thạnh" in page
    assert "Trần Văn" not in page  # a trainer without a scope sees no names
    assert sittings[0].official.staff_number not in page
    assert "Phường Cầu Ông Lãnh" not in page  # one attempt would show one person
    assert (KeyCorrection.objects.count(), Regrade.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_names_are_for_those_in_whose_scope_they_are(wrong, sittings, cast):
    new = with_key(wrong, key_of(wrong, "Ký số"))
    seen = {
        user.username: [person.attempt.official.full_name for person in foresee({wrong.pk}, new, user).people]
        for user in (cast.trainer, cast.ward_hr, cast.other_hr)
    }
    assert seen == {"giang-vien": [], "hr-phuong": ["Nguyễn Thị Lan"], "hr-nghe-an": []}
    assert len(foresee({wrong.pk}, new, cast.province_hr).people) == 7


def test_what_is_foreseen_is_what_happens(wrong, sittings, cast):
    for key in (key_of(wrong, "Ký số"), key_of(wrong, "Ký tay"), everybody(wrong)):
        total = foresee({wrong.pk}, with_key(wrong, key), cast.admin).total
        foreseen = (total.attempts, total.rises, total.falls, total.to_passed, total.to_failed)
        with transaction.atomic():
            made = correct(wrong, key=key)
            regrade(made.pk)
            rows = made.regrades
            happened = (
                rows.count(),
                rows.filter(outcome="applied").count(),
                rows.filter(outcome="awaiting").count(),
                rows.filter(passed_before=False, passed_after=True).count(),
                rows.filter(passed_before=True, passed_after=False).count(),
            )
            transaction.set_rollback(True)
        assert foreseen == happened


def test_the_preview_asks_as_often_for_many_attempts_as_for_few(
    module, wrong, cast, django_assert_max_num_queries
):
    new = with_key(wrong, key_of(wrong, "Ký số"))
    for count in (1, 3):
        for _ in range(count):
            answered(make_official(), module, "Ký nháy")
        with django_assert_max_num_queries(14):
            foresee({wrong.pk}, new, cast.admin)


def test_confirming_corrects_once_and_leads_to_the_event(desk, wrong, sittings):
    confirmed = FORM | {"confirm": "1", "operation": "6f1cbb3c-8b0c-4a3c-9f57-3a6a2d1f0d11"}
    pages = [desk.post(address(wrong), confirmed) for _ in range(2)]
    made = KeyCorrection.objects.get()
    assert {page.url for page in pages} == {f"/quan-tri/sua-dap-an/{made.key}/"}
    assert (made.reason, made.actor.username) == ("Nghị định mới", "giang-vien")
    regrade(made.pk)
    page = text_of(desk.get(pages[0].url))
    assert "Nghị định mới" in page
    assert "Trần Văn" not in page


def test_a_confirmation_without_the_preview_is_no_confirmation(desk, wrong):
    assert desk.post(address(wrong), FORM | {"confirm": "1"}).status_code == 404
    assert KeyCorrection.objects.count() == 0


def test_a_form_that_was_overtaken_does_not_hit_the_corrected_key(desk, wrong, cast):
    first = correct(wrong, "Ký tay")
    answer = desk.post(address(wrong), FORM | {"confirm": "1", "operation": str(uuid4())})
    assert (answer.status_code, answer.url) == (302, address(wrong))
    assert KeyCorrection.objects.get() == first


def test_going_back_to_the_form_keeps_what_was_said(desk, wrong):
    page = text_of(desk.post(address(wrong), FORM | {"edit": "1"}))
    assert "Nghị định mới</textarea>" in page
    assert 'id="id_correct-1" checked' in page


def test_only_who_may_publish_may_correct(client, wrong, cast, settings):
    reviewer = make_user("nguoi-duyet")
    reviewer.groups.add(Group.objects.get(name="Reviewers"))
    for user, status in (
        (cast.lan.user, 404),
        (cast.ward_hr, 404),
        (cast.trainer, 200),
        (reviewer, 200),
    ):
        client.force_login(user)
        assert client.get(address(wrong)).status_code == status
        assert client.get("/quan-tri/sua-dap-an/").status_code == status
    settings.REVIEW_REQUIRED = True
    client.force_login(cast.trainer)
    assert client.get(address(wrong)).status_code == 404


def test_the_trail_lists_who_when_why_what_and_what_came_of_it(desk, wrong, sittings, cast):
    made = correct(wrong, "Ký số", by=cast.trainer)
    regrade(made.pk)
    rows = list(Regrade.objects.open())
    decide(rows[0], verdict=RegradeDecision.Verdict.APPROVED, actor=cast.admin, reason="Bí mật của HR")
    decide(rows[1], verdict=RegradeDecision.Verdict.DECLINED, actor=cast.admin, reason="Bí mật của HR")
    page = text_of(desk.get("/quan-tri/sua-dap-an/"))
    assert "Giảng viên" in page
    assert "Nghị định mới quy định khác" in page
    for count in (1, 6):
        assert f'<td class="num">{count}</td>' in page
    assert "Bí mật" not in page + text_of(desk.get(f"/quan-tri/sua-dap-an/{made.key}/"))
    sheet = load_workbook(
        io.BytesIO(b"".join(desk.get("/quan-tri/sua-dap-an/xuat/xlsx/").streaming_content))
    ).active
    header, row = sheet.iter_rows(values_only=True)
    assert len(header) == len(row) == 13
    assert row[1:2] + row[6:12] == ("Giảng viên", "Nghị định mới quy định khác", 1, 1, 6, 1, 1)
    csv = b"".join(desk.get("/quan-tri/sua-dap-an/xuat/csv/").streaming_content).decode("utf-8-sig")
    assert csv.count("\r\n") == 2


def test_the_question_leads_to_its_correction(desk, wrong):
    assert address(wrong) in text_of(desk.get(f"/quan-tri/cau-hoi/edit/{wrong.question_id}/"))
    assert address(wrong) in text_of(desk.get("/quan-tri/cau-hoi/"))


# --- The learner ---------------------------------------------------------------------------------------------


def test_the_learner_sees_why_the_result_changed_with_old_and_new_points(client, wrong, sittings, cast):
    regrade(correct(wrong, "Ký số").pk)
    client.force_login(cast.lan.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = text_of(client.get(f"/luot/{sittings[0].key}/ket-qua/"))
    assert "because the key of question 1 was corrected: 0 points before, 1 points now." in page
    assert "Nghị định mới quy định khác" in page
    assert "your choice, right" in page
    notice = Message.objects.get(official=cast.lan, kind="result-corrected")
    assert notice.path == f"/luot/{sittings[0].key}/ket-qua/"


def test_a_cancelled_question_tells_no_right_answer(client, wrong, sittings, cast):
    regrade(correct(wrong, key=everybody(wrong)).pk)
    client.force_login(cast.lan.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = text_of(client.get(f"/luot/{sittings[0].key}/ket-qua/"))
    assert "This question was cancelled: everybody got its points." in page
    assert "right answer" not in page


def test_without_a_correction_the_result_says_nothing_of_it(client, sittings, cast):
    client.force_login(cast.lan.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "was corrected" not in text_of(client.get(f"/luot/{sittings[0].key}/ket-qua/"))
    assert item_of(sittings[0]).points == 0
    assert Question.objects.count() == 1
