"""The two roles of the editors: trainers and reviewers, each with what they need below the folder of courses.

Wagtail's own groups go: nobody is in them, and one name for one thing is enough.
"""

from django.db import migrations

ROLES = ("Trainers", "Reviewers")
PAGE_ACTIONS = ("add", "change", "publish")
# (app, model, actions, name): permissions are normally made after all migrations; the groups need them now.
MODELS = (
    ("wagtailadmin", "admin", ("access",), "access Wagtail admin"),
    ("courses", "legalbasis", ("add", "change", "delete", "view"), "legal basis"),
)
COLLECTION_MODELS = (("wagtailimages", "image", ("add", "change", "choose"), "image"),)


def make_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    CourseIndex = apps.get_model("courses", "CourseIndex")
    Collection = apps.get_model("wagtailcore", "Collection")
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    Group.objects.filter(name__in=["Editors", "Moderators"]).delete()
    root, collection = CourseIndex.objects.get(), Collection.objects.get(depth=1)
    for name in ROLES:
        group, _created = Group.objects.get_or_create(name=name)
        for permission in permissions(apps, MODELS):
            group.permissions.add(permission)
        for permission in permissions(apps, [("wagtailcore", "page", PAGE_ACTIONS, "page")]):
            GroupPagePermission.objects.get_or_create(group=group, page_id=root.pk, permission=permission)
        for permission in permissions(apps, COLLECTION_MODELS):
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=permission
            )


def permissions(apps, models):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    for app, model, actions, name in models:
        content_type, _created = ContentType.objects.get_or_create(app_label=app, model=model)
        for action in actions:
            yield Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {name}"},
            )[0]


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0003_course_root"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailcore", "0098_apitoken"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
