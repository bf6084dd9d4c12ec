"""Makes BARE's tables and rows; prints the session keys of its users, one JSON list."""

import json
import os

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare.settings"
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from tests.bench.bare.models import Lesson
    from tests.bench.sessions import sign_in

    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # then the app that has no migrations
    paragraph = "Văn bản điện tử được ký số theo đúng trình tự thì có giá trị như bản gốc văn bản giấy. " * 3
    for number in range(1, 21):
        Lesson.objects.create(pk=number, title=f"Bài {number}", body="\n\n".join([paragraph] * 11))
    print(json.dumps([sign_in(User.objects.create_user(f"user{number}")) for number in range(64)]))


if __name__ == "__main__":
    main()
