"""The trainer's way: export at the course, upload elsewhere, look, import as drafts."""

import io
from datetime import timedelta

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from courses.exchange.uploads import forget_old
from courses.models import Course, CourseImport
from courses.tree import course_root
from quizzes.coursefile.writing import write_course
from tests.factories import Cast
from tests.quizzes.coursefile.conftest import changed, make_whole_course

INDEX = "/quan-tri/nhap-khoa-hoc/"


def upload(client, data: bytes):
    return client.post(INDEX, {"file": SimpleUploadedFile("khoa-hoc.zip", data)})


def test_a_trainer_uploads_looks_and_imports(client, cast: Cast, exported):
    client.force_login(cast.trainer)
    response = upload(client, exported)
    stored = CourseImport.objects.get()
    assert response.url == reverse("course_import", args=[stored.pk])
    page = client.get(response.url).content.decode()
    for text in ("Ký số đúng thứ tự", "30/2020/NĐ-CP", "Văn thư", "Nhập thành bản nháp"):
        assert text in page
    assert not Course.objects.exists()
    for _ in range(2):  # a double click
        client.post(response.url)
    course = Course.objects.get()
    assert "Mở “Chữ ký số”" in client.get(response.url).content.decode()
    assert course.owner == cast.trainer
    again = upload(client, exported)
    assert "không tạo thêm" in client.get(again.url).content.decode()
    newer = changed(exported, lambda document: document["course"].update(title="Bản mới"))
    assert "khóa học khác" in client.get(upload(client, newer.getvalue()).url).content.decode()


def test_problems_are_shown_and_no_button(client, cast: Cast, exported):
    client.force_login(cast.trainer)
    broken = changed(exported, lambda document: document["course"].update(title=""))
    response = upload(client, broken.getvalue())
    page = client.get(response.url).content.decode()
    assert "khóa học: " in page
    assert "Nhập thành bản nháp" not in page
    assert client.post(response.url).status_code == 409
    assert not Course.objects.exists()
    assert "hỏng" in upload(client, b"x").content.decode()


def test_a_trainer_exports_a_course_at_its_page(client, cast: Cast):
    course = make_whole_course()
    client.force_login(cast.trainer)
    address = reverse("course_export", args=[course.pk])
    assert address in client.get(reverse("wagtailadmin_explore", args=[course.pk])).content.decode()
    assert INDEX in client.get(reverse("wagtailadmin_explore", args=[course_root().pk])).content.decode()
    assert "Đóng dấu" in client.get(address).content.decode()
    response = client.get(f"{address}?tai=1")
    assert response.content == write_course(course).data
    assert response.headers["Content-Disposition"] == f'attachment; filename="{course.slug}.zip"'


def test_others_find_neither_the_files_nor_the_export(client, cast: Cast, exported):
    course = make_whole_course()
    client.force_login(cast.trainer)
    upload(client, exported)
    stored = CourseImport.objects.get()
    for user in (cast.lan.user, cast.ward_hr):
        client.force_login(user)
        for address in (INDEX, f"{INDEX}{stored.pk}/", reverse("course_export", args=[course.pk])):
            assert client.get(address).status_code == 404
    other = type(cast.trainer).objects.create(username="khac")
    other.groups.set(cast.trainer.groups.all())
    client.force_login(other)
    assert client.get(f"{INDEX}{stored.pk}/").status_code == 404


def test_an_upload_is_forgotten_after_a_week(client, cast: Cast, exported):
    client.force_login(cast.trainer)
    upload(client, exported)
    stored = CourseImport.objects.get()
    assert forget_old() == 0
    CourseImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert forget_old() == 1
    assert not default_storage.exists(stored.file)
    page = client.get(f"{INDEX}{stored.pk}/").content.decode()
    assert "Hãy tải lên lại" in page


def test_the_command_writes_the_same_file(db, tmp_path):
    course = make_whole_course()
    call_command("export_course", course.slug, str(tmp_path / "a.zip"), stdout=io.StringIO())
    assert (tmp_path / "a.zip").read_bytes() == write_course(course).data
