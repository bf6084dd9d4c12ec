"""A lesson on its way through a colleague's review: who may publish, who is told, and what nobody may do."""

import datetime
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, WorkflowState
from wagtail.users.models import UserProfile

from courses.models import Course, Module
from courses.reviewing import ColleagueReview
from courses.tasks import publish_scheduled
from notifications.models import Message
from people.models import Official, User
from tests.courses.conftest import make_course, make_module
from tests.courses.test_editor import add_url, module_form
from tests.factories import Cast, make_official
from tests.quizzes.conftest import draft_question, make_bank

PUBLISH, SUBMIT = {"action-publish": "1"}, {"action-submit": "1"}


def editor(name: str, group: str, email: str = "") -> Official:
    official = make_official(name, email=email)
    official.user.groups.add(Group.objects.get(name=group))
    return official


@pytest.fixture
def author(db) -> Official:
    return editor("Trần Thị Viết", "Trainers", "viet@xa.example")


@pytest.fixture
def reviewer(db) -> Official:
    return editor("Lê Văn Duyệt", "Reviewers", "duyet@xa.example")


def sent(client, official: Official, course: Course, **form: Any) -> Module:
    """A lesson that its author has written and sent to review."""
    client.force_login(official.user)
    client.post(add_url(course), module_form(**form, **SUBMIT))
    return Module.objects.latest("pk")


def freeze(at: datetime.datetime):
    return mock.patch("django.utils.timezone.now", return_value=at)


def edit(module: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[module.pk])


def answer(client, user: User, module: Module, action: str, comment: str = "") -> Any:
    """The button of the review, or its address typed by hand."""
    client.force_login(user)
    task = module.workflow_states.latest("pk").current_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[module.pk, action, task.pk])
    return client.post(address, {"comment": comment})


def messages_of(official: Official) -> list[tuple[str, str]]:
    return list(Message.objects.filter(official=official).order_by("pk").values_list("kind", "subject"))


def test_sent_returned_mended_and_approved_everybody_is_told_once(client, author, reviewer, settings):
    settings.WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = True
    course = make_course()
    module = sent(client, author, course)
    assert (module.live, module.workflow_in_progress) == (False, True)
    assert messages_of(reviewer) == [("review-requested", "Đề nghị duyệt: Ký số")]
    notice = Message.objects.get(official=reviewer)
    assert (notice.path, notice.address) == (edit(module), "duyet@xa.example")
    assert "Trần Thị Viết" in notice.body

    client.post(edit(module), module_form("Sửa khi đang duyệt", slug="ky-so"))
    assert module.get_latest_revision_as_object().title == "Ký số"  # it waits, so its author leaves it alone

    answer(client, reviewer.user, module, "reject", "Thiếu căn cứ pháp lý.")
    assert messages_of(author) == [("review-answered", "Trả lại để sửa: Ký số")]
    assert "Thiếu căn cứ pháp lý." in Message.objects.get(official=author).body

    client.force_login(author.user)
    client.post(edit(module), module_form("Ký số, đã sửa", slug="ky-so") | SUBMIT)
    assert [kind for kind, _ in messages_of(reviewer)] == ["review-requested"] * 2
    answer(client, reviewer.user, module, "approve")
    module = Module.objects.get(pk=module.pk)
    assert (module.live, module.title, module.current_version.number) == (True, "Ký số, đã sửa", 1)
    assert module.current_version.published_by == reviewer.user
    assert messages_of(author)[1:] == [("review-answered", "Đã duyệt: Ký số, đã sửa")]
    assert mail.outbox == []  # Wagtail's own mails are off; ours leave by the worker


def test_accounts_without_an_official_review_and_ask_without_messages(client, cast: Cast):
    client.force_login(cast.trainer)
    client.post(add_url(make_course()), module_form(**SUBMIT))
    module = Module.objects.get(slug="ky-so")
    answer(client, cast.admin, module, "approve")
    assert Module.objects.get(pk=module.pk).live
    assert (Message.objects.count(), len(mail.outbox)) == (0, 0)


def test_the_switches_of_wagtails_own_mails_are_off(cast: Cast):
    profile = UserProfile.get_for_user(cast.trainer)
    assert not any(
        [
            profile.submitted_notifications,
            profile.approved_notifications,
            profile.rejected_notifications,
            profile.updated_comments_notifications,
        ]
    )


def test_lessons_and_questions_pass_the_same_step(db):
    course = make_course()
    tasks = {
        task.specific_class
        for workflow in (course.get_workflow(), draft_question(make_bank()).get_workflow())
        for task in workflow.tasks
    }
    assert tasks == {ColleagueReview}


def test_without_the_duty_trainers_publish_themselves(client, author):
    client.force_login(author.user)
    course = make_course()
    assert b'name="action-publish"' in client.get(add_url(course)).content
    client.post(add_url(course), module_form(**PUBLISH))
    assert Module.objects.get(slug="ky-so").live


def panel(page: str, heading: str) -> str:
    """The start page from one heading to the next panel's."""
    return page.partition(heading)[2].partition("<section")[0]


def test_the_start_page_shows_each_what_is_theirs(client, author, reviewer):
    course = make_course()
    module = sent(client, author, course)
    home = client.get("/quan-tri/").content.decode()
    assert "Ký số" in panel(home, "Bài học anh/chị đã gửi duyệt")
    assert "Ký số" not in panel(home, "Bản nháp của tôi")
    assert "chờ anh/chị duyệt" not in home  # a trainer who reviews nothing has no such panel
    client.force_login(reviewer.user)
    home = client.get("/quan-tri/").content.decode()
    assert "Ký số" in panel(home, "Bài học chờ anh/chị duyệt")
    assert "Trần Thị Viết" in panel(home, "Bài học chờ anh/chị duyệt")
    answer(client, reviewer.user, module, "reject", "Thiếu căn cứ.")
    assert "Không có bài học nào chờ anh/chị duyệt." in client.get("/quan-tri/").content.decode()
    client.force_login(author.user)
    assert "“Thiếu căn cứ.”" in panel(client.get("/quan-tri/").content.decode(), "Bài học được trả lại")


def test_the_start_page_costs_the_same_with_one_review_and_with_three(
    client, author, reviewer, django_assert_num_queries
):
    course = make_course()
    for number in range(3):
        sent(client, author, course, slug=f"bai-{number}")
        if number == 0:
            client.force_login(reviewer.user)
            client.get("/quan-tri/")
            with CaptureQueriesContext(connection) as captured:
                client.get("/quan-tri/")
            one = len(captured)
    client.force_login(reviewer.user)
    client.get("/quan-tri/")
    with django_assert_num_queries(one):
        client.get("/quan-tri/")


def test_a_lesson_goes_live_and_is_taken_down_at_its_hours(client, author, settings):
    """Hours are typed and shown as Vietnam has them; the sweep asks no permission, it was asked at the schedule."""
    client.force_login(author.user)
    course = make_course()
    form = module_form(go_live_at="2031-05-04 07:30", expire_at="2031-05-05 17:00", **PUBLISH)
    client.post(add_url(course), form)
    module = Module.objects.get(slug="ky-so")
    assert (module.live, module.current_version) == (False, None)
    assert module.go_live_at == datetime.datetime(2031, 5, 4, 0, 30, tzinfo=datetime.UTC)
    publish_scheduled()
    assert not Module.objects.get(pk=module.pk).live
    for hour, live in (("2031-05-04T07:31", True), ("2031-05-05T17:01", False)):
        at = datetime.datetime.fromisoformat(hour).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        with freeze(at):
            for _ in range(2):  # a sweep that comes twice does it once
                publish_scheduled()
        module = Module.objects.get(pk=module.pk)
        assert (module.live, module.versions.count()) == (live, 1)
    assert module.versions.get().published_by == author.user


class TestWhereAReviewIsADuty:
    @pytest.fixture(autouse=True)
    def duty(self, db, settings):
        settings.REVIEW_REQUIRED = True

    @pytest.mark.parametrize("group", ["Trainers", "Reviewers"])
    def test_nobody_publishes_what_only_they_have_seen(self, client, group):
        """Neither a new lesson nor a change nor an old revision; not by the list and not by any typed address."""
        user = editor("Phạm Văn Một", group).user
        client.force_login(user)
        course = make_course()
        page = client.get(add_url(course)).content
        assert b'name="action-publish"' not in page
        assert b'name="action-submit"' in page
        client.post(add_url(course), module_form(**PUBLISH))
        module = Module.objects.get(slug="ky-so")
        client.post(edit(module), module_form("Sửa", slug="ky-so") | PUBLISH)
        revision = module.latest_revision
        revert = reverse("wagtailadmin_pages:revisions_revert", args=[module.pk, revision.pk])
        client.post(revert, module_form(slug="ky-so") | PUBLISH)
        bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        client.post(f"{bulk}?id={module.pk}&next=/quan-tri/")
        client.post(f"{bulk}?id={course.pk}&next=/quan-tri/", {"include_descendants": "on"})
        assert not Module.objects.get(pk=module.pk).live
        new_course = reverse("wagtailadmin_pages:add", args=["courses", "course", course.get_parent().pk])
        fields = {"title": "Mới", "summary": "", "periods": "1", "slug": "moi"}
        fields |= {"validity_months": "0", "renewal_days": "60"}
        client.post(new_course, fields | PUBLISH)
        assert not Course.objects.get(slug="moi").live

    def test_a_reviewer_does_not_approve_what_they_asked_for(self, client, reviewer):
        module = sent(client, reviewer, make_course())
        assert b'data-workflow-action-name="approve"' not in client.get(edit(module)).content
        answer(client, reviewer.user, module, "approve")
        client.post(
            edit(module),
            module_form(slug="ky-so") | {"action-workflow-action": "1", "workflow-action-name": "approve"},
        )
        client.post(edit(module), module_form(slug="ky-so") | PUBLISH)
        assert not Module.objects.get(pk=module.pk).live
        colleague = editor("Hồ Thị Khác", "Reviewers")
        answer(client, colleague.user, module, "approve")
        assert Module.objects.get(pk=module.pk).live

    def test_an_administrator_does_not_approve_the_own_work_either(self, client, cast: Cast):
        client.force_login(cast.admin)
        client.post(add_url(make_course()), module_form(**SUBMIT))
        module = Module.objects.get(slug="ky-so")
        answer(client, cast.admin, module, "approve")
        client.post(edit(module), module_form(slug="ky-so") | PUBLISH)
        assert not Module.objects.get(pk=module.pk).live

    def test_a_reviewer_mends_a_word_while_approving(self, client, author, reviewer):
        module = sent(client, author, make_course())
        client.force_login(reviewer.user)
        form = module_form("Ký số đúng", slug="ky-so")
        client.post(edit(module), form | {"action-workflow-action": "1", "workflow-action-name": "approve"})
        module = Module.objects.get(pk=module.pk)
        assert (module.live, module.title) == (True, "Ký số đúng")

    def test_a_step_that_does_not_know_the_policy_is_asked_at_the_end(self, client, reviewer):
        """An administrator may add steps of Wagtail's own sort."""
        from wagtail.models import GroupApprovalTask

        course = make_course()
        plain = GroupApprovalTask.objects.create(name="Bước thêm")
        plain.groups.add(Group.objects.get(name="Reviewers"))
        course.get_workflow().workflow_tasks.update(task=plain)
        module = sent(client, reviewer, course)
        answer(client, reviewer.user, module, "approve")
        assert not Module.objects.get(pk=module.pk).live
        assert module.workflow_states.get().status == WorkflowState.STATUS_IN_PROGRESS

    def test_a_trainer_still_takes_a_lesson_down(self, client, author):
        module = make_module(make_course())
        client.force_login(author.user)
        client.post(reverse("wagtailadmin_pages:unpublish", args=[module.pk]))
        assert not Module.objects.get(pk=module.pk).live

    def test_what_a_colleague_wrote_a_reviewer_may_publish_from_the_list(self, client, author, reviewer):
        module = make_module(make_course(), publish=False)
        module.save_revision(user=author.user)
        client.force_login(reviewer.user)
        bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        response = client.post(f"{bulk}?id={module.pk}&next=/quan-tri/")
        assert response.status_code == 302
        assert Module.objects.get(pk=module.pk).live
