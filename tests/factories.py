"""One vocabulary for test data. Plain functions over the product's own models and functions."""

import datetime
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.text import slugify
from modelsearch import signal_handlers as search
from wagtail.rich_text import RichText
from wagtail.signal_handlers import reference_index_auto_update_disabled as uses

from courses.models import Course, CourseIndex, LegalBasis, Module, ModuleVersion
from courses.publishing import publish_version
from courses.tree import course_root
from people.models import Department, Official, Position, Posting, Province, Scope, User, Ward
from records.models import Completion, Enrolment

PASSWORD = "mot mat khau de thu"
_numbers = itertools.count(1)

CAU_ONG_LANH, BINH_THANH, THANH_VINH, TAN_VINH_LOC = "26758", "26929", "16681", "27604"
HO_CHI_MINH, NGHE_AN = "79", "40"


def ward(code: str = CAU_ONG_LANH) -> Ward:
    return Ward.objects.select_related("province").get(code=code, scheme="vn-2025")


def province(code: str = HO_CHI_MINH) -> Province:
    return Province.objects.get(code=code, scheme="vn-2025")


def make_user(username: str = "", **fields: Any) -> User:
    user = User(username=username or f"nguoi-dung-{next(_numbers)}", **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def make_official(
    full_name: str = "Nguyễn Thị Ánh",
    *,
    at: Ward | str | None = CAU_ONG_LANH,
    department: str = "van-phong",
    position: str = "van-thu",
    since: datetime.date = datetime.date(2025, 7, 1),
    account: bool = True,
    **fields: Any,
) -> Official:
    """An official with one open posting (none with ``at=None``) and, by default, an account."""
    number = fields.pop("staff_number", f"CB{next(_numbers):05d}")
    official = Official(staff_number=number, full_name=full_name, **fields)
    if account:
        official.user = make_user(number.lower(), email=official.email)
    official.save()
    if at is not None:
        make_posting(official, at, department=department, position=position, starts_on=since)
    return official


def make_posting(
    official: Official,
    at: Ward | str,
    *,
    department: str = "van-phong",
    position: str = "van-thu",
    starts_on: datetime.date,
    ends_on: datetime.date | None = None,
) -> Posting:
    return Posting.objects.create(
        official=official,
        ward=ward(at) if isinstance(at, str) else at,
        department=Department.objects.get(code=department),
        position=Position.objects.get(code=position),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def make_hr(*, of_ward: str = "", of_province: str = "", username: str = "") -> User:
    """HR of a ward, of a province or, with neither, of the country."""
    user = make_user(username, display_name="Cán bộ nhân sự")
    Scope.objects.create(
        user=user,
        ward=ward(of_ward) if of_ward else None,
        province=province(of_province) if of_province else None,
    )
    return user


@dataclass
class Cast:
    """Lan studies in Cầu Ông Lãnh; her ward's and her province's HR see her; Nghệ An's HR must see nothing."""

    lan: Official
    ward_hr: User
    province_hr: User
    other_hr: User
    trainer: User
    admin: User


def make_cast() -> Cast:
    trainer = make_user("giang-vien", display_name="Giảng viên")
    trainer.groups.add(Group.objects.get_or_create(name="Trainers")[0])
    return Cast(
        lan=make_official("Nguyễn Thị Lan", email="lan@phuong.example"),
        ward_hr=make_hr(of_ward=CAU_ONG_LANH, username="hr-phuong"),
        province_hr=make_hr(of_province=HO_CHI_MINH, username="hr-tinh"),
        other_hr=make_hr(of_province=NGHE_AN, username="hr-nghe-an"),
        trainer=trainer,
        admin=make_user("quan-tri", is_superuser=True, is_staff=True),
    )


def course_index() -> CourseIndex:
    return course_root()


class _NoTask:
    def enqueue(self, *args: Any) -> None:
        pass


@contextmanager
def unlisted() -> Iterator[None]:
    """Pages saved in here are not in the editor's search nor in its register of uses."""
    task, search.insert_or_update_object_task = search.insert_or_update_object_task, _NoTask()
    off = getattr(uses, "value", False)
    uses.value = True
    try:
        yield
    finally:
        uses.value = off
        search.insert_or_update_object_task = task


def make_course(title: str = "Chữ ký số", *, periods: int = 2) -> Course:
    """A published course as learners meet it; tests/courses/conftest.py has the one that editors meet."""
    with unlisted():
        return add_course(title, periods)


def add_course(title: str, periods: int) -> Course:
    course = Course(title=title, slug=f"{slugify(title)}-{next(_numbers)}", periods=periods)
    return course_index().add_child(instance=course)


def text_card(heading: str, body: str = "<p>Nội dung thẻ.</p>") -> tuple[str, dict[str, Any]]:
    return ("text", {"heading": heading, "body": body})


def make_module(
    course: Course,
    title: str = "Ký số đúng thứ tự",
    *,
    cards: int | list[tuple[str, dict[str, Any]]] = 3,
    publish: bool = True,
    **fields: Any,
) -> Module:
    """A module of so many text cards or of these, published as version 1 unless ``publish`` is False.

    As learners meet it: without the editor's revisions, search and register of uses, which take two thirds of
    the time. tests/courses/conftest.py has the one that editors meet.
    """
    with unlisted():
        module = add_module(course, title, cards, live=publish, **fields)
    if publish:
        publish_version(module)
        module.refresh_from_db()
    return module


def add_module(
    course: Course, title: str, cards: int | list[tuple[str, dict[str, Any]]], **fields: Any
) -> Module:
    if isinstance(cards, int):
        cards = [text_card(f"Thẻ {number}") for number in range(1, cards + 1)]
    module = Module(
        title=title,
        slug=f"{slugify(title)}-{next(_numbers)}",
        cards=cards,
        **fields,
    )
    return course.add_child(instance=module)


def publish_change(
    module: Module, *, change: str = "material", note: str = "Ký số trước khi cấp số.", card: int | None = 1
) -> ModuleVersion:
    """A further version, in which card number ``card`` (None: no card) says something new, with its answer."""
    module = Module.objects.get(pk=module.pk)
    if card is not None:
        block = module.cards[card - 1].value
        block["body"] = RichText(f"<p>Nội dung mới {next(_numbers)}.</p>")
    module.change, module.change_note = change, note
    module.minutes += 1  # so that there is a new version in any case
    module.change_basis = LegalBasis.objects.filter(number="123/2026/NĐ-CP").first() or make_basis(
        "123/2026/NĐ-CP", "Sửa đổi công tác văn thư"
    )
    with unlisted():
        module.save()
    return publish_version(module)


def make_basis(number: str = "30/2020/NĐ-CP", title: str = "Công tác văn thư", **fields: Any) -> LegalBasis:
    return LegalBasis.objects.create(number=number, title=title, **fields)


def enrol(
    official: Official, course: Course, *, due_on: datetime.date | None = None, period: int = 1
) -> Enrolment:
    return Enrolment.objects.create(official=official, course=course, due_on=due_on, period=period)


def make_completion(
    official: Official, course: Course | None = None, *, at: datetime.datetime | None = None, **fields: Any
) -> Completion:
    """A course completed without its lessons: the fact alone, with the posting of that day copied into it.

    Without ``course`` it is the official's next period in the first course there is.
    """
    at = at or timezone.now()
    course = course or Course.objects.first() or make_course()
    enrolment = enrol(official, course, period=1 + official.enrolments.filter(course=course).count())
    completion = Completion(
        enrolment=enrolment,
        official=official,
        course=enrolment.course,
        **{
            "full_name": official.full_name,
            "date_of_birth": official.date_of_birth,
            "course_title": enrolment.course.title,
            "periods": enrolment.course.periods,
            "started_on": timezone.localdate(at),
            "completed_at": at,
            "score": Decimal("9.50"),
            **fields,
        },
    )
    completion.copy_posting(official.posting_on(timezone.localdate(at)))
    completion.save(force_insert=True)
    Enrolment.objects.filter(pk=enrolment.pk).update(started_at=at, completed_at=at)
    return completion


def correct(completion: Completion, by: User, *, reason: str = "Sai họ tên", **fields: Any) -> Completion:
    """A correction: a further row that repeats the corrected one but for ``fields``."""
    corrected = Completion.objects.get(pk=completion.pk)
    corrected.pk, corrected.corrects, corrected.actor, corrected.reason = None, completion, by, reason
    corrected._state.adding = True
    for name, value in fields.items():
        setattr(corrected, name, value)
    corrected.save(force_insert=True)
    return corrected
