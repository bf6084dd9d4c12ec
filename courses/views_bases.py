"""The register's answer to "what rests on this document?"."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from courses.endings import ending_of
from courses.models import LegalBasis
from courses.resting import heading_of, places, resting_on
from people.access import editor_required


@editor_required
@require_safe
def resting(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that names it in a draft, in what learners meet today or in an earlier version."""
    basis = get_object_or_404(LegalBasis.objects.select_related("replaced_by"), pk=pk)
    found = resting_on(basis)
    return render(
        request,
        "courses/admin/resting.html",
        {
            "basis": basis,
            "ending": ending_of(basis),
            "kinds": [(name, heading_of(name), things) for name, things in found.items()],
            "courses": places(found["lessons"]),
            "replaces": basis.replaces.order_by("number"),
            "anything": any(found.values()),
        },
    )
