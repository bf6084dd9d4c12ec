"""Loading the demo: all of it or nothing."""

import datetime
from random import Random

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from courses.models import Course
from lms.demo import people, studying
from lms.demo.signins import ROLES
from lms.starter.loading import SIGNATURES, load_course
from people.models import Department, Official, Province, Scope, User, Ward
from people.roster import Roster, apply, plan
from records.models import Enrolment, EnrolmentRule
from records.rules import apply_rule


def loaded() -> bool:
    return Official.objects.filter(staff_number=people.FIRST).exists()


def load() -> None:
    """Load the demo into an installation without officials; nothing where it is loaded already.

    Raises ValueError where there are other officials: invented people do not belong among real ones.
    """
    if loaded():
        return
    if Official.objects.exists():
        raise ValueError("This installation has officials of its own; demo data is only for an empty one.")
    with transaction.atomic():
        accounts = make_accounts()
        course = load_course(SIGNATURES, by=accounts["giang-vien"])
        import_roster(list(people.roster_rows()))
        enrol_all(course, accounts)
        learn(course)
        moved = Official.objects.get(staff_number=people.MOVED)
        import_roster(people.transfer_rows(moved.full_name))


def make_accounts() -> dict[str, User]:
    """Those who are no officials themselves. Passwords come with ``refresh_signins``."""
    names = {
        "giang-vien": "Giảng viên mẫu",
        "tham-dinh": "Người thẩm định mẫu",
        "nhan-su-phuong": "Nhân sự phường Cầu Ông Lãnh",
        "nhan-su-tinh": "Nhân sự TP. Hồ Chí Minh",
        "quan-tri": "Quản trị viên",
    }
    users = {}
    for username, _role in ROLES:
        user = User(username=username, display_name=names[username], email=f"{username}@demo.example")
        user.is_superuser = user.is_staff = username == "quan-tri"
        user.set_unusable_password()
        user.save()
        users[username] = user
    users["giang-vien"].groups.add(Group.objects.get(name="Trainers"))
    users["tham-dinh"].groups.add(Group.objects.get(name="Reviewers"))
    ward = Ward.objects.get(code=people.CAU_ONG_LANH, scheme="vn-2025")
    Scope.objects.create(user=users["nhan-su-phuong"], ward=ward)
    Scope.objects.create(
        user=users["nhan-su-tinh"], province=Province.objects.get(code="79", scheme="vn-2025")
    )
    return users


def import_roster(rows: list[dict[str, str]]) -> None:
    apply(plan(Roster.of(rows), user=None))


def enrol_all(course: Course, accounts: dict[str, User]) -> None:
    """Three assignments: one with time left, one nearly due for some divisions, one overdue."""
    today = timezone.localdate()
    assign(course, people.HO_CHI_MINH, today + datetime.timedelta(days=21), by=accounts["nhan-su-tinh"])
    assign(
        course,
        people.TAY_NINH,
        today + datetime.timedelta(days=4),
        by=accounts["quan-tri"],
        departments=["van-phong", "trung-tam-pvhcc", "kinh-te"],
    )
    late = assign(course, people.NORTH_AND_EAST, today, by=accounts["quan-tri"])
    # As if a week had passed. A due date is a plan, not evidence; no other date is touched.
    past = today - datetime.timedelta(days=6)
    EnrolmentRule.objects.filter(pk=late.pk).update(due_on=past)
    Enrolment.objects.filter(rule=late).update(due_on=past)


def assign(
    course: Course, wards: list[str], due_on: datetime.date, *, by: User, departments: list[str] | None = None
) -> EnrolmentRule:
    rule = EnrolmentRule.objects.create(course=course, due_on=due_on, created_by=by)
    rule.wards.set(Ward.objects.filter(code__in=wards, scheme="vn-2025"))
    rule.departments.set(Department.objects.filter(code__in=departments or []))
    apply_rule(rule)
    return rule


def learn(course: Course) -> None:
    chance = Random(79)  # noqa: S311 - invented results, not secrets
    how_far = {people.FIRST: studying.NOTHING, people.SECOND: studying.READING, people.MOVED: studying.DONE}
    enrolments = Enrolment.objects.filter(course=course).select_related("official", "course")
    for place, enrolment in enumerate(enrolments.order_by("official__staff_number")):
        usual = studying.USUAL[place % len(studying.USUAL)]
        studying.study(enrolment, how_far.get(enrolment.official.staff_number, usual), chance)
