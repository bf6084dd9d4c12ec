"""Who may fetch the files of lessons."""

from django.db.models import Q

from people.access import is_editor
from people.models import User
from records.models import ModuleProgress


def may_fetch(user: User, document_id: int) -> bool:
    """Editors, and whoever studies a version that shows the file; of a lesson that was withdrawn, only who is still
    in the middle of its course. Three queries at most.
    """
    official = getattr(user, "official", None)
    studied = Q(module__live=True) | Q(enrolment__completed_at=None)
    return (
        official is not None
        and ModuleProgress.objects.filter(
            studied, enrolment__official=official, version__documents__document=document_id
        ).exists()
    ) or is_editor(user)
