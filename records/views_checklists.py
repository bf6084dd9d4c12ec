"""The learner ticks an item of a checklist card."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses.rendering import cards_of
from people.access import official_of, official_required
from records.checklists import items_of, mark_item, mark_items
from records.forms_checklists import ListForm, TapForm
from records.learning import progress_in


@official_required
@require_POST
@never_cache
def mark(request: HttpRequest, course: str, module: str, number: int) -> HttpResponse:
    """With an operation id: one tap, answered as JSON. Without: the form, answered by the card or the next one."""
    progress = progress_in(official_of(request), course, module)
    cards = cards_of(progress.version) if progress else []
    if progress is None or not 1 <= number <= len(cards) or cards[number - 1].kind != "checklist":
        raise Http404
    card = cards[number - 1].id
    items = items_of(progress, card)
    if "operation" in request.POST:
        tap = TapForm(items, request.POST)
        if not tap.is_valid():
            raise Http404
        done = tap.cleaned_data
        mark_item(progress, card, done["item"], ticked=done["ticked"], operation_id=done["operation"])
        return JsonResponse({"status": "kept"})
    form = ListForm(items, request.POST)
    if not form.is_valid():
        raise Http404
    mark_items(progress, card, form.changes())
    if "next" in request.POST and number < len(cards):
        return redirect("learning:card", course, module, number + 1)
    messages.success(request, _("Your checklist is saved."))
    return redirect("learning:card", course, module, number)
