"""Assigning courses on the screen: preview before anything happens, and only within the scope."""

import pytest
from django.core import mail
from django.utils import timezone

from people.models import Department, Position, Province, Ward
from records.models import Enrolment, EnrolmentRule
from records.rules import apply_rule
from reports.forms import RuleForm
from tests.factories import (
    BINH_THANH,
    CAU_ONG_LANH,
    HO_CHI_MINH,
    NGHE_AN,
    THANH_VINH,
    Cast,
    make_course,
    make_hr,
    make_official,
    province,
    ward,
)
from tests.reports.conftest import hr_client, in_days, make_ward, succeed, text

RULES, NEW = "/quan-ly/chi-dinh/", "/quan-ly/chi-dinh/moi/"


@pytest.fixture
def hr(cast: Cast):
    return hr_client(cast.province_hr)


@pytest.fixture
def course(db):
    return make_course("Chữ ký số")


def make_rule(course, *codes: str, active: bool = False, due: int = 30, by=None) -> EnrolmentRule:
    rule = EnrolmentRule.objects.create(course=course, due_on=in_days(due), active=active, created_by=by)
    rule.wards.set(Ward.objects.filter(code__in=codes, scheme="vn-2025"))
    return rule


def asked(course, **fields):
    return {"course": course.pk, "due_on": in_days(30).isoformat(), "reach": "all", **fields}


def codes(rule: EnrolmentRule) -> set[str]:
    return set(rule.wards.values_list("code", flat=True))


# --- A new one --------------------------------------------------------------------------------------------------


def test_a_new_rule_is_a_draft_that_leads_to_its_preview_and_enrols_nobody(cast: Cast, hr, course):
    response = hr.post(
        NEW,
        asked(
            course,
            reach="chosen",
            wards=[ward().pk, ward(BINH_THANH).pk],
            departments=[Department.objects.get(code="van-phong").pk],
            positions=[Position.objects.get(code="van-thu").pk],
        ),
    )
    rule = EnrolmentRule.objects.get()
    assert response.headers["Location"] == f"{RULES}{rule.pk}/"
    assert (rule.course_id, rule.due_on, rule.active) == (course.pk, in_days(30), False)
    assert rule.created_by == cast.province_hr
    assert codes(rule) == {CAU_ONG_LANH, BINH_THANH}
    assert [one.code for one in rule.departments.all()] == ["van-phong"]
    assert [one.code for one in rule.positions.all()] == ["van-thu"]
    assert not Enrolment.objects.exists()


def test_all_units_means_those_of_the_scope_that_are_in_force(cast: Cast, hr, course):
    old = make_ward("Phường Cũ", "90001", province_of=CAU_ONG_LANH)
    make_ward("Phường Xưa", "90002", province_of=CAU_ONG_LANH, scheme="vn-legacy")
    succeed(old, ward())
    hr.post(NEW, asked(course))
    rule = EnrolmentRule.objects.get()
    assert rule.wards.count() == 168
    assert set(rule.wards.values_list("province__code", flat=True)) == {HO_CHI_MINH}
    assert "90001" not in codes(rule)


def test_country_hr_chooses_a_whole_province(db, course):
    browser = hr_client(make_hr())
    browser.post(NEW, asked(course, reach="province", province=province(NGHE_AN).pk))
    rule = EnrolmentRule.objects.get()
    assert rule.wards.count() == province(NGHE_AN).wards.count()
    nothing = browser.post(NEW, asked(course, reach="province"))
    assert "Hãy chọn tỉnh, thành phố." in text(nothing)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due_on": "hôm nay"}, "due_on"),
        ({"due_on": ""}, "due_on"),
        ({"course": "0"}, "course"),
        ({"reach": "chosen"}, "wards"),
        ({"reach": "province"}, "reach"),  # the scope lies in one province
        ({"reach": "everything"}, "reach"),
        ({"departments": ["0"]}, "departments"),
    ],
)
def test_what_is_wrong_is_marked_and_nothing_is_saved(hr, course, fields, field):
    response = hr.post(NEW, {**asked(course), **fields})
    assert set(response.context["form"].errors) == {field}
    assert "Chưa lưu gì" in text(response)
    assert not EnrolmentRule.objects.exists()


def test_a_due_date_in_the_past_is_refused_and_today_is_not(hr, course):
    page = text(hr.post(NEW, asked(course, due_on=in_days(-1).isoformat())))
    assert "Hạn hoàn thành đã qua." in page
    assert not EnrolmentRule.objects.exists()
    assert hr.post(NEW, asked(course, due_on=in_days(0).isoformat())).status_code == 302


def test_wards_and_provinces_outside_the_scope_cannot_be_posted(cast: Cast, hr, course):
    for fields in (
        {"reach": "chosen", "wards": [ward().pk, ward(THANH_VINH).pk]},
        {"reach": "province", "province": province(NGHE_AN).pk},
    ):
        response = hr.post(NEW, asked(course, **fields))
        assert response.context["form"].errors
        assert "Thành Vinh" not in text(response)
        look = text(hr.post(NEW, {**asked(course, **fields), "look": "1", "find": "vinh"}))
        assert "Thành Vinh" not in look
        assert "Nghệ An" not in look
    assert not EnrolmentRule.objects.exists()


def test_looking_for_units_keeps_what_is_ticked_and_complains_about_nothing(hr, course):
    response = hr.post(
        NEW, {"look": "1", "find": "binh thanh", "wards": [ward().pk], "reach": "chosen", "due_on": "x"}
    )
    form: RuleForm = response.context["form"]
    assert [one.code for one in form.ticked()] == [CAU_ONG_LANH]
    assert [one.code for one in form.offered()] == [BINH_THANH]
    page = text(response)
    assert f'value="{ward().pk}" checked' in page
    assert "Chưa lưu gì" not in page


def test_a_large_scope_lists_units_only_when_asked(db, course):
    browser = hr_client(make_hr())
    form = browser.get(NEW).context["form"]
    assert form.offered() == []
    found = browser.post(NEW, {"look": "1", "province": province(NGHE_AN).pk}).context["form"].offered()
    assert {one.province.code for one in found} == {NGHE_AN}
    assert len(found) == province(NGHE_AN).wards.count()


def test_drafts_of_courses_are_not_offered(hr, course):
    hidden = make_course("Chưa xuất bản")
    type(hidden).objects.filter(pk=hidden.pk).update(live=False)
    assert "Chưa xuất bản" not in text(hr.get(NEW))
    assert hr.post(NEW, asked(hidden)).context["form"].errors.keys() == {"course"}


# --- Preview, apply, end ------------------------------------------------------------------------------------------


def test_preview_says_how_many_by_ward_and_confirming_enrols_them(cast: Cast, hr, course):
    make_official("Bình", at=BINH_THANH, account=False)
    make_official("Ở Nghệ An", at=THANH_VINH, account=False)
    rule = make_rule(course, CAU_ONG_LANH, BINH_THANH, by=cast.province_hr)
    page = text(hr.get(f"{RULES}{rule.pk}/"))
    assert "Xác nhận: ghi danh 2 cán bộ" in page
    assert "Phường Bình Thạnh, Thành phố Hồ Chí Minh" in page
    done = hr.post(f"{RULES}{rule.pk}/", {"action": "apply"}, follow=True)
    assert "Đã ghi danh 2 cán bộ." in text(done)
    rule.refresh_from_db()
    assert rule.active
    assert set(Enrolment.objects.values_list("official__full_name", flat=True)) == {"Nguyễn Thị Lan", "Bình"}
    assert mail.outbox == []
    # A second press of the button does nothing more.
    assert "Đã ghi danh 0 cán bộ." in text(hr.post(f"{RULES}{rule.pk}/", {"action": "apply"}, follow=True))
    assert Enrolment.objects.count() == 2


def test_preview_tells_of_other_due_dates_and_keeps_them(cast: Cast, hr, course):
    Enrolment.objects.create(official=cast.lan, course=course, due_on=in_days(3))
    rule = make_rule(course, CAU_ONG_LANH)
    assert "1 cán bộ đã ghi danh với hạn khác. Hạn đó được giữ nguyên." in text(hr.get(f"{RULES}{rule.pk}/"))
    hr.post(f"{RULES}{rule.pk}/", {"action": "apply"})
    assert Enrolment.objects.get().due_on == in_days(3)


def test_a_rule_whose_due_date_has_passed_is_not_applied(cast: Cast, hr, course):
    rule = make_rule(course, CAU_ONG_LANH, due=-1)
    page = text(hr.get(f"{RULES}{rule.pk}/"))
    assert 'value="apply"' not in page
    response = hr.post(f"{RULES}{rule.pk}/", {"action": "apply"}, follow=True)
    assert "đã qua nên không ai được ghi danh" in text(response)
    rule.refresh_from_db()
    assert not rule.active
    assert not Enrolment.objects.exists()


def test_ending_a_rule_keeps_everybody_enrolled(cast: Cast, hr, course):
    rule = make_rule(course, CAU_ONG_LANH, active=True)
    apply_rule(rule)
    hr.post(f"{RULES}{rule.pk}/", {"action": "stop"})
    rule.refresh_from_db()
    assert not rule.active
    assert Enrolment.objects.filter(rule=rule).count() == 1
    assert "đã dừng" in text(hr.get(RULES))


def test_a_draft_can_be_discarded_and_a_used_rule_cannot(cast: Cast, hr, course):
    draft = make_rule(course, CAU_ONG_LANH)
    used = make_rule(course, CAU_ONG_LANH)
    apply_rule(used)
    for rule in (draft, used):
        hr.post(f"{RULES}{rule.pk}/", {"action": "discard"})
    assert list(EnrolmentRule.objects.all()) == [used]


# --- The scope -------------------------------------------------------------------------------------------------------


def test_list_shows_the_rules_of_the_scope_with_its_own_part_of_their_figures(cast: Cast, hr, course):
    make_official("Ở Nghệ An", at=THANH_VINH, account=False)
    wide = make_rule(course, CAU_ONG_LANH, THANH_VINH, active=True)
    apply_rule(wide)
    make_rule(make_course("Riêng của Nghệ An"), THANH_VINH, active=True)
    response = hr.get(RULES)
    assert [(rule, units, figures.assigned) for rule, units, figures in response.context["lines"]] == [
        (wide, 1, 1)
    ]
    assert "Riêng của Nghệ An" not in text(response)


def test_of_a_rule_beyond_the_scope_only_the_own_part_shows_and_nothing_can_be_changed(
    cast: Cast, hr, course
):
    make_official("Ở Nghệ An", at=THANH_VINH, account=False)
    rule = make_rule(course, CAU_ONG_LANH, THANH_VINH, by=cast.admin)
    response = hr.get(f"{RULES}{rule.pk}/")
    page = text(response)
    assert response.context["plan"].meant == 1
    assert "bao gồm cả đơn vị ngoài phạm vi" in page
    for hidden in ("Thành Vinh", str(cast.admin), 'value="apply"', 'value="discard"'):
        assert hidden not in page
    for action in ("apply", "stop", "discard"):
        answer = hr.post(f"{RULES}{rule.pk}/", {"action": action}, follow=True)
        assert "Không có gì thay đổi." in text(answer)
    rule.refresh_from_db()
    assert not rule.active
    assert not Enrolment.objects.exists()


def test_a_foreign_rule_is_not_found(cast: Cast, hr, course):
    rule = make_rule(course, THANH_VINH)
    for method in (hr.get, hr.post):
        assert method(f"{RULES}{rule.pk}/", {"action": "apply"}).status_code == 404
    assert hr.get(f"{RULES}999999/").status_code == 404
    assert not Enrolment.objects.exists()


def test_titles_and_names_are_shown_as_text(cast: Cast, hr):
    rule = make_rule(make_course("<script>alert(1)</script>"), CAU_ONG_LANH)
    for url in (RULES, NEW, f"{RULES}{rule.pk}/"):
        assert "<script" not in hr.get(url).content.decode()


def test_rules_take_as_many_queries_for_three_as_for_one(cast: Cast, hr, django_assert_max_num_queries):
    hr.get(RULES)
    counts = []
    for number in (1, 3):
        for code in [CAU_ONG_LANH, BINH_THANH, CAU_ONG_LANH][:number]:
            make_official(at=code, account=False)
            rule = make_rule(make_course(), CAU_ONG_LANH, BINH_THANH, active=True)
            apply_rule(rule)
        found = []
        for url in (RULES, f"{RULES}{rule.pk}/", NEW):
            with django_assert_max_num_queries(22) as queries:
                hr.get(url)
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]


def test_enrolled_at_is_the_moment_of_applying(cast: Cast, hr, course):
    before = timezone.now()
    hr.post(f"{RULES}{make_rule(course, CAU_ONG_LANH).pk}/", {"action": "apply"})
    assert before <= Enrolment.objects.get().enrolled_at <= timezone.now()


def test_every_province_of_the_scope_can_be_chosen(db):
    form = RuleForm(wards=Ward.objects.filter(province__code__in=[HO_CHI_MINH, NGHE_AN]))
    assert set(form.fields["province"].queryset) == set(
        Province.objects.filter(code__in=[HO_CHI_MINH, NGHE_AN], scheme="vn-2025")
    )
