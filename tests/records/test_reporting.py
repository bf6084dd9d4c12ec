"""A learner reports that a card does not match practice; a trainer answers; the answer is on the card."""

import datetime
import uuid

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.publishing import publish_version
from notifications.models import Kind, Message
from people.models import Official
from records.learning import open_module
from records.models import CardReport, CardReportAnswer
from records.reporting import PER_DAY, ReportRefused, answer_reports, report_card, reports_per_card
from tests.factories import Cast, enrol, make_course, make_module, make_official

LAN_SAYS = "Nút “Ký số” nay tên là “Ký”."


@pytest.fixture
def module(cast: Cast):
    """Lan has opened it; the trainer, who is on a roster too, published it."""
    thay = make_official("Trần Văn Thầy", account=False)
    Official.objects.filter(pk=thay.pk).update(user=cast.trainer)
    module = make_module(make_course(), cards=2, owner=cast.trainer)
    open_module(enrol(cast.lan, module.get_parent().specific), module)
    return module


@pytest.fixture
def phone(client: Client, cast: Cast) -> Client:
    client.force_login(cast.lan.user)
    return client


def first_card(module) -> str:
    return module.current_version.card_ids[0]


def say(official, module, text: str = LAN_SAYS, *, operation_id: uuid.UUID | None = None) -> CardReport:
    version = module.current_version
    return report_card(official, version, first_card(module), text, operation_id=operation_id or uuid.uuid4())


def address(module) -> str:
    return reverse("learning:report_card", args=[module.current_version.key, first_card(module)])


def card_page(module) -> str:
    return reverse("learning:card", args=[module.get_parent().slug, module.slug, 1])


def told(kind: Kind) -> list[tuple[str, str]]:
    found = Message.objects.filter(kind=kind).order_by("pk")
    return [(message.official.full_name, message.path) for message in found]


# --- The learner ---------------------------------------------------------------------------------------------


def test_from_the_card_to_the_form_and_the_answer_back_on_the_card(phone: Client, cast: Cast, module):
    assert address(module) in phone.get(card_page(module)).content.decode()
    page = phone.get(address(module)).content.decode()
    assert "không thấy họ tên" in page
    assert 'aria-describedby="id_text_helptext"' in page
    sent = {"text": LAN_SAYS, "operation_id": str(uuid.uuid4())}
    for _repeated in range(2):
        assert phone.post(address(module), sent).status_code == 302
    report = CardReport.objects.get()
    assert (report.official, report.module, report.version, report.card, report.text) == (
        cast.lan,
        module,
        module.current_version,
        first_card(module),
        LAN_SAYS,
    )
    assert (report.ward_name, report.position_name) == ("Phường Cầu Ông Lãnh", "Văn thư")
    assert LAN_SAYS in phone.get(card_page(module)).content.decode()

    answer_reports(
        [report.pk],
        actor=cast.trainer,
        verdict=CardReportAnswer.Verdict.CHANGED,
        text="Cảm ơn anh/chị, bài đã sửa.",
        operation_id=uuid.uuid4(),
        answered={report.pk: 0},
    )
    for page in (phone.get(card_page(module)), phone.get(address(module))):
        assert "Cảm ơn anh/chị, bài đã sửa." in page.content.decode()
    assert told(Kind.REPORT_ANSWERED) == [("Nguyễn Thị Lan", address(module))]
    assert "Cảm ơn anh/chị, bài đã sửa." in phone.get("/thong-bao/").content.decode()


def test_a_report_stays_on_its_card_in_the_next_version(phone: Client, cast: Cast, module):
    say(cast.lan, module)
    module.cards[0].value["heading"] = "Thẻ đã sửa"
    module.save()
    newer = publish_version(module)
    renewal = enrol(cast.lan, module.get_parent().specific, period=2)
    open_module(renewal, module)
    assert renewal.progress.get().version == newer
    assert LAN_SAYS in phone.get(card_page(module)).content.decode()


def test_an_empty_text_and_one_too_many_are_refused_in_a_sentence_and_the_words_stay(
    phone: Client, cast: Cast, module, monkeypatch
):
    page = phone.post(address(module), {"text": "  ", "operation_id": str(uuid.uuid4())})
    assert (page.status_code, CardReport.objects.count()) == (400, 0)
    monkeypatch.setattr("records.reporting.PER_DAY", 1)
    say(cast.lan, module)
    page = phone.post(address(module), {"text": "Thêm một điều", "operation_id": str(uuid.uuid4())})
    assert page.status_code == 400
    assert "Thêm một điều" in page.content.decode()
    assert CardReport.objects.count() == 1
    assert PER_DAY >= 10  # gentle
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        say(cast.lan, module)
    with pytest.raises(ReportRefused):
        report_card(cast.lan, module.current_version, first_card(module), " ", operation_id=uuid.uuid4())


def test_who_never_opened_the_lesson_cannot_report_it_and_sees_nobodys_report(client, cast: Cast, module):
    say(cast.lan, module)
    other = make_official("Lê Văn Khác")
    client.force_login(other.user)
    assert client.get(address(module)).status_code == 404
    open_module(enrol(other, module.get_parent().specific), module)
    assert LAN_SAYS not in client.get(address(module)).content.decode()
    assert LAN_SAYS not in client.get(card_page(module)).content.decode()
    for version, card in (
        (uuid.uuid4(), first_card(module)),
        (module.current_version.key, "khong-co"),
    ):
        assert client.get(reverse("learning:report_card", args=[version, card])).status_code == 404


def test_a_card_without_reports_costs_no_further_query(phone: Client, module, django_assert_num_queries):
    for _warm in range(2):
        phone.get(card_page(module))
    with django_assert_num_queries(3):
        phone.get(card_page(module))


def test_two_people_may_use_one_operation_id_and_each_keeps_the_own_report(cast: Cast, module):
    same = uuid.uuid4()
    mine = say(cast.lan, module, operation_id=same)
    other = make_official("Lê Văn Khác")
    assert say(other, module, "Khác", operation_id=same).pk != mine.pk
    assert say(cast.lan, module, "Khác", operation_id=same).text == LAN_SAYS


def test_a_report_sent_twice_at_the_same_moment_is_one(cast: Cast, module, monkeypatch):
    same, posting_on = uuid.uuid4(), Official.posting_on

    def meanwhile(official, *args):
        monkeypatch.setattr(Official, "posting_on", posting_on)
        say(cast.lan, module, operation_id=same)  # the phone's other request is through first
        return posting_on(official, *args)

    monkeypatch.setattr(Official, "posting_on", meanwhile)
    assert say(cast.lan, module, operation_id=same) == CardReport.objects.get()
    assert Message.objects.filter(kind=Kind.REPORT_RECEIVED).count() == 1


# --- Whom it is told -------------------------------------------------------------------------------------------


def test_the_owner_is_told_once_a_day_for_each_lesson(cast: Cast, module):
    publish_version(module)
    inbox = f"/quan-tri/khong-khop/?module={module.pk}"
    for _report in range(3):
        say(cast.lan, module)
    assert told(Kind.REPORT_RECEIVED) == [("Trần Văn Thầy", inbox)]
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        say(cast.lan, module)
    assert told(Kind.REPORT_RECEIVED) == [("Trần Văn Thầy", inbox)] * 2


def test_where_the_owner_is_gone_all_trainers_are_told(cast: Cast, module):
    cast.trainer.is_active = False
    cast.trainer.save()
    for name in ("Phạm Thị Hai", "Võ Văn Ba"):
        make_official(name).user.groups.add(Group.objects.get(name="Trainers"))
    say(cast.lan, module)
    assert {name for name, _path in told(Kind.REPORT_RECEIVED)} == {"Phạm Thị Hai", "Võ Văn Ba"}


def test_the_evidence_is_neither_changed_nor_deleted(cast: Cast, module):
    say(cast.lan, module)
    for change in (
        lambda: CardReport.objects.update(text="Khác"),
        lambda: CardReport.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_reports_per_card_counts_all_versions_of_one_module(cast: Cast, module):
    say(cast.lan, module)
    say(cast.lan, module)
    other = make_module(module.get_parent().specific, "Bài khác")
    say(cast.lan, other)
    assert reports_per_card(module) == {first_card(module): 2}


# --- The trainers' inbox ---------------------------------------------------------------------------------------


@pytest.fixture
def desk(client: Client, cast: Cast) -> Client:
    client.force_login(cast.trainer)
    return client


def answer_form(*reports: CardReport, **fields: str) -> dict:
    return {
        "chosen": [f"{report.pk}:0" for report in reports],
        "verdict": "not-so",
        "text": "Bài vẫn đúng.",
        "operation_id": str(uuid.uuid4()),
        **fields,
    }


def test_the_inbox_groups_by_card_and_its_filters_are_in_the_address(desk: Client, cast: Cast, module):
    say(cast.lan, module)
    say(cast.lan, module, "Lần hai")
    course = module.get_parent()
    elsewhere = make_module(make_course("Khóa khác"))
    inbox = reverse("card_reports")
    page = desk.get(inbox).content.decode()
    assert page.count("Lần hai") == 1
    assert LAN_SAYS not in page  # one line a card, with the newest words
    assert "Nguyễn Thị Lan" not in page
    for query, shown in (
        (f"course={course.pk}", True),
        (f"module={module.pk}", True),
        ("state=all", True),
        ("state=answered", False),
        (f"module={elsewhere.pk}", True),  # nobody reported of it, so it is no filter
    ):
        assert ("Lần hai" in desk.get(f"{inbox}?{query}").content.decode()) is shown
    assert "Lần hai" not in desk.get("/quan-tri/").content.decode()
    assert "2 phản ánh chờ trả lời" in desk.get("/quan-tri/").content.decode()


@pytest.mark.parametrize("cards", [1, 3])
def test_the_inbox_costs_the_same_for_one_card_and_for_three(
    desk: Client, cast: Cast, module, django_assert_max_num_queries, cards: int
):
    for _each in range(cards):
        other = make_module(module.get_parent().specific)
        say(cast.lan, other)
    desk.get(reverse("card_reports"))
    with django_assert_max_num_queries(20):
        desk.get(reverse("card_reports"))


def test_one_report_is_answered_at_once_and_sending_twice_is_sending_once(desk: Client, cast: Cast, module):
    report = say(cast.lan, module)
    here = reverse("card_report", args=[module.pk, first_card(module)])
    page = desk.get(here).content.decode()
    assert LAN_SAYS in page
    assert "Phường Cầu Ông Lãnh" in page
    assert "Nguyễn Thị Lan" not in page
    form = answer_form(report)
    for _repeated in range(2):
        assert desk.post(here, form).status_code == 302
    answer = CardReportAnswer.objects.get()
    assert (answer.report, answer.verdict, answer.actor) == (report, "not-so", cast.trainer)
    assert len(told(Kind.REPORT_ANSWERED)) == 1
    assert "Bài vẫn đúng." in desk.get(here).content.decode()


def test_an_answer_to_several_learners_is_sent_only_after_its_preview(desk: Client, cast: Cast, module):
    reports = [say(cast.lan, module), say(make_official("Lê Văn Khác"), module)]
    here = reverse("card_report", args=[module.pk, first_card(module)])
    form = answer_form(*reports)
    preview = desk.post(here, form)
    assert CardReportAnswer.objects.count() == 0
    confirmed = preview.context["form"].data["confirmed"]
    # Another text is another answer: it has its own preview.
    desk.post(here, {**form, "confirmed": confirmed, "text": "Khác hẳn."})
    assert CardReportAnswer.objects.count() == 0
    assert desk.post(here, {**form, "confirmed": confirmed}).status_code == 302
    assert {answer.report for answer in CardReportAnswer.objects.all()} == set(reports)
    assert len(told(Kind.REPORT_ANSWERED)) == 2


def test_of_two_trainers_who_answer_at_once_the_second_is_told_and_loses_no_word(
    desk: Client, cast: Cast, module
):
    report = say(cast.lan, module)
    here = reverse("card_report", args=[module.pk, first_card(module)])
    assert desk.post(here, answer_form(report)).status_code == 302
    late = desk.post(here, answer_form(report, text="Ý kiến khác."))
    assert late.status_code == 400
    assert "Ý kiến khác." in late.content.decode()
    assert CardReportAnswer.objects.count() == 1
    corrected = answer_form(report, chosen=f"{report.pk}:1", text="Đính chính.")
    assert desk.post(here, corrected).status_code == 302
    assert [answer.text for answer in report.answers.all()] == ["Bài vẫn đúng.", "Đính chính."]


def test_the_card_is_shown_as_it_was_beside_the_present_one(desk: Client, cast: Cast, module):
    say(cast.lan, module)
    then = module.current_version
    module.cards[0].value["heading"] = "Thẻ đã sửa"
    module.save()
    now = publish_version(module)
    page = desk.get(reverse("card_report", args=[module.pk, first_card(module)])).content.decode()
    for version, heading in ((then, "Thẻ 1"), (now, "Thẻ đã sửa")):
        frame = reverse("reported_card", args=[version.key, first_card(module)])
        assert frame in page
        assert heading in desk.get(frame).content.decode()
    assert desk.get(reverse("reported_card", args=[now.key, "khong-co"])).status_code == 404
    assert desk.get(reverse("card_report", args=[module.pk, "khong-co"])).status_code == 404


@pytest.mark.parametrize("role", ["lan", "ward_hr", "other_hr"])
def test_learners_and_hr_have_no_way_into_the_inbox(client, cast: Cast, module, role):
    say(cast.lan, module)
    person = getattr(cast, role)
    client.force_login(getattr(person, "user", person))
    version = module.current_version
    for name, args in (
        ("card_reports", []),
        ("card_report", [module.pk, first_card(module)]),
        ("reported_card", [version.key, first_card(module)]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404
