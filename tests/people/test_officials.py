"""Officials found and sorted, their postings dated without overlap, the units loaded and loaded again."""

import datetime
import random
import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from lms.lib.text import name_key
from people.models import Department, Official, Posting, Province, Ward
from people.units import DEPARTMENTS, load_units
from tests.factories import BINH_THANH, make_official, make_posting, ward

pytestmark = pytest.mark.django_db

NAMES = [
    "Nguyễn Thị Ánh",
    "Trần Đức Dũng",
    "Đặng Văn Đạt",
    "Lê Thị Oanh",
    "Hồ Ông",
    "Vũ Văn Ơn",
    "Ngô Thị Ưng",
    "Phạm Uyên",
    "Bùi Văn An",
    "Lý Ân",
    "Đỗ Thị Ẩn",
    "Hà Thị Yến",
]


# --- Found and sorted (rule 10) --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nguyen", ["Nguyễn Thị Ánh"]),
        ("Nguyễn", ["Nguyễn Thị Ánh"]),
        ("d", ["Bùi Văn Đ", "Trần Đức Dũng"]),
        ("đ", ["Bùi Văn Đ", "Trần Đức Dũng"]),
        ("dung duc", ["Trần Đức Dũng"]),
        ("ĐỨC", ["Trần Đức Dũng"]),
        ("duc anh", []),
        ("cb-7", ["Nguyễn Thị Ánh"]),
        ("7", []),
        ("", ["Nguyễn Thị Ánh", "Bùi Văn Đ", "Trần Đức Dũng"]),
        ("%", []),
        ("_", []),
    ],
)
def test_search_without_diacritics(typed, found):
    make_official("Nguyễn Thị Ánh", staff_number="CB-7")
    make_official("Trần Đức Dũng", staff_number="CB-8")
    make_official("Bùi Văn Đ", staff_number="XX-9")
    assert set(Official.objects.search(typed).values_list("full_name", flat=True)) == set(found)


def test_names_are_stored_and_found_in_nfc():
    official = make_official("Đa\u0323ng  Thi\u0323 Ngu\u031b\u0303")
    assert official.full_name == "Đạng Thị Ngữ"
    assert Official.objects.search("Ngu\u031b\u0303").get() == official


def test_the_database_sorts_as_the_key_says_and_both_databases_alike():
    shuffled = NAMES.copy()
    random.Random(3).shuffle(shuffled)
    Official.objects.bulk_create(
        Official(staff_number=f"CB-{number}", full_name=name, sort_key=name_key(name), search_text="")
        for number, name in enumerate(shuffled)
    )
    assert list(Official.objects.values_list("full_name", flat=True)) == [
        "Bùi Văn An",
        "Nguyễn Thị Ánh",
        "Lý Ân",
        "Đỗ Thị Ẩn",
        "Trần Đức Dũng",
        "Đặng Văn Đạt",
        "Lê Thị Oanh",
        "Hồ Ông",
        "Vũ Văn Ơn",
        "Phạm Uyên",
        "Ngô Thị Ưng",
        "Hà Thị Yến",
    ]


def test_a_staff_number_is_one_persons_whatever_its_case():
    make_official(staff_number="CB-1", account=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_official(staff_number="cb-1", account=False)


# --- Postings --------------------------------------------------------------------------------------------------------

JULY = datetime.date(2025, 7, 1)


@pytest.fixture
def lan():
    """In Cầu Ông Lãnh from July 2025 to June 2026."""
    official = make_official("Nguyễn Thị Lan", since=JULY)
    official.postings.update(ends_on=datetime.date(2026, 6, 30))
    return official


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        ("2026-06-30", None),
        ("2026-01-01", "2026-02-01"),
        ("2025-01-01", "2025-07-01"),
        ("2025-01-01", None),
        ("2025-07-01", "2025-07-01"),
    ],
)
def test_the_database_refuses_two_postings_that_share_a_day(lan, starts_on, ends_on):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_posting(lan, BINH_THANH, starts_on=day(starts_on), ends_on=day(ends_on))
    assert lan.postings.count() == 1


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [("2026-07-01", None), ("2025-01-01", "2025-06-30"), ("2026-07-01", "2026-07-01")],
)
def test_postings_side_by_side_are_fine(lan, starts_on, ends_on):
    make_posting(lan, BINH_THANH, starts_on=day(starts_on), ends_on=day(ends_on))
    assert lan.postings.count() == 2


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def test_an_update_cannot_bring_an_overlap_about_either(lan):
    later = make_posting(lan, BINH_THANH, starts_on=datetime.date(2026, 7, 1))
    for change in ({"starts_on": datetime.date(2026, 6, 30)}, {"starts_on": datetime.date(2025, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.objects.filter(pk=later.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        lan.postings.exclude(pk=later.pk).update(ends_on=None)


def test_an_end_before_the_beginning_is_refused(lan):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_posting(lan, BINH_THANH, starts_on=datetime.date(2027, 1, 2), ends_on=datetime.date(2027, 1, 1))


def test_two_people_may_serve_at_the_same_time(lan):
    assert make_official("Lê Văn Bảy", since=JULY).postings.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_leave_one_posting():
    official = make_official(at=None)
    start = threading.Barrier(2)
    refused = []

    def write(code):
        try:
            start.wait()
            make_posting(official, code, starts_on=JULY)
        except IntegrityError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(code,)) for code in ("26758", "26929")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Posting.objects.count(), len(refused)) == (1, 1)


def test_the_posting_of_a_day(lan):
    later = make_posting(lan, BINH_THANH, starts_on=datetime.date(2026, 8, 1))
    first = lan.postings.get(starts_on=JULY)
    on = {
        "2025-06-30": None,
        "2025-07-01": first,
        "2026-06-30": first,
        "2026-07-15": first,  # between two postings the last one still counts
        "2026-08-01": later,
        "2030-01-01": later,
    }
    assert {text: lan.posting_on(day(text)) for text in on} == on


def test_who_serves_in_a_ward_on_a_day(lan):
    wards = Ward.objects.filter(pk=ward().pk)
    assert list(Official.objects.serving(wards, on=datetime.date(2026, 6, 30))) == [lan]
    assert not Official.objects.serving(wards, on=datetime.date(2026, 7, 1)).exists()


# --- Units -----------------------------------------------------------------------------------------------------------


def test_the_units_in_force_since_1_july_2025_are_all_there():
    assert Province.objects.filter(scheme="vn-2025").count() == 34
    assert Ward.objects.filter(scheme="vn-2025").count() == 3_321
    assert Department.objects.count() == len(DEPARTMENTS)
    assert all(len(code) == 5 for code in Ward.objects.values_list("code", flat=True))


def test_the_wards_of_the_demonstration_are_where_they_belong():
    expected = {
        "26758": ("Phường Cầu Ông Lãnh", "79"),
        "26929": ("Phường Bình Thạnh", "79"),
        "27004": ("Phường Tân Bình", "79"),
        "26995": ("Phường Tân Hòa", "79"),
        "27439": ("Phường Bình Hưng Hòa", "79"),
        "27604": ("Xã Tân Vĩnh Lộc", "79"),
        "16681": ("Phường Thành Vinh", "40"),
        "01843": ("Phường Bắc Kạn", "19"),
        "05443": ("Phường Phan Đình Phùng", "19"),
        "26041": ("Phường Trấn Biên", "75"),
        "28201": ("Xã Phước Vĩnh Tây", "80"),
        "28108": ("Xã Cần Đước", "80"),
    }
    found = Ward.objects.filter(code__in=expected, scheme="vn-2025").values_list(
        "code", "name", "province__code"
    )
    assert {code: (name, province) for code, name, province in found} == expected


def test_loading_again_updates_by_code_and_deletes_nothing(lan):
    """A name that changed is brought up to date; a unit that left the list stays, for evidence points to it."""
    mine = ward()
    Ward.objects.filter(pk=mine.pk).update(name="Phường Tên Cũ", search_text="phuong ten cu 26758")
    Department.objects.filter(code="van-phong").update(name="Tên cũ")
    gone = Ward.objects.create(
        code="99999",
        kind="xa",
        name="Xã Đã Bỏ",
        province=mine.province,
        as_of=datetime.date(2025, 7, 1),
    )
    own = Department.objects.create(code="rieng", name="Phòng riêng của tỉnh")
    keys = dict(Ward.objects.values_list("code", "pk"))
    assert load_units() == {"provinces": 34, "wards": 3_321, "departments": 6, "positions": 16}
    mine.refresh_from_db()
    assert (mine.name, mine.search_text) == ("Phường Cầu Ông Lãnh", "phuong cau ong lanh 26758")
    assert Department.objects.get(code="van-phong").name == "Văn phòng HĐND và UBND"
    assert dict(Ward.objects.values_list("code", "pk")) == keys
    assert {gone, own} == {Ward.objects.get(code="99999"), Department.objects.get(code="rieng")}
    assert lan.postings.get().ward == mine


def test_loading_the_same_lists_again_writes_nothing():
    with CaptureQueriesContext(connection) as queries:
        load_units()
    assert [
        query["sql"] for query in queries if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ] == []


def test_the_same_code_in_two_lists_names_two_places():
    legacy = Ward.objects.create(
        code="26758",
        scheme="vn-legacy",
        kind="phuong",
        name="Phường Nguyễn Cư Trinh",
        province=ward().province,
        as_of=datetime.date(2025, 6, 30),
    )
    assert ward().name == "Phường Cầu Ông Lãnh"
    load_units()
    legacy.refresh_from_db()
    assert legacy.name == "Phường Nguyễn Cư Trinh"
