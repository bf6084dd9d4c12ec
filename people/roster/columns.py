"""The roster's columns. Their headings are the file format itself, so they are Vietnamese in every language."""

from lms.lib.spreadsheets import Column

COLUMNS = [
    Column("staff_number", ("Mã cán bộ", "Mã CB", "Mã số cán bộ", "Số hiệu cán bộ"), required=True),
    Column("full_name", ("Họ và tên", "Họ tên"), required=True),
    Column("date_of_birth", ("Ngày sinh", "Ngày tháng năm sinh")),
    Column("email", ("Thư điện tử", "Email", "E-mail", "Địa chỉ thư điện tử")),
    Column("phone", ("Điện thoại", "Số điện thoại")),
    Column("ward_code", ("Mã đơn vị", "Mã xã", "Mã phường, xã"), required=True),
    # Required although the code says it all: the same five digits named other places before 1 July 2025,
    # and only the name beside the code shows that somebody used the old list.
    Column("ward_name", ("Đơn vị", "Tên đơn vị", "Phường, xã"), required=True),
    Column("department", ("Phòng ban", "Phòng, ban", "Bộ phận"), required=True),
    Column("position", ("Vị trí công tác", "Chức vụ", "Chức danh"), required=True),
    Column("starts_on", ("Từ ngày", "Ngày bắt đầu"), required=True),
    Column("ends_on", ("Đến ngày", "Ngày kết thúc")),
    Column("decision", ("Số quyết định", "Quyết định số")),
]
BY_KEY = {column.key: column for column in COLUMNS}
REQUIRED = [column.key for column in COLUMNS if column.required]

PERSON = (
    "full_name",
    "date_of_birth",
    "email",
    "phone",
)  # facts about the official, the rest about the posting

# The template's example row; a file that still holds it is read without it.
EXAMPLE_NUMBER = "VIDU-001"
EXAMPLE = {
    "staff_number": EXAMPLE_NUMBER,
    "full_name": "Nguyễn Thị Ánh",
    "date_of_birth": "15/08/1990",
    "email": "nguyenthianh@xa.example.vn",
    "phone": "0901234567",
    "ward_code": "26758",
    "ward_name": "Phường Cầu Ông Lãnh",
    "department": "Văn phòng HĐND và UBND",
    "position": "Văn thư",
    "starts_on": "01/07/2025",
    "ends_on": "",
    "decision": "12/QĐ-UBND",
}


def heading(key: str) -> str:
    return BY_KEY[key].heading
