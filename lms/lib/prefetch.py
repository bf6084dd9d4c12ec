"""What a browser fetches ahead was not shown to anybody."""

from django.http import HttpRequest


def is_prefetch(request: HttpRequest) -> bool:
    """Asked for ahead of time (Sec-Purpose, formerly Purpose): nothing may count as seen because of it."""
    return "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
