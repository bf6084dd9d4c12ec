"""The inside of the benchmark ``reports``: fills an empty PostgreSQL database, or measures in it."""

import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

OFFICIALS, COURSES, ROUNDS = 10_000, 20, 5
COUNTRY_HR = "country-hr"

FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đỗ", "Vũ", "Đặng"]
MIDDLE = ["Thị", "Văn", "Minh", "Ngọc", "Thanh"]
GIVEN = ["Ánh", "Bình", "Đức", "Hạnh", "Lan", "Quý", "Ủy", "Yến"]

# Seven of ten begun, five of ten completed; due dates sixty days around today.
ENROLMENTS = """
INSERT INTO records_enrolment (official_id, course_id, period, due_on, enrolled_at, started_at, completed_at)
SELECT o.id, c.page_ptr_id, 1, current_date + ((o.id * 7 + c.page_ptr_id) % 120)::int - 60, now(),
  CASE WHEN (o.id + c.page_ptr_id) % 10 < 7 THEN now() - interval '1 hour' * (24 + (o.id % 2000)) END,
  CASE WHEN (o.id + c.page_ptr_id) % 10 < 5 THEN now() - interval '1 hour' * (o.id % 20) END
FROM people_official o CROSS JOIN courses_course c
"""
COMPLETIONS = """
INSERT INTO records_completion (enrolment_id, official_id, course_id, full_name, course_title, periods, started_on,
  completed_at, score, reason, ward_id, ward_name, province_name, department_id, department_name, position_id,
  position_name)
SELECT e.id, e.official_id, e.course_id, o.full_name, g.title, 2, e.started_at::date, e.completed_at, 8.5, '',
  w.id, w.name, p.name, d.id, d.name, s.id, s.name
FROM records_enrolment e JOIN people_official o ON o.id = e.official_id JOIN wagtailcore_page g ON g.id = e.course_id
JOIN people_posting t ON t.official_id = o.id JOIN people_ward w ON w.id = t.ward_id
JOIN people_province p ON p.id = w.province_id JOIN people_department d ON d.id = t.department_id
JOIN people_position s ON s.id = t.position_id WHERE e.completed_at IS NOT NULL
"""
COPY = """
COPY (SELECT o.staff_number, o.full_name, w.name, p.name, s.name, g.title, e.started_at::date, e.completed_at::date,
  c.periods, c.score, e.due_on
FROM records_enrolment e JOIN people_official o ON o.id = e.official_id JOIN wagtailcore_page g ON g.id = e.course_id
JOIN people_posting t ON t.official_id = o.id JOIN people_ward w ON w.id = t.ward_id
JOIN people_province p ON p.id = w.province_id JOIN people_position s ON s.id = t.position_id
LEFT JOIN records_completion c ON c.enrolment_id = e.id ORDER BY w.sort_key, o.sort_key, e.due_on) TO STDOUT WITH CSV
"""


def fill() -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from people.models import Department, Official, Position, Posting, Ward
    from people.units import load_units
    from tests.factories import make_course, make_hr

    call_command("migrate", verbosity=0, interactive=False)
    load_units()
    make_hr(username=COUNTRY_HR)
    for number in range(COURSES):
        make_course(f"Khóa {number}")
    chance = random.Random(1)
    officials = [
        Official(
            staff_number=f"CB{number:06d}",
            full_name=f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}",
        )
        for number in range(OFFICIALS)
    ]
    for official in officials:
        official.derive()
    Official.objects.bulk_create(officials, batch_size=2000)
    wards, departments, positions = (
        list(model.objects.values_list("pk", flat=True)) for model in (Ward, Department, Position)
    )
    Posting.objects.bulk_create(
        [
            Posting(
                official=official,
                ward_id=wards[number % len(wards)],
                department_id=departments[number % len(departments)],
                position_id=positions[number % len(positions)],
                starts_on=timezone.localdate().replace(month=1, day=1),
            )
            for number, official in enumerate(officials)
        ],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute(ENROLMENTS)
        cursor.execute(COMPLETIONS)
        cursor.execute("VACUUM ANALYZE")
    return {}


def milliseconds(work: Callable[[], Any]) -> int:
    """Median of a few, after one to warm up."""
    work()
    times = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return round(1000 * statistics.median(times))


def measure() -> dict[str, Any]:
    from django.db import connection
    from django.utils import translation

    from people.models import User
    from people.scope import wards_in_scope
    from reports.figures import Filters, serving_by_ward
    from reports.lines import ward_lines
    from tests.reports.conftest import hr_client

    translation.activate("vi")
    user = User.objects.get(username=COUNTRY_HR)
    wards = wards_in_scope(user)
    browser = hr_client(user)
    found: dict[str, Any] = {
        "dashboard_ms": milliseconds(lambda: serving_by_ward(wards, Filters())),
        "dashboard_table_ms": milliseconds(lambda: ward_lines(wards, Filters())),
        "dashboard_page_ms": milliseconds(lambda: browser.get("/quan-ly/").content),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    response = browser.get("/quan-ly/xuat/csv/")
    size = lines = 0
    for part in response.streaming_content:
        found.setdefault("export_first_byte_ms", round(1000 * (time.perf_counter() - begun)))
        size += len(part)
        lines += part.count(b"\r\n")
    took = time.perf_counter() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    begun = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for _data in copy:
            pass
    copied = time.perf_counter() - begun
    return found | {
        "export_rows": lines - 1,
        "export_s": round(took, 2),
        "export_mb": round(size / 1e6, 1),
        "copy_s": round(copied, 2),
        "export_ratio": round(took / copied, 2),
        "export_memory_mb": round(grown / 1024),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    print(json.dumps({"fill": fill, "measure": measure}[sys.argv[1]]()))
