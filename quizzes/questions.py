"""What makes a question answerable and gradable: checked in the editor's form and again at publishing."""

from django.utils.translation import gettext as _

from lms.lib.text import exact
from quizzes.kinds import Draft, Fault, kind_of


def faults(draft: Draft) -> list[str]:
    """Sentences that say what has to be mended before the question can be published; empty when nothing."""
    found = [] if exact(draft.stem) else [Fault(_("The question has no text."), field="stem")]
    kind = kind_of(draft.kind)
    if kind.takes_picture and not draft.has_picture:
        found.append(Fault(_("This kind of question needs a picture."), field="image"))
    if draft.has_picture and not exact(draft.picture_alt):
        text = _("Say what the picture shows, for people who cannot see it.")
        found.append(Fault(text, field="image_alt"))
    return [*found, *kind.faults(draft)]
