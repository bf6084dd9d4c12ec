"""HR's screens: what they show, and that they show the scope and nothing beside it (rule 8)."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from people.models import Official, Province, Scope
from quizzes.models import Attempt
from records.models import ModuleProgress
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    HO_CHI_MINH,
    NGHE_AN,
    TAN_VINH_LOC,
    THANH_VINH,
    Cast,
    correct,
    enrol,
    make_completion,
    make_course,
    make_hr,
    make_module,
    make_official,
    make_posting,
    ward,
)
from tests.reports.conftest import hr_client, in_days, make_ward, succeed, text

DASHBOARD = "/quan-ly/"


def ward_url(code: str) -> str:
    return reverse("reports:ward", args=[code])


def person_url(official: Official) -> str:
    return reverse("reports:person", args=[official.staff_number])


@pytest.fixture
def foreign(cast: Cast) -> Official:
    """Somebody in Nghệ An with everything that could leak into Ho Chi Minh City."""
    hanh = make_official("Hồ Thị Hạnh Nguyên", at=THANH_VINH, account=False)
    course = make_course("Khóa của Nghệ An")
    enrol(hanh, course, due_on=in_days(-3))
    make_completion(make_official("Hồ Văn Vinh", at=THANH_VINH, account=False), course)
    return hanh


@pytest.fixture
def hr(cast: Cast) -> Client:
    return hr_client(cast.province_hr)


@pytest.fixture
def ward_hr(cast: Cast) -> Client:
    return hr_client(cast.ward_hr)


# --- Who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "",
        f"don-vi/{CAU_ONG_LANH}/",
        "can-bo/CB1/",
        "xuat/csv/",
        "xuat/xlsx/",
        "chi-dinh/",
        "chi-dinh/moi/",
        "chi-dinh/1/",
    ],
)
def test_learners_trainers_and_strangers_do_not_get_in(cast: Cast, path):
    url = DASHBOARD + path
    assert Client().get(url).headers["Location"].startswith("/tai-khoan/login/")
    learner = Client()
    learner.force_login(cast.lan.user)
    assert learner.get(url).status_code == 404
    assert hr_client(cast.trainer).get(url).status_code == 404
    without_code = Client()
    without_code.force_login(cast.province_hr)
    assert without_code.get(url).status_code == 302


# --- The dashboard ----------------------------------------------------------------------------------------------


def test_dashboard_shows_the_wards_of_the_scope_and_their_sum(cast: Cast, hr, foreign):
    enrol(cast.lan, make_course(), due_on=in_days(-1))
    response = hr.get(DASHBOARD)
    page = text(response)
    assert response.context["total"].assigned == 1
    assert response.context["total"].overdue == 1
    assert {line.ward.province.code for line in response.context["page"].paginator.object_list} == {
        HO_CHI_MINH
    }
    assert "Phạm vi: Thành phố Hồ Chí Minh" in page
    assert "Thành Vinh" not in page


def test_hr_sees_a_completion_at_once_in_its_ward_and_not_in_anothers(cast: Cast, ward_hr):
    other = hr_client(cast.other_hr)
    assert ward_hr.get(DASHBOARD).context["total"].completed == 0
    make_completion(cast.lan)
    assert ward_hr.get(DASHBOARD).context["total"].completed == 1
    assert ward_hr.get(DASHBOARD, {"lens": "earned"}).context["earned"] == 1
    assert other.get(DASHBOARD).context["total"].completed == 0
    assert other.get(DASHBOARD, {"lens": "earned"}).context["earned"] == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"ward": THANH_VINH},
        {"province": NGHE_AN},
        {"ward": "99999"},
        {"province": "00"},
        {"course": "no-such-course"},
        {"department": "x"},
        {"position": "x"},
        {"status": "x"},
        {"lens": "x"},
        {"ward": f"{CAU_ONG_LANH}-vn-legacy"},
    ],
)
def test_a_filter_that_names_what_is_not_in_scope_is_not_found(hr, foreign, asked):
    for path in ("", "xuat/csv/", "xuat/xlsx/"):
        assert hr.get(DASHBOARD + path, asked).status_code == 404


def test_choices_offer_the_scope_only(hr, ward_hr, foreign):
    page = text(hr.get(DASHBOARD))
    assert "Nghệ An" not in page.replace("Khóa của Nghệ An", "")
    assert f'value="{BINH_THANH}"' in page
    assert f'value="{THANH_VINH}"' not in page
    assert f'value="{BINH_THANH}"' not in text(ward_hr.get(DASHBOARD))


def test_a_province_of_the_old_list_with_the_same_code_is_no_second_choice(cast: Cast, client):
    """A ward that took over one of the old list, where 79 named another province."""
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH, scheme="vn-legacy")
    old.province = Province.objects.create(code=HO_CHI_MINH, scheme="vn-legacy", name="Tỉnh Cũ")
    old.save()
    succeed(old, ward())
    for user in (cast.ward_hr, cast.admin):
        client.force_login(user)
        answer = client.get(DASHBOARD, {"province": HO_CHI_MINH})
        assert answer.context["form"].cleaned_data["province"].name == "Thành phố Hồ Chí Minh"


def test_searching_a_unit_finds_it_in_scope_without_diacritics(hr, foreign):
    found = hr.get(DASHBOARD, {"unit": "thanh vinh"}).context["page"].paginator.object_list
    assert found == []
    found = hr.get(DASHBOARD, {"unit": "cau ong lanh"}).context["page"].paginator.object_list
    assert [line.ward.code for line in found] == [CAU_ONG_LANH]


def test_a_day_that_cannot_be_read_is_said_and_left_out(cast: Cast, hr):
    enrol(cast.lan, make_course())
    response = hr.get(DASHBOARD, {"since": "ngày mai"})
    assert response.context["form"].errors.keys() == {"since"}
    assert response.context["total"].assigned == 1
    backwards = hr.get(DASHBOARD, {"since": "2026-02-02", "until": "2026-01-01"})
    assert backwards.context["form"].errors.keys() == {"until"}


def test_sorting_and_pages_keep_the_filters_in_the_address(hr):
    page = text(hr.get(DASHBOARD, {"province": HO_CHI_MINH, "sort": "-rate"}))
    assert "?province=79&sort=rate" in page
    assert 'aria-sort="descending"' in page
    assert f"?province={HO_CHI_MINH}&sort=-rate&trang=2" in page
    assert hr.get(DASHBOARD, {"sort": "password", "trang": "nonsense"}).status_code == 200


def test_units_without_anybody_come_last_until_somebody_sorts_by_name(cast: Cast, hr):
    enrol(cast.lan, make_course())

    def first(**asked: str) -> str:
        return hr.get(DASHBOARD, {"province": HO_CHI_MINH, **asked}).context["page"][0].ward.name

    assert first() == "Phường Cầu Ông Lãnh"
    assert first(sort="name") != "Phường Cầu Ông Lãnh"


def test_country_hr_sees_all_wards_in_pages_and_a_table_of_provinces(db):
    browser = hr_client(make_hr())
    response = browser.get(DASHBOARD)
    assert response.context["page"].paginator.count == 3321
    assert len(response.context["page"].object_list) == 50
    assert len(response.context["provinces"]) == 34


def test_the_lens_is_named_and_explained(hr):
    assert "Tính các khóa học được giao" in text(hr.get(DASHBOARD))
    assert "đơn vị nơi cán bộ công tác vào ngày hoàn thành" in text(hr.get(DASHBOARD, {"lens": "earned"}))


def test_an_account_without_units_is_told_so(db):
    user = make_hr(of_ward=CAU_ONG_LANH)
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH)
    succeed(old, ward())
    Scope.objects.filter(user=user).update(ward=old)
    assert "chưa được giao đơn vị nào" in text(hr_client(user).get(DASHBOARD))


def test_no_page_of_hr_carries_a_style_or_a_script(cast: Cast, hr):
    make_completion(cast.lan)
    for url in (DASHBOARD, ward_url(CAU_ONG_LANH), person_url(cast.lan), "/quan-ly/chi-dinh/moi/"):
        page = text(hr.get(url))
        assert " style=" not in page
        assert "<script" not in page


# --- One ward ----------------------------------------------------------------------------------------------------


def test_ward_lists_its_officials_with_their_status(cast: Cast, ward_hr, foreign):
    enrol(cast.lan, make_course(), due_on=in_days(-1))
    make_official("Trần Văn Bình", account=False)
    make_official("Ở phường bên", at=BINH_THANH, account=False)
    response = ward_hr.get(ward_url(CAU_ONG_LANH))
    assert [(official.full_name, standing.status) for official, standing in response.context["people"]] == [
        ("Trần Văn Bình", None),
        ("Nguyễn Thị Lan", "overdue"),
    ]
    assert "Văn thư" in text(response)


def test_ward_searches_filters_and_ignores_filters_of_other_units(cast: Cast, ward_hr):
    make_official("Đặng Thị Đào", account=False)
    make_official("Đặng Thị Đào", at=BINH_THANH, account=False)

    def names(**asked):
        found = ward_hr.get(ward_url(CAU_ONG_LANH), asked)
        return [official.full_name for official, _standing in found.context["people"]]

    assert names(q="dao dang") == ["Đặng Thị Đào"]
    assert names(q="lan", department="kinh-te") == []
    assert names(unit="Bình Thạnh", ward=BINH_THANH) == ["Đặng Thị Đào", "Nguyễn Thị Lan"]


@pytest.mark.parametrize("code", [THANH_VINH, BINH_THANH, "99999", "x", f"{CAU_ONG_LANH}-vn-legacy", "-"])
def test_a_ward_outside_the_scope_is_not_found(ward_hr, foreign, code):
    assert ward_hr.get(ward_url(code)).status_code == 404


def test_ward_shows_what_was_earned_there_and_keeps_it_after_a_transfer(cast: Cast, ward_hr):
    make_completion(cast.lan, at=timezone.now() - datetime.timedelta(days=9))
    cast.lan.postings.update(ends_on=in_days(-1))
    make_posting(cast.lan, THANH_VINH, position="ke-toan", starts_on=in_days(0))
    assert ward_hr.get(ward_url(CAU_ONG_LANH)).context["people"] == []
    page = text(ward_hr.get(ward_url(CAU_ONG_LANH), {"lens": "earned"}))
    assert "Nguyễn Thị Lan" in page
    assert "Văn thư" in page
    assert "Thành Vinh" not in page
    assert f'href="{person_url(cast.lan)}"' in page


def test_ward_names_the_units_it_took_over_and_leads_to_their_people(cast: Cast, ward_hr, client):
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH)
    gone = make_official("Ngô Văn Cũ", at=old, account=False)
    make_completion(gone)
    succeed(old, ward())
    page = text(ward_hr.get(ward_url(CAU_ONG_LANH), {"lens": "earned"}))
    assert "Phường Cũ, Thành phố Hồ Chí Minh" in page
    assert "Ngô Văn Cũ" in page
    assert f'href="{person_url(gone)}"' in page
    assert "Ngô Văn Cũ" in text(ward_hr.get(person_url(gone)))
    assert "Ngô Văn Cũ" in text(ward_hr.get(ward_url("90001")))
    client.force_login(make_hr(of_ward=BINH_THANH))
    assert client.get(person_url(gone)).status_code == 404
    assert client.get(ward_url("90001")).status_code == 404


def test_a_completion_of_somebody_outside_the_scope_is_shown_without_a_link(cast: Cast, ward_hr):
    """Earned here, by the copy in the row; the posting itself was corrected to another province since."""
    stray = make_official("Ngô Văn Lạc", account=False)
    make_completion(stray)
    stray.postings.update(ward=ward(THANH_VINH))
    page = text(ward_hr.get(ward_url(CAU_ONG_LANH), {"lens": "earned"}))
    assert "Ngô Văn Lạc" in page
    assert f'href="{person_url(stray)}"' not in page
    assert ward_hr.get(person_url(stray)).status_code == 404


def test_what_people_write_is_shown_as_text(cast: Cast, hr):
    make_official("<script>alert(1)</script>", account=False)
    raw = hr.get(ward_url(CAU_ONG_LANH), {"q": "<script>"}).content.decode()
    assert "<script" not in raw
    assert "&lt;script&gt;alert(1)" in raw


# --- One official ------------------------------------------------------------------------------------------------


@pytest.fixture
def record(cast: Cast):
    """Lan: one course done in Cầu Ông Lãnh, one begun, two attempts."""
    done = make_completion(cast.lan, make_course("Chữ ký số"), at=timezone.now() - datetime.timedelta(days=9))
    module = make_module(done.course, "Ký số đúng thứ tự")
    make_module(done.course, "Bài chưa mở")
    begun = enrol(cast.lan, make_course("Hộ tịch"), due_on=in_days(-1))
    reading = make_module(begun.course, "Khai sinh")
    ModuleProgress.objects.create(
        enrolment=begun,
        module=reading,
        version=reading.current_version,
        card_total=3,
        cards_seen=["1"],
    )
    for number, passed in ((1, False), (2, True)):
        attempt = Attempt(
            enrolment=done.enrolment,
            official=cast.lan,
            module=module,
            version=module.current_version,
            number=number,
            seed=1,
            max_points=10,
            state="graded",
            graded_at=timezone.now(),
            points=10 if passed else 3,
            passed=passed,
        )
        attempt.copy_posting(cast.lan.posting_on())
        attempt.save()
    return done


def test_person_shows_postings_progress_attempts_and_completions(cast: Cast, ward_hr, record):
    Certificate.objects.create(
        completion=record,
        official=cast.lan,
        year=2026,
        number=7,
        full_name=cast.lan.full_name,
        course_title=record.course_title,
        periods=2,
        started_on=record.started_on,
        completed_on=record.started_on,
        issued_on=record.started_on,
        issuer="UBND",
    )
    page = text(ward_hr.get(person_url(cast.lan)))
    for shown in (
        "Khai sinh",
        "đã đọc 33 %",
        "Bài chưa mở",
        "Chưa đạt",
        "Đạt",
        "9,50",
        "000007/2026",
        "đang tạo",
        "01/07/2025 – nay",
        "Quá hạn",
    ):
        assert shown in page


def test_hr_of_the_new_ward_sees_the_whole_record_and_hr_of_the_old_one_its_own_part(cast: Cast, record):
    cast.lan.postings.update(ends_on=in_days(-1))
    make_posting(cast.lan, THANH_VINH, position="ke-toan", starts_on=in_days(0))
    new = text(hr_client(cast.other_hr).get(person_url(cast.lan)))
    assert "Chữ ký số" in new
    assert "Cầu Ông Lãnh" in new
    assert "Khai sinh" in new
    old = text(hr_client(cast.ward_hr).get(person_url(cast.lan)))
    assert "Chữ ký số" in old
    assert "Ký số đúng thứ tự" in old
    for hidden in ("Thành Vinh", "Nghệ An", "Kế toán", "Khai sinh", "Hộ tịch"):
        assert hidden not in old
    # What is earned after the transfer is the new ward's.
    make_completion(cast.lan, make_course("Chứng thực"))
    assert "Chứng thực" not in text(hr_client(cast.ward_hr).get(person_url(cast.lan)))


def test_a_person_outside_the_scope_is_not_found(hr, foreign):
    for url in (person_url(foreign), reverse("reports:person", args=["no/such"])):
        assert hr.get(url).status_code == 404


def test_a_staff_number_may_hold_every_sign_it_is_allowed(cast: Cast, ward_hr):
    odd = make_official("Số Lạ", staff_number="UBND-P.1/2025_07", account=False)
    assert "Số Lạ" in text(ward_hr.get(person_url(odd)))


def test_administrators_see_officials_without_a_posting(cast: Cast):
    alone = make_official("Chưa Có Chỗ", at=None, account=False)
    enrol(alone, make_course("Riêng"))
    assert "Riêng" in text(hr_client(cast.admin).get(person_url(alone)))


# --- Queries --------------------------------------------------------------------------------------------------------


def fill(count: int) -> None:
    for number, place in enumerate([CAU_ONG_LANH, BINH_THANH, TAN_VINH_LOC][:count]):
        course = make_course(f"Khóa {number}")
        make_module(course)
        for official in (make_official(at=place, account=False), make_official(account=False)):
            make_completion(official, course)


@pytest.mark.parametrize("path", [DASHBOARD, f"{DASHBOARD}?lens=earned"])
def test_dashboard_takes_as_many_queries_for_three_wards_as_for_one(hr, path, django_assert_max_num_queries):
    hr.get(DASHBOARD)  # the first visit writes to the session
    counts = []
    for count in (1, 3):
        fill(count)
        with django_assert_max_num_queries(20) as asked:
            hr.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("lens", ["serving", "earned"])
def test_ward_takes_as_many_queries_for_three_officials_as_for_one(hr, lens, django_assert_max_num_queries):
    hr.get(DASHBOARD)  # the first visit writes to the session
    counts = []
    for count in (1, 3):
        fill(count)
        with django_assert_max_num_queries(20) as asked:
            hr.get(ward_url(CAU_ONG_LANH), {"lens": lens})
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- Completions that belong to no ward --------------------------------------------------------------------------

NOWHERE = "/quan-ly/khong-co-vi-tri/"


@pytest.fixture
def unposted(cast: Cast) -> Official:
    """Completed a course without ever having had a posting."""
    official = make_official("Đỗ Thị Mới", at=None, account=False)
    make_completion(official, make_course("Khóa không nơi"))
    return official


def test_results_without_a_posting_are_mentioned_where_the_scope_is_the_country(cast: Cast, unposted):
    make_completion(cast.lan)
    for user in (cast.admin, make_hr()):
        country = hr_client(user)
        for asked in ({}, {"lens": "earned"}):
            page = country.get(DASHBOARD, asked)
            assert page.context["without_ward"] == 1
            assert f'href="{NOWHERE}?' in text(page)
        assert page.context["earned"] == 1  # only Lan's is a ward's
        assert "Đỗ Thị Mới" in text(country.get(NOWHERE))


def test_nobody_with_a_smaller_scope_hears_of_them(cast: Cast, client, unposted):
    for user in (cast.province_hr, cast.ward_hr):
        client = hr_client(user)
        assert client.get(DASHBOARD, {"lens": "earned"}).context["without_ward"] == 0
        assert NOWHERE not in text(client.get(DASHBOARD, {"lens": "earned"}))
        assert client.get(NOWHERE).status_code == 404


def test_their_records_open_for_the_administrator_alone(cast: Cast, unposted):
    links = [
        f'href="{person_url(unposted)}"' in text(hr_client(user).get(NOWHERE))
        for user in (cast.admin, make_hr())
    ]
    assert links == [True, False]


def test_results_without_a_posting_are_filtered_like_the_others(cast: Cast, unposted):
    country = hr_client(cast.admin)

    def names(**asked: str) -> list[str]:
        return [completion.full_name for completion in country.get(NOWHERE, asked).context["page"]]

    other = make_course("Khóa khác")
    assert names(q="do thi moi", lens="serving") == ["Đỗ Thị Mới"]
    assert names(course=other.slug) == names(q="lan") == names(since=in_days(1).isoformat()) == []
    assert "Bỏ lọc" in text(country.get(NOWHERE, {"q": "lan"}))
    earned = {"lens": "earned"}
    assert country.get(DASHBOARD, {**earned, "course": other.slug}).context["without_ward"] == 0
    assert country.get(DASHBOARD, {**earned, "ward": CAU_ONG_LANH}).context["without_ward"] == 0
    assert country.get(DASHBOARD, {**earned, "until": in_days(0).isoformat()}).context["without_ward"] == 1
    # In the other lens the days are due dates, which say nothing about completions.
    assert country.get(DASHBOARD, {"until": in_days(0).isoformat()}).context["without_ward"] == 0


def test_of_a_corrected_result_without_a_posting_the_last_correction_counts(cast: Cast, unposted):
    correct(unposted.completions.get(), cast.admin, full_name="Đỗ Thị Mới Hơn")
    page = hr_client(cast.admin).get(NOWHERE).context["page"]
    assert [completion.full_name for completion in page] == ["Đỗ Thị Mới Hơn"]


def test_where_every_result_has_a_unit_the_list_says_so(cast: Cast):
    make_completion(cast.lan)
    country = hr_client(cast.admin)
    assert "Mọi kết quả đều thuộc một đơn vị" in text(country.get(NOWHERE))
    assert NOWHERE not in text(country.get(DASHBOARD))


def test_person_takes_as_many_queries_for_three_courses_as_for_one(
    cast: Cast, hr, django_assert_max_num_queries
):
    hr.get(DASHBOARD)
    counts = []
    for count in (1, 3):
        for number in range(count):
            course = make_course(f"Khóa {number}")
            module = make_module(course)
            completion = make_completion(cast.lan, course)
            ModuleProgress.objects.create(
                enrolment=completion.enrolment, module=module, version=module.current_version, card_total=3
            )
        with django_assert_max_num_queries(20) as asked:
            hr.get(person_url(cast.lan))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_select_marks_what_is_chosen_and_escapes_titles(hr):
    course = make_course('<b>"Ký số"')
    raw = hr.get(DASHBOARD, {"course": course.slug}).content.decode()
    assert f'<option value="{course.slug}" selected>&lt;b&gt;&quot;Ký số&quot;</option>' in raw
    assert raw.count(" selected>") == raw.count("<select")
