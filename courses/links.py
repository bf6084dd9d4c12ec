"""Links from one lesson to another."""

from django.utils.html import format_html
from wagtail.rich_text.pages import PageLinkHandler

from courses.models import LessonPage


class LessonLinkHandler(PageLinkHandler):
    """A link in a card leads to where learners read the other lesson, not to the editors' view of it."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        return [
            format_html('<a href="{}">', page.learner_path()) if isinstance(page, LessonPage) else "<a>"
            for page in cls.get_many(attrs_list)
        ]
