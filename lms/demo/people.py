"""The demo's roster: who works where. Nobody in it exists."""

import datetime
from collections.abc import Iterator
from random import Random

from django.utils import timezone

from people.models import Ward, WardKind

CAU_ONG_LANH, BINH_THANH = "26758", "26929"
HO_CHI_MINH = [CAU_ONG_LANH, BINH_THANH, "27004", "26995", "27439", "27604"]
NORTH_AND_EAST = ["16681", "01843", "05443", "26041"]
TAY_NINH = ["28201", "28108"]
WARDS = [*HO_CHI_MINH, *NORTH_AND_EAST, *TAY_NINH]

# The first seats of every unit; "kinh-te" becomes the larger division in a ward (Decree 150/2025/NĐ-CP).
SEATS = [
    ("trung-tam-pvhcc", "tiep-nhan-ho-so"),
    ("van-phong", "van-thu"),
    ("van-phong", "tu-phap-ho-tich"),
    ("kinh-te", "dia-chinh"),
    ("van-phong", "to-chuc-nhan-su"),
    ("kinh-te", "ke-toan"),
    ("van-hoa-xa-hoi", "chuyen-vien"),
    ("lanh-dao", "pho-chu-tich"),
    ("trung-tam-pvhcc", "tiep-nhan-ho-so"),
    ("van-phong", "chanh-van-phong"),
    ("van-hoa-xa-hoi", "truong-phong"),
    ("trung-tam-pvhcc", "pho-giam-doc-trung-tam"),
]
SIZE = dict.fromkeys(WARDS, 8) | {CAU_ONG_LANH: 12}

# Names as they really are written: long and short, with hyphen and apostrophe, of several peoples.
SPECIAL = {
    CAU_ONG_LANH: [
        "Nguyễn Thị Ánh",
        "Trần Hữu Đức",
        "Công Tằng Tôn Nữ Mỹ Hương",
        "Lâm Tú Anh",
        "Nguyễn Thị Lan",
    ],
    BINH_THANH: ["Nguyễn Thị Lan", "Thạch Sô Phia", "Vũ Ơn"],
    "27439": ["Y-Blai Niê", "Phạm Thị Ngọc-Anh"],
    "16681": ["Lô Văn Ơn", "Vi Thị Đào", "Lầu Bá Tểnh"],
    "01843": ["Nông Thị Ơn", "Triệu Mùi Nhậy", "Ma Văn Đông"],
    "05443": ["Dương Thị Được", "Lường Văn Sỹ"],
    "26041": ["K'Thoa", "Điểu Thị Lan-Anh"],
    "28201": ["H'Mai Ê-ban", "Đỗ Đình Đang"],
    "28108": ["Nguyễn Đặng Thùy Dương", "Rơ Châm H'Yéo"],
}
FAMILIES = (
    "Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh "
    "Lương Mai Tạ Quách"
)
WOMEN = (
    "Bích Châu Diễm Duyên Giang Hà Hạnh Hằng Huệ Hương Liên Linh Loan My Nga Ngân Nhung Oanh Phượng Quyên Quỳnh "
    "Sương Thảo Thơ Thủy Trang Trâm Tuyết Uyên Vân Xuân Yến"
)
MEN = (
    "An Bảo Bình Chiến Cường Danh Dũng Duy Đạt Điền Hải Hậu Hiếu Hòa Hùng Huy Khánh Khoa Kiên Lâm Long Lộc Mạnh "
    "Nam Nghĩa Nhân Phong Phúc Quân Quang Quý Sơn Tài Tâm Thắng Thịnh Thuận Tiến Toàn Trí Trường Tuấn Tùng Vinh"
)
WOMENS_MIDDLE = ["Thị", "Thị", "Thị Thu", "Thị Ngọc", "Ngọc", "Thùy", "Kim"]
MENS_MIDDLE = ["Văn", "Văn", "Đức", "Hữu", "Minh", "Quốc", "Công", "Thanh", "Xuân"]

FIRST, SECOND, MOVED = "CB001", "CB002", "CB003"
BY_MAIL = {"CB002", "CB005", "CB031"}  # the others have no address: nobody's inbox is filled by a demo


def roster_rows() -> Iterator[dict[str, str]]:
    """The rows of the demo's roster file, by column key, as ``people.roster`` reads them."""
    chance = Random(2025)  # noqa: S311 - invented people, not secrets
    wards = {ward.code: ward for ward in Ward.objects.filter(code__in=WARDS, scheme="vn-2025")}
    number = 0
    for code in WARDS:
        names = iter(SPECIAL.get(code, []))
        for department, position in SEATS[: SIZE[code]]:
            number += 1
            yield _row(
                f"CB{number:03d}", next(names, None) or _name(chance), wards[code], department, position
            ) | {
                "date_of_birth": f"{_birthday(chance):%d/%m/%Y}",
                "starts_on": "01/07/2025",
                "decision": f"{number:02d}/QĐ-UBND",
            }


def transfer_rows(full_name: str) -> list[dict[str, str]]:
    """A second roster, after some have learnt: one official moves to the next ward today."""
    ward = Ward.objects.get(code=BINH_THANH, scheme="vn-2025")
    return [
        _row(MOVED, full_name, ward, "van-phong", "tu-phap-ho-tich")
        | {"starts_on": f"{timezone.localdate():%d/%m/%Y}", "decision": "215/QĐ-UBND"}
    ]


def _row(number: str, name: str, ward: Ward, department: str, position: str) -> dict[str, str]:
    if department == "kinh-te" and ward.kind == WardKind.WARD:
        department = "kinh-te-ha-tang"
    return {
        "staff_number": number,
        "full_name": name,
        "email": f"{number.lower()}@demo.example" if number in BY_MAIL else "",
        "ward_code": ward.code,
        "ward_name": ward.name,
        "department": department,
        "position": position,
    }


def _name(chance: Random) -> str:
    middle, given = chance.choice([(WOMENS_MIDDLE, WOMEN), (MENS_MIDDLE, MEN)])
    return f"{chance.choice(FAMILIES.split())} {chance.choice(middle)} {chance.choice(given.split())}"


def _birthday(chance: Random) -> datetime.date:
    return datetime.date(1968, 1, 1) + datetime.timedelta(days=chance.randrange(33 * 365))
