from wagtail.models import Locale, Page, Site

from courses.tree import course_root


def test_the_tree_holds_the_folder_of_courses_and_nothing_else(db):
    assert [(page.title, page.depth) for page in Page.objects.order_by("path")] == [
        ("Root", 1),
        ("Khóa học", 2),
    ]
    assert Page.get_first_root_node().numchild == 1
    assert Page.find_problems() == ([], [], [], [], [])


def test_the_one_site_begins_at_the_folder_of_courses(db):
    assert [site.root_page.specific for site in Site.objects.all()] == [course_root()]


def test_content_is_vietnamese(db):
    assert [locale.language_code for locale in Locale.objects.all()] == ["vi"]
    assert course_root().locale.language_code == "vi"
