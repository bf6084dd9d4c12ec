"""Where the courses hang in Wagtail's page tree."""

from courses.models import CourseIndex


def course_root() -> CourseIndex:
    """The one folder of all courses, made by migration 0003; the site's root page."""
    root: CourseIndex = CourseIndex.objects.get()
    return root
