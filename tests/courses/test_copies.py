"""Copies begin their own history; what is archived is out of the way and kept."""

import datetime

from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from courses.archiving import archive, bring_back
from courses.copying import stored_cards
from courses.models import Course, Module, ModuleLegalBasis
from courses.tree import course_root
from people.models import Ward
from quizzes.models import Question, QuestionBank, Quiz, QuizPart
from records.learning import open_module, progress_in
from records.models import Enrolment, EnrolmentRule
from records.rules import apply_active_rules
from reports.forms import RuleForm
from tests.courses.conftest import make_course, make_module
from tests.factories import Cast, enrol, make_basis, ward


def ids_in(module: Module) -> set[str]:
    return {card["id"] for card in stored_cards(module)}


def copy(client, page, **fields):
    address = reverse("wagtailadmin_pages:copy", args=[page.pk])
    form = {
        "new_title": page.title,
        "new_slug": f"{page.slug}-ban-sao",
        "new_parent_page": page.get_parent().pk,
    }
    return client.post(address, form | fields)


def make_quiz(module: Module) -> Quiz:
    bank = QuestionBank.objects.create(name=f"Ngân hàng {module.pk}")
    question = Question.objects.create(bank=bank, stem="Ai ký?", live=False)
    quiz = Quiz.objects.create(module=module, bank=bank, draw=4, pass_percent=65)
    QuizPart.objects.create(quiz=quiz, question=question, sort_order=0)
    return quiz


def test_a_copied_course_has_its_own_cards_and_history_and_the_questions_of_the_same_bank(client, cast: Cast):
    course = make_course()
    first, _second, away = (make_module(course, title) for title in ("Một", "Hai", "Bỏ"))
    first.basis_links = [ModuleLegalBasis(basis=make_basis(), article="Điều 5")]
    for _ in range(2):
        first.save_revision().publish()
    make_quiz(first)
    archive(away, by=None)
    client.force_login(cast.trainer)
    assert (
        "Sao chép cả quy tắc"
        in client.get(reverse("wagtailadmin_pages:copy", args=[course.pk])).content.decode()
    )
    copy(client, course, copy_subpages="on", with_quiz="on")
    twin = Course.objects.get(slug=f"{course.slug}-ban-sao")
    one, two = Module.objects.child_of(twin)
    assert (one.title, two.title, one.live, twin.live) == ("Một", "Hai", False, False)
    assert (twin.key == course.key, one.current_version) == (False, None)
    assert [(link.basis.number, link.article) for link in one.basis_links.all()] == [
        ("30/2020/NĐ-CP", "Điều 5")
    ]
    assert len(ids_in(one)) == 3
    assert not ids_in(one) & ids_in(first)
    assert ids_in(one) == {str(card.id) for card in Module.objects.get(pk=one.pk).cards}
    assert one.revisions.count() == 1
    assert first.revisions.count() > 1
    quiz = Quiz.objects.get(module=one)
    assert (quiz.bank, quiz.draw, quiz.pass_percent) == (first.quiz.bank, 4, 65)
    assert quiz.parts.get().question == first.quiz.parts.get().question
    assert Question.objects.count() == 1
    assert not Quiz.objects.filter(module=two).exists()


def test_without_the_tick_a_copied_lesson_has_no_quiz_and_a_published_copy_is_a_version_of_its_own(
    client, cast: Cast
):
    course = make_course()
    module = make_module(course)
    make_quiz(module)
    client.force_login(cast.trainer)
    copy(client, module, publish_copies="on")
    twin = Module.objects.get(slug=f"{module.slug}-ban-sao")
    assert (twin.live, Quiz.objects.filter(module=twin).exists()) == (True, False)
    assert set(twin.current_version.card_ids) == ids_in(twin)
    assert not ids_in(twin) & ids_in(module)
    copy(client, make_module(course, "Không có bài kiểm tra"), with_quiz="on")
    assert Quiz.objects.count() == 1


def test_cards_of_another_lesson_are_taken_to_the_end_of_the_draft(client, cast: Cast):
    course = make_course()
    source, target = make_module(course, "Nguồn"), make_module(make_course("Khác"), "Đích", cards=1)
    client.force_login(cast.trainer)
    address = reverse("take_cards", args=[target.pk])
    assert address in client.get(reverse("wagtailadmin_pages:edit", args=[target.pk])).content.decode()
    page = client.get(f"{address}?tu={source.pk}").content.decode()
    assert "Thẻ 3" in page
    wanted = [card["id"] for card in stored_cards(source)][1:]
    response = client.post(f"{address}?tu={source.pk}", {"the": wanted})
    assert response.url == reverse("wagtailadmin_pages:edit", args=[target.pk])
    target.refresh_from_db()
    draft = target.get_latest_revision_as_object()
    assert [card.value["heading"] for card in draft.cards] == ["Thẻ 1", "Thẻ 2", "Thẻ 3"]
    assert not {str(card.id) for card in draft.cards} & set(wanted)
    assert len(target.current_version.cards) == 1
    assert client.post(f"{address}?tu={source.pk}").status_code == 200
    assert target.revisions.count() == 2
    client.force_login(cast.lan.user)
    assert client.get(address).status_code == 404


def test_an_archived_course_leaves_the_list_and_new_rules_and_comes_back(client, cast: Cast):
    course, other = make_course("Cũ"), make_course("Mới")
    make_module(course)
    rule = EnrolmentRule.objects.create(
        course=course, due_on=timezone.localdate() + datetime.timedelta(days=9)
    )
    rule.wards.add(ward())
    client.force_login(cast.trainer)
    address = reverse("archive_page", args=[course.pk])
    assert "không còn" in client.get(address).content.decode()
    for _ in range(2):
        archive(Course.objects.get(pk=course.pk), by=cast.trainer)
    assert PageLogEntry.objects.filter(action="courses.archive").count() == 1
    list_of_all = reverse("wagtailadmin_explore", args=[course_root().pk])
    page = client.get(list_of_all)
    assert [each.title for each in page.context["pages"]] == ["Mới"]
    assert "Đã lưu trữ (1)" in page.content.decode()
    assert [each.title for each in client.get(f"{list_of_all}?luu-tru=1").context["pages"]] == ["Cũ"]
    assert list(RuleForm(wards=Ward.objects.all()).fields["course"].queryset) == [other]
    assert apply_active_rules() == {}
    client.post(address)
    course.refresh_from_db()
    assert course.archived_at is None
    assert apply_active_rules() == {rule.pk: 1}


def test_who_is_enrolled_finishes_an_archived_course_and_who_began_an_archived_lesson_finishes_that(
    cast: Cast,
):
    course = make_course()
    module, second = make_module(course), make_module(course, "Hai")
    enrolment = enrol(cast.lan, course)
    open_module(enrolment, second)
    archive(course, by=cast.trainer)
    archive(second, by=cast.trainer)
    assert list(course.modules()) == [module]
    assert open_module(enrolment, module).version == module.current_version
    assert progress_in(cast.lan, course.slug, second.slug).version.module == second
    bring_back(second, by=cast.trainer)
    second.refresh_from_db()
    assert (second.archived_at, second.live, Enrolment.objects.count()) == (None, False, 1)


def test_publishing_an_older_draft_does_not_bring_back_what_is_archived(cast: Cast):
    course = make_course()
    revision = course.save_revision()
    archive(course, by=cast.trainer)
    Course.objects.get(pk=course.pk).revisions.get(pk=revision.pk).publish()
    assert Course.objects.get(pk=course.pk).archived_at is not None
