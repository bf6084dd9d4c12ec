"""Our side of ``answers``: fills the database that DATABASE_URL names with learners who have read everything.

The last line is one JSON object: ``readers`` and ``sitters`` as in tests.bench.ours, ``starts`` (addresses).
"""

import json
import os

import django

ROUNDS = 4
LEVELS = {16: 4, 64: 2}  # concurrent learners: requests of each in a round; two starts make one reader
READERS = (ROUNDS + 1) * sum(learners * count for learners, count in LEVELS.items()) // 2
SITTERS = 64


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    from django.core.management import call_command

    from lms.starter.loading import SIGNATURES, load_course
    from people.units import load_units
    from tests.bench.ours import enrol, mark_read, session_of, sitter

    call_command("migrate", verbosity=0, interactive=False)
    load_units()
    course = load_course(SIGNATURES)
    modules = list(course.modules().select_related("current_version"))[:2]
    enrolments = enrol(course, READERS + SITTERS)
    mark_read(enrolments, modules)
    print(
        json.dumps(
            {
                "readers": [session_of(enrolment) for enrolment in enrolments[:READERS]],
                "sitters": [sitter(enrolment) for enrolment in enrolments[READERS:]],
                "starts": [f"/khoa-hoc/{course.slug}/{module.slug}/kiem-tra/" for module in modules],
            }
        )
    )


if __name__ == "__main__":
    main()
