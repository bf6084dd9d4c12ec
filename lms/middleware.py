"""Language, content policy and impossible numbers of a request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.csp import CSP

from lms.views import not_found

GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Vietnamese unless the person chose English here.

    The browser's own preference is not asked: many phones are set to English by their shop, and an
    official's screen is Vietnamese by default.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.codes = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.codes else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class AdminPolicyMiddleware:
    """A laxer content policy below /quan-tri/ only, where Wagtail's widgets start with inline scripts.

    Framing by ourselves is allowed there for the preview panel. Everything public stays strict.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy: dict[str, list[str]] = {
            **settings.SECURE_CSP,
            "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
            "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
            "img-src": [*settings.SECURE_CSP["img-src"], "blob:"],
            "frame-src": [CSP.SELF],
            "frame-ancestors": [CSP.SELF],
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/quan-tri/"):
            response._csp_config = self.policy  # type: ignore[attr-defined]
        return response


class NoSuchNumberMiddleware:
    """A number larger than SQLite's columns hold names nothing; Django knows it of ids, not of those of pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, OverflowError) and "SQLite" in str(exception):
            return not_found(request)
        return None
