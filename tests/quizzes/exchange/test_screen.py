"""The editors' screens of import and export."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from quizzes.exchange.question import MAX_BYTES, Picture
from quizzes.models import Question, QuestionImport
from tests.conftest import HouseClient
from tests.factories import Cast, make_cast, make_user
from tests.quizzes.conftest import make_bank
from tests.quizzes.exchange.files import forty_with_two_bad, read
from tests.quizzes.exchange.strategies import PNG
from tests.quizzes.exchange.test_importing import single

pytestmark = pytest.mark.django_db
INDEX = "/quan-tri/nhap-cau-hoi/"


@pytest.fixture
def people() -> Cast:
    return make_cast()


@pytest.fixture
def desk(client: Client, people: Cast) -> Client:
    client.force_login(people.trainer)
    return client


def upload(desk: Client, data: bytes | str, bank: Any, name: str = "cau.gift") -> Any:
    data = data.encode() if isinstance(data, str) else data
    return desk.post(INDEX, {"bank": bank.pk, "file": SimpleUploadedFile(name, data)})


def test_uploading_changes_no_bank_and_a_repeated_import_imports_once(desk: Client):
    bank = make_bank()
    address = upload(desk, forty_with_two_bad(), bank).url
    assert not Question.objects.filter(bank=bank).exists()
    form = {"chosen": [str(number) for number in range(38)], "bank": bank.pk, "publish": "draft"}
    for _again in range(2):
        assert desk.post(address, form).status_code == 302 or Question.objects.filter(bank=bank).count() == 38
    assert Question.objects.filter(bank=bank).count() == 38


def test_another_trainers_upload_and_its_pictures_do_not_exist(desk: Client, people: Cast):
    from quizzes.exchange import moodle_writing

    bank = make_bank()
    address = upload(desk, moodle_writing.write([single(picture=Picture(PNG, "Hình"))]), bank, "a.xml").url
    stored = QuestionImport.objects.get()
    (name,) = stored.reading["pictures"]
    assert b"".join(desk.get(f"/media/{name}").streaming_content) == PNG
    other = make_user("giang-vien-2")
    other.groups.add(Group.objects.get(name="Trainers"))
    desk.force_login(other)
    assert [desk.get(path).status_code for path in (address, f"/media/{name}")] == [404, 404]
    desk.force_login(people.lan.user)
    assert all(desk.get(path).status_code != 200 for path in (INDEX, address, f"/media/{name}"))


def test_an_upload_beyond_the_limit_is_told_and_not_kept(desk: Client):
    answer = upload(desk, b"x" * (MAX_BYTES + 1), make_bank())
    assert answer.status_code == 400
    assert "20 MB" in answer.content.decode()
    assert not QuestionImport.objects.exists()


def test_an_upload_without_the_token_is_refused(people: Cast):
    strict = HouseClient(enforce_csrf_checks=True)
    strict.force_login(people.trainer)
    assert upload(strict, "Câu?{T}", make_bank()).status_code == 403


def test_who_may_not_publish_imports_drafts(desk: Client, settings: Any):
    settings.REVIEW_REQUIRED = True
    bank = make_bank()
    address = upload(desk, "Câu?{T}\n", bank).url
    form = {"chosen": ["0"], "bank": bank.pk}
    assert desk.post(address, form | {"publish": "publish"}).status_code == 404
    assert not Question.objects.filter(bank=bank).exists()
    desk.post(address, form | {"publish": "draft"})
    assert Question.objects.get(bank=bank).live is False


def test_hostile_text_is_shown_as_text(desk: Client):
    address = upload(desk, "[plain]<script>alert(1)</script>{=<b>a</b> ~c#<i>x</i>}\n", make_bank()).url
    page = desk.get(address).content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>a</b>" not in page


def test_the_commands_say_line_and_reason_and_write_what_is_sound(people: Cast, tmp_path: Any):
    bank, file, out = make_bank(), tmp_path / "cau.gift", io.StringIO()
    file.write_text(forty_with_two_bad(), encoding="utf-8")
    call_command("import_questions", str(file), bank=bank.name, dry_run=True, stdout=out)
    assert not Question.objects.filter(bank=bank).exists()
    call_command("import_questions", str(file), bank=bank.name, publish=True, stdout=out)
    assert " 13: " in out.getvalue()
    assert Question.objects.filter(bank=bank).published().count() == 38
    with pytest.raises(CommandError):
        call_command("import_questions", str(file), bank=bank.name, stdout=out)
    for format in ("gift", "moodle", "xlsx", "aiken"):
        target = tmp_path / f"ra.{format}"
        call_command("export_questions", bank=bank.name, format=format, output=target, stdout=out, stderr=out)
        assert len(read(target.read_bytes()).questions) == 38
