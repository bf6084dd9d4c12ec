"""HR and corrected keys: its scope and nothing beside it, one word on each downgrade, certificates listed."""

import io

import pytest
from django.conf import settings
from openpyxl import load_workbook

from certificates.issuing import enter_in_register, revoke
from quizzes.models import Attempt, QuestionVersion, Regrade, RegradeDecision
from quizzes.recalculating import regrade
from records.models import Completion
from reports.corrections import certificates_resting_on, touched_in_scope, waiting_in_scope
from tests.factories import THANH_VINH, Cast, make_course, make_module, make_official, make_posting, ward
from tests.quizzes.corrections import correct, quiz_with
from tests.quizzes.test_recalculating import answered

LIST = "/quan-ly/sua-dap-an/"


@pytest.fixture
def module(db):
    module = make_module(make_course(), cards=1)
    quiz_with(module, "single")
    return module


@pytest.fixture
def lans(module, cast: Cast) -> Regrade:
    """Lan passed by the wrong key and has a certificate; somebody in Nghệ An too."""
    for official in (cast.lan, make_official("Lê Văn Vinh", at=THANH_VINH)):
        answered(official, module, "Ký nháy")
        enter_in_register(Completion.objects.get(official=official))
    regrade(correct(QuestionVersion.objects.get(), "Ký số").pk)
    return Regrade.objects.get(attempt__official=cast.lan)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def export(client) -> list[tuple]:
    body = b"".join(client.get(f"{LIST}xuat/xlsx/").streaming_content)
    return list(load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))[1:]


def test_each_sees_its_own_scope_in_lists_counts_pages_and_files(client, lans, cast):
    other = Regrade.objects.exclude(pk=lans.pk).get()
    for user, sees_lan, sees_vinh in (
        (cast.ward_hr, True, False),
        (cast.province_hr, True, False),
        (cast.other_hr, False, True),
        (cast.admin, True, True),
    ):
        client.force_login(user)
        for query in ("", "?xem=all"):
            page = text_of(client.get(LIST + query))
            assert ("Nguyễn Thị Lan" in page, "Lê Văn Vinh" in page) == (sees_lan, sees_vinh)
        assert f"({sees_lan + sees_vinh})" in page
        assert client.get(f"{LIST}{lans.pk}/").status_code == (200 if sees_lan else 404)
        assert client.get(f"{LIST}{other.pk}/").status_code == (200 if sees_vinh else 404)
        names = {row[1] for row in export(client)}
        assert ("Nguyễn Thị Lan" in names, "Lê Văn Vinh" in names) == (sees_lan, sees_vinh)


def test_who_is_not_hr_finds_nothing(client, lans, cast):
    for user in (cast.lan.user, cast.trainer):
        client.force_login(user)
        for address in (LIST, f"{LIST}{lans.pk}/", f"{LIST}xuat/csv/"):
            assert client.get(address).status_code == 404


def test_nobody_decides_outside_the_scope(client, lans, cast):
    client.force_login(cast.other_hr)
    answer = client.post(f"{LIST}{lans.pk}/", {"verdict": "approved", "reason": "x"})
    assert (answer.status_code, RegradeDecision.objects.count()) == (404, 0)


def test_hr_of_the_new_ward_sees_what_its_official_made_elsewhere(lans, cast):
    """Rules 2 and 8: the attempt carries the ward of that day, and the person serves elsewhere now."""
    posting = cast.lan.postings.get()
    posting.ends_on = posting.starts_on
    posting.save()
    make_posting(cast.lan, THANH_VINH, starts_on=posting.starts_on.replace(day=2))
    assert lans in waiting_in_scope(cast.other_hr)
    assert lans in waiting_in_scope(cast.ward_hr)
    assert lans.attempt.ward == ward()


def test_hr_declines_with_a_reason(client, lans, cast):
    client.force_login(cast.ward_hr)
    answer = client.post(
        f"{LIST}{lans.pk}/", {"verdict": "declined", "reason": " Câu hỏi chưa rõ "}, follow=True
    )
    decision = RegradeDecision.objects.get()
    assert (decision.regrade, decision.verdict, decision.actor, decision.reason) == (
        lans,
        "declined",
        cast.ward_hr,
        "Câu hỏi chưa rõ",
    )
    assert Attempt.objects.get(official=cast.lan).passed
    assert "(0)" in text_of(answer)


def test_without_a_reason_nothing_is_decided_and_what_was_written_stays(client, lans, cast):
    client.force_login(cast.ward_hr)
    answer = client.post(f"{LIST}{lans.pk}/", {"verdict": "approved", "reason": "  "})
    assert (answer.status_code, RegradeDecision.objects.count()) == (422, 0)
    assert client.post(f"{LIST}{lans.pk}/", {"verdict": "x", "reason": "y"}).status_code == 404


def test_an_approval_lists_the_certificate_and_touches_neither_it_nor_the_completion(client, lans, cast):
    client.force_login(cast.ward_hr)
    assert list(touched_in_scope(cast.ward_hr)) == []
    client.post(f"{LIST}{lans.pk}/", {"verdict": "approved", "reason": "Đã đối chiếu"})
    assert not Attempt.objects.get(official=cast.lan).passed
    completion = Completion.objects.get(official=cast.lan)
    assert list(touched_in_scope(cast.ward_hr)) == [lans]
    assert list(touched_in_scope(cast.other_hr)) == []
    page = text_of(client.get(f"{LIST}?xem=certificates"))
    assert completion.certificate.register_number in page
    assert completion.certificate.get_absolute_url() in page
    revoke(completion.certificate, reason="Không đạt", by=cast.ward_hr)
    assert list(touched_in_scope(cast.ward_hr)) == []


def test_certificates_are_counted_for_the_preview(lans, cast):
    attempts = list(Attempt.objects.values_list("pk", flat=True))
    assert certificates_resting_on(attempts) == 2
    assert certificates_resting_on([]) == 0


def test_the_file_says_who_what_and_what_was_decided(client, lans, cast):
    client.force_login(cast.ward_hr)
    client.post(f"{LIST}{lans.pk}/", {"verdict": "declined", "reason": "Câu hỏi chưa rõ"})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    [row] = export(client)
    assert row[:3] == (cast.lan.staff_number, "Nguyễn Thị Lan", "Phường Cầu Ông Lãnh, Thành phố Hồ Chí Minh")
    assert row[10:15] == (1, 0, "yes", "no", "declined")
    assert row[16:18] == ("Cán bộ nhân sự", "Câu hỏi chưa rõ")
    assert row[18] == Completion.objects.get(official=cast.lan).certificate.register_number


def test_the_list_asks_as_often_for_many_as_for_few(client, module, cast, django_assert_max_num_queries):
    client.force_login(cast.ward_hr)
    client.get(LIST)
    for count in (1, 3):
        for _ in range(count):
            answered(make_official(), module, "Ký nháy")
        if count == 1:
            made = correct(QuestionVersion.objects.get(), "Ký số")
        regrade(made.pk)
        with django_assert_max_num_queries(16):
            client.get(LIST)
