"""Applying a roster: all of it or nothing, twice is once, and nobody hears of it by mail."""

import datetime
import io
import threading
from unittest import mock

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.models import Message
from people.models import Official, Posting, RosterImport, User
from people.roster import (
    Roster,
    RosterChanged,
    RosterHasErrors,
    apply,
    apply_import,
    plan,
    read_roster,
)
from people.roster.columns import BY_KEY, EXAMPLE_NUMBER
from people.roster.importing import keep
from tests.factories import BINH_THANH, make_hr, make_official
from tests.lib.workbooks import xlsx
from tests.people.conftest import ROW, roster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

MOVED = {
    "ward_code": BINH_THANH,
    "ward_name": "Phường Bình Thạnh",
    "position": "Kế toán",
    "starts_on": "01/03/2026",
    "decision": "",
}


def state():
    """All that a roster may write, as plain values."""
    people = Official.objects.values_list(
        "staff_number", "full_name", "date_of_birth", "email", "phone", "search_text", "sort_key", "user"
    )
    postings = Posting.objects.values_list(
        "official__staff_number",
        "ward__code",
        "department__code",
        "position__code",
        "starts_on",
        "ends_on",
        "decision",
    )
    return list(people.order_by("staff_number")), list(
        postings.order_by("official__staff_number", "starts_on")
    )


def put(*rows, user=None):
    return apply(plan(roster(*rows), user=user))


def file_of(*rows):
    keys = list(ROW)
    return xlsx(
        [[BY_KEY[key].heading for key in keys], *([{**ROW, **row}[key] for key in keys] for row in rows)]
    )


# --- What is written ------------------------------------------------------------------------------------------------


def test_a_new_official_stands_in_the_database_as_in_the_file():
    put({"full_name": "Đặng  Thi\u0323 Ngư\u0303"})
    (people, postings) = state()
    assert people[0][:6] == (
        "CB-0001",
        "Đặng Thị Ngữ",
        datetime.date(1990, 8, 15),
        "nguyenthianh@xa.example.vn",
        "0901234567",
        "dang thi ngu",
    )
    assert postings == [
        ("CB-0001", "26758", "van-phong", "van-thu", datetime.date(2025, 7, 1), None, "12/QĐ-UBND")
    ]


def test_a_transfer_keeps_the_old_posting_with_its_end():
    put({})
    put(MOVED)
    assert state()[1] == [
        (
            "CB-0001",
            "26758",
            "van-phong",
            "van-thu",
            datetime.date(2025, 7, 1),
            datetime.date(2026, 2, 28),
            "12/QĐ-UBND",
        ),
        ("CB-0001", "26929", "van-phong", "ke-toan", datetime.date(2026, 3, 1), None, ""),
    ]


def test_a_renamed_official_is_found_and_sorted_by_the_new_name():
    put({})
    put({"full_name": "Trần Văn Đủ"})
    official = Official.objects.search("du").get()
    assert (official.full_name, official.sort_key < "zz") == ("Trần Văn Đủ", True)
    assert not Official.objects.search("anh").exists()


@pytest.mark.parametrize("rows", [[{}], [{}, {"staff_number": "CB-2"}], [{"ends_on": "28/02/2026"}, MOVED]])
def test_the_same_roster_twice_changes_nothing_the_second_time(rows):
    put(*rows)
    before = state()
    again = put(*rows)
    assert not again.changes_anything
    assert state() == before


def test_a_transfer_applied_twice_changes_nothing_the_second_time():
    put({})
    put(MOVED)
    before = state()
    assert put(MOVED).counts["unchanged"] == 1
    put({})
    assert state() == before


def test_nobody_is_deleted_by_absence():
    put({}, {"staff_number": "CB-2"})
    put({"staff_number": "CB-2"})
    assert Official.objects.count() == Posting.objects.count() == 2


def test_an_import_makes_no_account_and_changes_none():
    official = make_official("Lê Văn Bảy", staff_number="CB-0001", email="cu@xa.example.vn")
    accounts = list(User.objects.values())
    put({})
    assert list(User.objects.values()) == accounts
    official.refresh_from_db()
    assert official.email == ROW["email"]


def test_an_import_mails_nobody(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        put({}, {"staff_number": "CB-2"})
        put(MOVED)
    assert (callbacks, mail.outbox, Message.objects.count()) == ([], [], 0)


# --- All or nothing -------------------------------------------------------------------------------------------------


def test_a_file_with_one_wrong_row_is_not_applied_at_all():
    dry_run = plan(roster({}, {"staff_number": "CB-2", "email": "x"}), user=None)
    assert (dry_run.fine_rows, len(dry_run.errors)) == (1, 1)
    with pytest.raises(RosterHasErrors) as refused:
        apply(dry_run)
    assert refused.value.plan.fine_rows == 1
    assert state() == ([], [])


def test_a_failure_in_the_last_step_leaves_nothing_behind():
    put({})
    before = state()
    with (
        mock.patch.object(Posting.objects, "bulk_create", side_effect=OSError("disk")),
        pytest.raises(OSError, match="disk"),
    ):
        put(MOVED, {"staff_number": "CB-2"})
    assert state() == before


def test_what_changed_since_the_preview_is_not_written_unseen():
    put({})
    shown = plan(roster({"email": "moi@xa.example.vn"}), user=None)
    Official.objects.update(email="khac@xa.example.vn")
    with pytest.raises(RosterChanged) as refused:
        apply(shown)
    assert [str(change) for change in refused.value.plan.rows[0].changes] == [
        "Thư điện tử: khac@xa.example.vn → moi@xa.example.vn"
    ]
    assert Official.objects.get().email == "khac@xa.example.vn"


def test_what_became_wrong_since_the_preview_is_not_written(cast):
    shown = plan(roster({}), user=cast.ward_hr)
    cast.ward_hr.scopes.all().delete()
    with pytest.raises(RosterHasErrors):
        apply(shown)


def test_an_official_that_appears_between_look_and_write_is_no_server_error():
    shown = plan(roster({}), user=None)
    with (
        mock.patch.object(Official.objects, "bulk_create", side_effect=IntegrityError),
        pytest.raises(RosterChanged),
    ):
        apply(shown)


# --- Uploads --------------------------------------------------------------------------------------------------------


def test_an_upload_keeps_its_rows_until_it_is_applied(cast):
    file = file_of({}, {"staff_number": "CB-2", "ends_on": "31/12/2026"})
    table = read_roster(file)
    stored = keep(table, file, name="cán bộ.xlsx", user=cast.ward_hr)
    stored.refresh_from_db()
    assert Roster.from_json(stored.rows) == table
    assert len(stored.sha256) == 64
    shown = plan(table, user=cast.ward_hr)
    applied = apply_import(stored.pk, user=cast.ward_hr, digest=shown.digest)
    assert (applied.state, applied.counts["new"]) == (RosterImport.State.APPLIED, 2)
    assert Official.objects.filter(staff_number__startswith="CB-").count() == 2


def test_applying_an_upload_twice_is_applying_it_once(cast):
    file = file_of({})
    stored = keep(read_roster(file), file, name="a.xlsx", user=cast.ward_hr)
    digest = plan(Roster.from_json(stored.rows), user=cast.ward_hr).digest
    first = apply_import(stored.pk, user=cast.ward_hr, digest=digest)
    second = apply_import(stored.pk, user=cast.ward_hr, digest=digest)
    assert second.applied_at == first.applied_at
    assert second.counts["new"] == 1


def test_an_upload_that_is_refused_stays_a_preview(cast):
    file = file_of({})
    stored = keep(read_roster(file), file, name="a.xlsx", user=cast.ward_hr)
    with pytest.raises(RosterChanged):
        apply_import(stored.pk, user=cast.ward_hr, digest="another")
    stored.refresh_from_db()
    assert (stored.state, stored.applied_at, stored.counts) == (RosterImport.State.PREVIEWED, None, {})


def test_every_kind_of_cell_becomes_the_text_that_somebody_would_type():
    def types(sheet):
        sheet["A2"] = 12345
        sheet["C2"] = datetime.date(1990, 8, 15)
        sheet["E2"] = 901234567
        sheet["F2"] = 26758
        sheet["J2"] = datetime.datetime.combine(datetime.date(2025, 7, 1), datetime.time())

    keys = list(ROW)
    file = xlsx([[BY_KEY[key].heading for key in keys], [ROW[key] for key in keys]], edit=types)
    row = read_roster(file).rows[0]
    assert row.values == {**ROW, "staff_number": "12345", "phone": "901234567"}
    assert plan(Roster([row]), user=None).errors == []


def test_texts_from_a_file_are_exact():
    """NFC, no control characters, and the apostrophe of our own CSV export taken off again."""
    rows = [
        ["Mã cán bộ", "Họ và tên", "Điện thoại", *"xyzvw"],
        ["CB1", "Nguye\u0302\u0303n\u200b\u00a0Ánh", "'+84901234567"],
    ]
    headings = ["Mã đơn vị", "Đơn vị", "Phòng ban", "Vị trí công tác", "Từ ngày"]
    rows[0][3:] = headings
    values = read_roster(xlsx(rows)).rows[0].values
    assert (values["full_name"], values["phone"]) == ("Nguyễn Ánh", "+84901234567")


def test_a_nul_byte_from_an_xlsx_escape_never_reaches_the_database():
    file = file_of({"full_name": "Nguyễn_x0000_ Ánh"})
    stored = keep(read_roster(file), file, name="a\0.xlsx", user=None)
    stored.refresh_from_db()
    assert Roster.from_json(stored.rows).rows[0].values["full_name"] == "Nguyễn Ánh"
    assert stored.file_name == "a.xlsx"


def test_the_templates_example_row_is_left_out():
    table = read_roster(file_of({"staff_number": EXAMPLE_NUMBER}, {}))
    assert [row.number for row in table.rows] == [3]


# --- The command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path):
    def save(*rows):
        path = tmp_path / "roster.xlsx"
        path.write_bytes(file_of(*rows).getvalue())
        return path

    return save


def run(*args):
    output = io.StringIO()
    call_command("import_roster", *map(str, args), stdout=output, no_color=True)
    return output.getvalue()


def test_the_command_shows_the_plan_and_writes_nothing_by_itself(saved):
    output = run(saved({}))
    assert "CB-0001  Nguyễn Thị Ánh  [new official]" in output
    assert "Họ và tên: Nguyễn Thị Ánh" in output
    assert "Add --apply" in output
    assert not Official.objects.exists()


def test_the_command_applies_and_leaves_a_record(saved):
    assert "Written." in run(saved({}), "--apply")
    assert Official.objects.count() == 1
    record = RosterImport.objects.get()
    assert (record.state, record.counts["new"], record.uploaded_by) == ("applied", 1, None)


def test_the_command_names_cell_and_column_of_an_error(saved):
    with pytest.raises(CommandError, match="Rows with errors: 1, without: 1"):
        run(saved({}, {"staff_number": "CB-2", "email": "x"}), "--apply")
    assert not Official.objects.exists()


def test_the_command_can_be_held_to_an_accounts_scope(saved, cast):
    with pytest.raises(CommandError, match="Rows with errors: 1"):
        run(saved({}), "--apply", "--user", cast.other_hr.username)
    run(saved({}), "--apply", "--user", cast.ward_hr.username)
    with pytest.raises(CommandError, match="No account is called"):
        run(saved({}), "--user", "nobody")


def test_the_command_refuses_what_is_no_spreadsheet(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(CommandError, match="neither XLSX nor CSV"):
        run(path)
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "missing.xlsx")


# --- Cost and company -------------------------------------------------------------------------------------------------


def put_file(file, user):
    return apply(plan(read_roster(file), user=user))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_writing_costs_the_same_queries_for_one_row_and_for_many(count, django_assert_num_queries):
    known = [{"staff_number": f"CB-{number}"} for number in range(count)]
    put(*known)
    moved = [{**row, **MOVED, "full_name": "Tên Mới"} for row in known]
    added = [{"staff_number": f"M-{number}"} for number in range(count)]
    with django_assert_num_queries(17):
        put(*moved, *added)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_each_official_once():
    user = make_hr()
    start = threading.Barrier(2)
    results = []

    def work():
        shown = plan(roster(*({"staff_number": f"CB-{number}"} for number in range(50))), user=user)
        start.wait()
        try:
            apply(shown)
            results.append("written")
        except RosterChanged:
            results.append("changed")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["changed", "written"]
    assert Official.objects.count() == Posting.objects.count() == 50


DAYS = ["01/07/2025", "31/12/2025", "01/01/2026", "15/03/2026"]
random_rows = st.lists(
    st.fixed_dictionaries(
        {
            "staff_number": st.sampled_from(["CB-1", "CB-2"]),
            "starts_on": st.sampled_from(DAYS),
            "ends_on": st.sampled_from(["", *DAYS]),
            "position": st.sampled_from(["Văn thư", "Kế toán"]),
        }
    ),
    min_size=1,
    max_size=4,
)


@given(st.lists(random_rows, min_size=1, max_size=4))
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_files_come_the_plan_is_what_the_database_takes(files):
    """A file without errors is always written whole, and a second time changes nothing (rule 5)."""
    with transaction.atomic():
        for rows in files:
            dry_run = plan(roster(*rows), user=None)
            if not dry_run.errors:
                apply(dry_run)
                assert not plan(roster(*rows), user=None).changes_anything
        transaction.set_rollback(True)
