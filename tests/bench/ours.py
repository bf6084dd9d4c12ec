"""Our side of ``pages``: fills the database that DATABASE_URL names, counts queries, prints what to ask for.

The last line is one JSON object: ``officials`` (session keys with nothing read, for first views), ``readers``
(everything read, for starts), ``sitters`` (an open attempt each: session, address, items), ``addresses`` and
``queries``.
"""

import json
import os
import uuid
from typing import Any

import django

ROUNDS, CONNECTIONS, STARTS = 5, 16, 6  # starts per connection and round; each official has two modules
FRESH = (ROUNDS + 1) * CONNECTIONS
READERS = (ROUNDS + 1) * CONNECTIONS * STARTS // 2
SITTERS = 64
CHOOSING = ("single", "multiple", "true-false")  # one key of the paper answers them


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    from django.core.management import call_command

    from lms.starter.loading import SIGNATURES, load_course
    from people.units import load_units

    call_command("migrate", verbosity=0, interactive=False)
    load_units()
    course = load_course(SIGNATURES)
    modules = list(course.modules().select_related("current_version"))[:2]
    enrolments = enrol(course, FRESH + READERS + SITTERS + 1)
    fresh, readers = enrolments[:FRESH], enrolments[FRESH : FRESH + READERS]
    sitters, counted = enrolments[FRESH + READERS : -1], enrolments[-1]
    mark_read([*readers, *sitters, counted], modules)
    lessons = [f"/khoa-hoc/{course.slug}/{module.slug}/" for module in modules]
    cards = [
        f"{lesson}the/{number}/"
        for lesson, module in zip(lessons, modules, strict=True)
        for number in numbers(module)
    ]
    cookies = [session_of(enrolment) for enrolment in [*fresh, *readers]]
    print(
        json.dumps(
            {
                "officials": cookies[:FRESH],
                "readers": cookies[FRESH:],
                "sitters": [sitter(enrolment) for enrolment in sitters],
                "addresses": {"cards": cards, "starts": [f"{lesson}kiem-tra/" for lesson in lessons]},
                "queries": count_queries(counted, cards[0], f"{lessons[0]}kiem-tra/"),
            }
        )
    )


def numbers(module: Any) -> range:
    return range(1, len(module.current_version.cards) + 1)


def enrol(course: Any, count: int) -> list[Any]:
    """Officials with account and posting, enrolled; in bulk, as an import leaves them."""
    from django.utils import timezone

    from people.models import Department, Official, Position, Posting, User, Ward
    from records.models import Enrolment

    users = [User(username=f"bench-{number}", password="!") for number in range(count)]
    officials = [
        Official(
            staff_number=f"BENCH-{number}",
            full_name=f"Nguyễn Thị {['Lan', 'Hoa', 'Mai'][number % 3]}",
            user=user,
        )
        for number, user in enumerate(User.objects.bulk_create(users))
    ]
    for official in officials:
        official.derive()
    ward = Ward.objects.get(code="26758", scheme="vn-2025")
    where = {"ward": ward, "department": Department.objects.first(), "position": Position.objects.first()}
    Official.objects.bulk_create(officials)
    since = timezone.localdate().replace(year=2025, month=7, day=1)
    Posting.objects.bulk_create(
        Posting(official=official, starts_on=since, **where) for official in officials
    )
    return Enrolment.objects.bulk_create(
        [Enrolment(official=official, course=course, due_on=timezone.localdate()) for official in officials]
    )


def mark_read(enrolments: list[Any], modules: list[Any]) -> None:
    from django.utils import timezone

    from records.models import Enrolment, ModuleProgress

    now = timezone.now()
    ModuleProgress.objects.bulk_create(
        ModuleProgress(
            enrolment=enrolment,
            module=module,
            version=module.current_version,
            card_total=len(module.current_version.cards),
            cards_seen=module.current_version.card_ids,
            read_at=now,
        )
        for enrolment in enrolments
        for module in modules
    )
    Enrolment.objects.filter(pk__in=[enrolment.pk for enrolment in enrolments]).update(started_at=now)


def session_of(enrolment: Any) -> str:
    from django.utils import timezone

    from tests.bench.sessions import sign_in

    # Of this week, so that no request also prolongs it (people.middleware.SlidingSessionMiddleware).
    return sign_in(enrolment.official.user, week=timezone.localdate().toordinal() // 7)


def sitter(enrolment: Any) -> dict[str, Any]:
    from quizzes.starting import start_attempt

    attempt = start_attempt(enrolment.progress.select_related("version", "module__current_version").first())
    items = {
        item.order: item.option_order[:1]
        for item in attempt.items.filter(question_version__kind__in=CHOOSING)
    }
    return {"session": session_of(enrolment), "path": f"/luot/{attempt.key}/", "items": items}


def count_queries(enrolment: Any, card: str, start: str) -> dict[str, int]:
    """Statements per page, without those that only open and close transactions."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from quizzes.models import Attempt

    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=False)
    client.cookies["sessionid"] = session_of(enrolment)

    def count(method: str, path: str, **request: Any) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = getattr(client, method)(path, **request)
        assert response.status_code in (200, 302), (path, response.status_code)
        control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        return sum(not query["sql"].startswith(control) for query in captured.captured_queries)

    client.get("/")  # the first request of a process reads what later ones remember
    result = {"home": count("get", "/"), "lesson": count("get", card), "quiz_start": count("post", start)}
    attempt = Attempt.objects.get(enrolment=enrolment)
    item = attempt.items.filter(question_version__kind__in=CHOOSING).first()
    step = {"item": item.order, "response": item.option_order[:1], "operation_id": str(uuid.uuid4())}
    result["paper"] = count("get", f"/luot/{attempt.key}/")
    result["answer"] = count(
        "post", f"/luot/{attempt.key}/tra-loi/", data=json.dumps(step), content_type="application/json"
    )
    return result


if __name__ == "__main__":
    main()
