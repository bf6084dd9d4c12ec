"""The dry run: what a roster would change, and every way in which a row can be wrong."""

import datetime
import unicodedata

import pytest
import time_machine

from people.models import Department, Official, Position, Posting, Scope, Ward
from people.roster import Kind, plan
from tests.factories import BINH_THANH, CAU_ONG_LANH, THANH_VINH, make_hr, make_official, make_posting, ward
from tests.people.conftest import ROW, roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime.datetime(2026, 11, 22, 5, tzinfo=datetime.UTC), tick=False):
        yield


def errors(*rows, user=None):
    return [(error.row, error.column) for error in plan(roster(*rows), user=user).errors]


def messages(*rows, user=None):
    return [error.message for error in plan(roster(*rows), user=user).errors]


def kinds(*rows, user=None):
    return [row.kind for row in plan(roster(*rows), user=user).rows]


def changes(*rows, user=None):
    return [[str(change) for change in row.changes] for row in plan(roster(*rows), user=user).rows]


def known(**fields):
    """An official as the good row describes her, already on the roster."""
    official = make_official(
        ROW["full_name"],
        staff_number=ROW["staff_number"],
        date_of_birth=datetime.date(1990, 8, 15),
        email=ROW["email"],
        phone=ROW["phone"],
        **{"account": False, **fields},
    )
    official.postings.update(decision=ROW["decision"])
    return official


# --- What changes ----------------------------------------------------------------------------------------


def test_a_new_official_with_every_fact():
    dry_run = plan(roster({"ends_on": "31/12/2026"}), user=None)
    assert [row.kind for row in dry_run.rows] == [Kind.NEW]
    assert [str(change) for change in dry_run.rows[0].changes] == [
        "Họ và tên: Nguyễn Thị Ánh",
        "Ngày sinh: 15/08/1990",
        "Thư điện tử: nguyenthianh@xa.example.vn",
        "Điện thoại: 0901234567",
        "Đơn vị: Phường Cầu Ông Lãnh (26758)",
        "Phòng ban: Văn phòng HĐND và UBND",
        "Vị trí công tác: Văn thư",
        "Từ ngày: 01/07/2025",
        "Đến ngày: 31/12/2026",
        "Số quyết định: 12/QĐ-UBND",
    ]
    assert dry_run.errors == []


def test_a_dry_run_writes_nothing():
    known()
    plan(roster({"full_name": "Nguyễn Thị Ảnh"}, {"staff_number": "CB-0002"}), user=None)
    assert Official.objects.get().full_name == ROW["full_name"]
    assert Posting.objects.count() == 1


def test_what_is_already_so_is_unchanged():
    known()
    assert kinds({}) == [Kind.UNCHANGED]


def test_the_staff_number_is_found_whatever_its_case():
    known()
    assert kinds({"staff_number": "cb-0001"}) == [Kind.UNCHANGED]


def test_a_changed_fact_is_shown_before_and_after():
    known()
    row = {"full_name": "Nguyễn Thị Ảnh", "email": "anh@xa.example.vn"}
    assert kinds(row) == [Kind.CHANGED]
    assert changes(row) == [
        [
            "Họ và tên: Nguyễn Thị Ánh → Nguyễn Thị Ảnh",
            "Thư điện tử: nguyenthianh@xa.example.vn → anh@xa.example.vn",
        ]
    ]


def test_an_empty_cell_erases_nothing():
    official = known()
    official.postings.update(ends_on=datetime.date(2026, 12, 31))
    empty = {"date_of_birth": "", "email": "", "phone": "", "ends_on": "", "decision": ""}
    assert kinds(empty) == [Kind.UNCHANGED]


def test_an_absent_column_erases_nothing():
    known()
    optional = {"date_of_birth", "email", "phone", "ends_on", "decision"}
    short = roster({})
    for key in optional:
        short.rows[0].values.pop(key)
    assert [row.kind for row in plan(short, user=None).rows] == [Kind.UNCHANGED]


def test_the_same_first_day_corrects_the_posting():
    known()
    row = {"position": "Kế toán", "ends_on": "31/12/2026"}
    assert kinds(row) == [Kind.CHANGED]
    assert changes(row) == [["Vị trí công tác: Văn thư → Kế toán", "Đến ngày: 31/12/2026"]]


def test_a_later_first_day_is_a_transfer_that_ends_the_old_posting_the_day_before():
    known()
    row = {
        "ward_code": BINH_THANH,
        "ward_name": "Phường Bình Thạnh",
        "starts_on": "01/03/2026",
        "decision": "",
    }
    assert kinds(row) == [Kind.TRANSFER]
    assert changes(row) == [
        [
            "Đến ngày (Văn thư, Văn phòng HĐND và UBND, Phường Cầu Ông Lãnh (26758)): 28/02/2026",
            "Đơn vị: Phường Bình Thạnh (26929)",
            "Phòng ban: Văn phòng HĐND và UBND",
            "Vị trí công tác: Văn thư",
            "Từ ngày: 01/03/2026",
        ]
    ]


def test_several_dated_postings_of_one_person():
    rows = [
        {"starts_on": "01/07/2025", "ends_on": "31/01/2026"},
        {"starts_on": "01/02/2026", "position": "Kế toán", "decision": ""},
    ]
    assert kinds(*rows) == [Kind.NEW, Kind.POSTING]
    assert kinds(*reversed(rows)) == [Kind.NEW, Kind.POSTING]


def test_an_earlier_posting_can_be_added_afterwards():
    known(since=datetime.date(2026, 1, 1))
    assert kinds({"starts_on": "01/07/2025", "ends_on": "31/12/2025"}) == [Kind.POSTING]


def test_a_file_from_before_a_transfer_does_not_undo_it():
    official = known()
    official.postings.update(ends_on=datetime.date(2026, 1, 31))
    make_posting(official, BINH_THANH, starts_on=datetime.date(2026, 2, 1))
    assert kinds({}) == [Kind.UNCHANGED]


def test_people_who_are_not_in_the_file_stay_as_they_are():
    make_official("Lê Văn Bảy")
    assert plan(roster({}), user=None).changed_officials == []
    assert [official.staff_number for official in plan(roster({}), user=None).new_officials] == ["CB-0001"]


def test_names_are_stored_in_nfc_however_the_file_writes_them():
    official = plan(roster({"full_name": unicodedata.normalize("NFD", "Trần Đặng Ngữ")}), user=None)
    official.new_officials[0].derive()
    assert official.new_officials[0].full_name == "Trần Đặng Ngữ"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("ward_code", "1843"),
        ("ward_name", "Bắc Kạn"),
        ("ward_name", "P. Bắc Kạn"),
        ("ward_name", "UBND phường bắc kạn"),
        ("ward_name", "PHUONG BAC KAN"),
        ("department", "van-phong"),
        ("department", "văn phòng hđnd và ubnd"),
        ("department", "Phòng Văn hóa - Xã hội"),
        ("position", "cong chuc tu phap - ho tich"),
        ("starts_on", "1/7/2025"),
        ("starts_on", "2025-07-01"),
        ("starts_on", "01-07-2025"),
        ("phone", "+84 901 234 567"),
        ("phone", "901234567"),
        ("phone", "028.3812.3456"),
    ],
)
def test_usual_ways_of_writing_are_understood(field, text):
    row = {"ward_code": "01843", "ward_name": "Phường Bắc Kạn"}
    assert messages({**row, field: text}) == []


def test_every_ward_in_force_is_known_by_its_own_name():
    for unit in Ward.objects.select_related("province").order_by("?")[:40]:
        assert messages({"ward_code": unit.code, "ward_name": unit.name}) == []


def test_a_unit_whose_bare_name_begins_like_a_kind():
    """Xã Xà Phìn without its kind is "Xà Phìn", which without marks begins with "xa"."""
    unit = Ward.objects.filter(name__startswith="Xã Xà ").first()
    assert messages({"ward_code": unit.code, "ward_name": unit.name.removeprefix("Xã ")}) == []


def test_a_phone_number_is_stored_as_dialled():
    assert plan(roster({"phone": "901 234 567"}), user=None).new_officials[0].phone == "0901234567"


def test_counts_name_every_kind():
    known()
    counts = plan(
        roster({}, {"staff_number": "CB-2"}, {"staff_number": "CB-3", "email": "x"}), user=None
    ).counts
    assert counts == {"new": 1, "transfer": 0, "posting": 0, "changed": 0, "unchanged": 1, "error": 1}


# --- What is wrong with a row ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field",
    ["staff_number", "full_name", "ward_code", "ward_name", "department", "position", "starts_on"],
)
def test_required_cells_may_not_be_empty(field):
    assert errors({field: ""}) == [(2, field)]


@pytest.mark.parametrize(
    ("field", "text", "part"),
    [
        ("staff_number", "CB 1", "not a staff number"),
        ("staff_number", "CÁN-BỘ", "not a staff number"),
        ("staff_number", "X" * 33, "not a staff number"),
        ("full_name", "Nguyễn Văn 2", "no digits"),
        ("full_name", "Ă" * 121, "Longer than 120"),
        ("date_of_birth", "1990", "not a date"),
        ("date_of_birth", "31/02/1990", "not a date"),
        ("date_of_birth", "15/08/2024", "cannot be"),
        ("email", "anh@", "not an e-mail"),
        ("phone", "12", "not a phone"),
        ("phone", "090123456x", "not a phone"),
        ("starts_on", "13/13/2025", "not a date"),
        ("starts_on", "45839", "not a date"),
        ("starts_on", "01/07/25", "not a date"),
        ("starts_on", "01/07/2205", "year"),
        ("ends_on", "30/06/2025", "before the beginning"),
        ("decision", "9" * 81, "Longer than 80"),
        ("ward_code", "99999", "No unit has the code 99999"),
        ("ward_code", "quận 1", "No unit has the code"),
    ],
)
def test_a_wrong_cell_is_named_with_the_reason(field, text, part):
    found = plan(roster({field: text}), user=None).errors
    assert [(error.row, error.column) for error in found] == [(2, field)]
    assert part in found[0].message


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    assert errors({"full_name": "", "email": "x", "starts_on": "x"}) == [
        (2, "full_name"),
        (2, "email"),
        (2, "starts_on"),
    ]


def test_a_name_that_does_not_match_its_code():
    (message,) = messages({"ward_name": "Phường Nguyễn Cư Trinh"})
    assert "26758 belongs to Phường Cầu Ông Lãnh, Thành phố Hồ Chí Minh" in message
    assert "before 1 July 2025" in message
    # Phường Thành Vinh is in Nghệ An; 15229 is a commune of the same name in Thanh Hóa.
    assert errors({"ward_code": "15229", "ward_name": "Phường Thành Vinh"}) == [(2, "ward_name")]


def test_a_code_of_the_old_list():
    Ward.objects.create(
        code="00001",
        scheme="vn-legacy",
        kind="phuong",
        name="Phường Phúc Xá",
        province=ward().province,
        as_of=datetime.date(2025, 6, 30),
    )
    (message,) = messages({"ward_code": "00001", "ward_name": "Phường Phúc Xá"})
    assert "is the code of Phường Phúc Xá in the list before 1 July 2025" in message


def test_unknown_departments_and_positions_list_the_allowed_ones():
    (department, position) = messages({"department": "Phòng Nội vụ", "position": "Bảo vệ"})
    assert "“Phòng Nội vụ”" in department
    assert all(name in department for name in Department.objects.values_list("name", flat=True))
    assert all(name in position for name in Position.objects.values_list("name", flat=True))


def test_one_staff_number_for_two_people():
    rows = [{}, {"full_name": "Lê Văn Bảy", "starts_on": "01/01/2027", "email": ""}]
    assert (3, "full_name") in errors(*rows)
    assert "Row 2 has the same staff number but says “Nguyễn Thị Ánh”." in messages(*rows)


def test_the_same_row_twice():
    assert errors({}, {}) == [(3, "starts_on")]
    assert "Row 2 already has the posting" in messages({}, {})[0]


def test_two_postings_in_the_file_that_share_a_day():
    rows = [{"ends_on": "01/02/2026"}, {"starts_on": "01/02/2026"}]
    assert errors(*rows) == [(3, "starts_on")]
    assert "the one in row 2" in messages(*rows)[0]
    assert errors({"ends_on": "31/01/2026"}, {"starts_on": "01/02/2026"}) == []


def test_two_open_postings_in_the_file():
    assert errors({}, {"starts_on": "01/02/2026"}) == [(3, "starts_on")]


def test_a_posting_that_shares_days_with_a_recorded_one():
    official = known()
    official.postings.update(ends_on=datetime.date(2026, 6, 30))
    (message,) = messages({"starts_on": "01/06/2026"})
    assert "one already recorded" in message
    assert "from 01/07/2025 to 30/06/2026" in message
    assert errors({"starts_on": "01/07/2026"}) == []


def test_an_earlier_posting_without_an_end_before_a_recorded_one():
    known(since=datetime.date(2026, 1, 1))
    assert errors({"starts_on": "01/07/2025"}) == [(2, "starts_on")]


def test_one_wrong_row_of_a_person_does_not_breed_further_errors():
    known()
    rows = [{"ends_on": "31/01/2026", "email": "x"}, {"starts_on": "01/02/2026"}]
    assert errors(*rows) == [(2, "email")]


def test_the_address_of_the_cell_is_the_one_in_the_file():
    table = roster({})
    table.places["email"] = 3
    assert table.cell(2, "email") == "D2"
    assert table.cell(2, "phone") == ""


# --- Rule 8: nobody imports over another's people --------------------------------------------------------


def test_ward_hr_imports_its_own_officials(cast):
    assert kinds({}, user=cast.ward_hr) == [Kind.NEW]


def test_a_row_for_a_ward_outside_the_scope(cast):
    row = {"ward_code": BINH_THANH, "ward_name": "Phường Bình Thạnh"}
    assert errors(row, user=cast.ward_hr) == [(2, "ward_code")]
    assert "Phường Bình Thạnh is outside your scope" in messages(row, user=cast.ward_hr)[0]
    assert kinds(row, user=cast.province_hr) == [Kind.NEW]


def test_nobody_takes_over_or_edits_another_wards_official(cast):
    """Neither by a transfer into one's own ward nor by a row that merely knows the number."""
    official = known(at=BINH_THANH)
    for row in ({"starts_on": "01/03/2026"}, {"full_name": "Tên Khác"}, {}):
        assert errors(row, user=cast.ward_hr) == [(2, "staff_number")]
        assert errors(row, user=cast.other_hr) == [(2, "ward_code")]
    message = messages({"starts_on": "01/03/2026"}, user=cast.ward_hr)[0]
    assert official.full_name not in message
    assert "Bình Thạnh" not in message


def test_the_province_transfers_between_its_wards(cast):
    known(at=BINH_THANH)
    assert kinds({"starts_on": "01/03/2026"}, user=cast.province_hr) == [Kind.TRANSFER]


def test_a_transfer_from_another_province_needs_a_scope_that_covers_both(cast):
    known(at=THANH_VINH)
    assert errors({"starts_on": "01/03/2026"}, user=cast.province_hr) == [(2, "staff_number")]
    both = make_hr(of_ward=CAU_ONG_LANH)
    Scope.objects.create(user=both, ward=ward(THANH_VINH))
    assert kinds({"starts_on": "01/03/2026"}, user=both) == [Kind.TRANSFER]
    assert kinds({"starts_on": "01/03/2026"}, user=make_hr()) == [Kind.TRANSFER]


def test_an_official_who_moved_away_is_no_longer_ours_to_edit(cast):
    official = known()
    official.postings.update(ends_on=datetime.date(2026, 1, 31))
    make_posting(official, BINH_THANH, starts_on=datetime.date(2026, 2, 1))
    assert errors({"email": "x@xa.example.vn"}, user=cast.ward_hr) == [(2, "staff_number")]


def test_a_row_cannot_end_a_posting_outside_the_scope(cast):
    """She serves here until June and is then promised to another ward, whose posting stays untouched."""
    official = known()
    official.postings.update(ends_on=datetime.date(2027, 6, 30))
    make_posting(official, BINH_THANH, starts_on=datetime.date(2027, 7, 1))
    assert errors({"starts_on": "01/08/2027"}, user=cast.ward_hr) == [(2, "starts_on")]
    assert errors({"starts_on": "01/07/2027"}, user=cast.ward_hr) == [(2, "starts_on")]


def test_an_official_who_serves_nowhere_is_the_administrators(cast):
    known(at=None)
    assert errors({}, user=make_hr()) == [(2, "staff_number")]
    assert kinds({}, user=cast.admin) == [Kind.POSTING]


def test_hr_cannot_redirect_the_codes_of_an_account_that_sees_other_people(cast):
    """A code for signing in goes to the roster's address, so it would be a way into a wider scope."""
    official = known(account=True)
    row = {"email": "hr@xa.example.vn", "phone": "0909999999"}
    assert kinds(row, user=cast.ward_hr) == [Kind.CHANGED]
    Scope.objects.create(user=official.user)
    assert errors(row, user=cast.ward_hr) == [(2, "email")]
    assert errors(row, user=make_hr()) == [(2, "email")]
    assert kinds({"phone": "0909999999"}, user=cast.ward_hr) == [Kind.CHANGED]
    assert kinds(row, user=cast.admin) == [Kind.CHANGED]


def test_an_account_without_scope_can_import_nothing(cast):
    assert errors({}, user=cast.trainer) == [(2, "ward_code")]


# --- Shared addresses ---------------------------------------------------------------------------------------


def shared(*rows, user=None):
    return [(each.address, each.names, each.more) for each in plan(roster(*rows), user=user).shared]


def test_an_address_of_two_rows_is_a_warning_and_no_error():
    rows = [{}, {"staff_number": "CB-2", "full_name": "Lê Văn Bảy", "email": "NguyenThiAnh@xa.example.vn"}]
    names = ["Nguyễn Thị Ánh (CB-0001)", "Lê Văn Bảy (CB-2)"]
    assert shared(*rows) == [("nguyenthianh@xa.example.vn", names, 0)]
    assert kinds(*rows) == [Kind.NEW, Kind.NEW]


def test_rows_of_one_official_share_nothing():
    again = {"starts_on": "01/07/2026", "position": "Kế toán"}
    assert shared({}, again) == shared({}, {"staff_number": "CB-2", "email": ""}) == []


def test_an_address_that_another_official_of_the_scope_has_is_a_warning(cast):
    make_official("Lê Văn Bảy", staff_number="CB-2", email=ROW["email"], account=False)
    names = ["Nguyễn Thị Ánh (CB-0001)", "Lê Văn Bảy (CB-2)"]
    for user in (None, cast.admin, cast.province_hr, cast.ward_hr):
        assert shared({}, user=user) == [(ROW["email"], names, 0)]
    known()
    assert shared({}, {"staff_number": "CB-2", "email": "bay@xa.example.vn"}) == []


def test_who_has_an_address_outside_the_scope_is_not_told(cast):
    make_official("Lê Văn Bảy", at=THANH_VINH, email=ROW["email"], account=False)
    assert shared({}, user=cast.ward_hr) == shared({}, user=cast.province_hr) == []
    assert len(shared({}, user=cast.admin)) == 1


def test_of_an_offices_common_address_only_some_names_are_shown():
    rows = [{"staff_number": f"CB-{number}"} for number in range(8)]
    [(_address, names, more)] = shared(*rows)
    assert (names[0], len(names), more) == ("Nguyễn Thị Ánh (CB-0)", 5, 3)


# --- Cost ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_number_of_queries_does_not_grow_with_the_rows(count, cast, django_assert_num_queries):
    rows = [{"staff_number": f"CB-{number}"} for number in range(count)]
    make_official("Lê Văn Bảy", staff_number="CB-0")
    with django_assert_num_queries(10):
        plan(roster(*rows), user=cast.province_hr)
