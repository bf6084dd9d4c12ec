"""Every address of the product. Each app keeps its own below; nothing here has logic."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import set_language
from wagtail.admin import urls as wagtailadmin_urls

from lms import views

handler400 = "lms.views.too_large"
handler403 = "lms.views.forbidden"
handler404 = "lms.views.not_found"
handler500 = "lms.views.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("records.urls")),
    path("", include("quizzes.urls")),
    path("", include("certificates.urls")),
    path("", include("notifications.urls")),
    path("", include("people.urls")),
    path("", include("reports.urls")),
    path("tai-khoan/", include("allauth.urls")),
    path("quan-tri/account/", views.account, name="editor_account"),
    # No card can show a document file, so nobody uploads one; Wagtail's editor does not start without the app.
    re_path(r"^quan-tri/documents/", views.not_found),
    path("quan-tri/", include(wagtailadmin_urls)),
    path("media/images/<str:name>", views.picture, name="picture"),
    path("ngon-ngu/", set_language, name="set_language"),
    path("suc-khoe/", views.health, name="health"),
]
