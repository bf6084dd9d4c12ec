"""The tree holds one thing: the folder of courses, in place of Wagtail's welcome page."""

import uuid

from django.conf import settings
from django.db import migrations


def make_root(apps, schema_editor):
    CourseIndex = apps.get_model("courses", "CourseIndex")
    if CourseIndex.objects.exists():
        return
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    ContentType = apps.get_model("contenttypes", "ContentType")
    root = Page.objects.get(depth=1)
    welcome = Page.objects.filter(path=f"{root.path}0001", slug="home", numchild=0).first()
    index = CourseIndex.objects.create(
        title="Khóa học",
        draft_title="Khóa học",
        slug="khoa-hoc",
        url_path="/khoa-hoc/",
        path=f"{root.path}{'0002' if welcome else '0001'}",
        depth=2,
        numchild=0,
        live=True,
        content_type=ContentType.objects.get_or_create(app_label="courses", model="courseindex")[0],
        locale=Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)[0],
        translation_key=uuid.uuid4(),
    )
    if not Site.objects.update(root_page_id=index.pk):
        Site.objects.create(hostname="localhost", root_page_id=index.pk, is_default_site=True)
    if welcome:
        welcome.delete()
    Page.objects.filter(pk=root.pk).update(numchild=Page.objects.filter(depth=2).count())


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_evidence"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(make_root, migrations.RunPython.noop)]
