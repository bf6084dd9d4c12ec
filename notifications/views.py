"""The official's notices."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.lib.prefetch import is_prefetch
from notifications.models import Message
from people.access import official_of, official_required

PAGE_SIZE = 20


@official_required
@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """All notices, newest first. The list shows them in full, so what is on the page counts as read."""
    notices = Message.objects.filter(official=official_of(request))
    page = Paginator(notices, PAGE_SIZE).get_page(request.GET.get("trang"))
    shown = list(page.object_list)
    if request.method == "GET" and not is_prefetch(request):
        _mark_read([notice for notice in shown if notice.unread])
    return render(request, "notifications/inbox.html", {"tab": "inbox", "page": page, "notices": shown})


def _mark_read(unread: list[Message]) -> None:
    """One statement; the rows in hand keep saying "new" for this one showing."""
    if unread:
        keys = [notice.pk for notice in unread]
        Message.objects.filter(pk__in=keys, read_at__isnull=True).update(read_at=timezone.now())
