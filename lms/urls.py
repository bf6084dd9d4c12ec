"""Every address of the product. Each app keeps its own below; nothing here has logic."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from wagtail.admin import urls as wagtailadmin_urls

from lms import views
from people import views_passkeys
from records.views import lesson_file

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
    # Where ours differ from allauth's of the same name.
    path("tai-khoan/2fa/webauthn/", RedirectView.as_view(pattern_name="people:profile")),
    path("tai-khoan/2fa/webauthn/add/", views_passkeys.add, name="mfa_add_webauthn"),
    path(
        "tai-khoan/2fa/webauthn/reauthenticate/",
        views_passkeys.show_again,
        name="mfa_reauthenticate_webauthn",
    ),
    path("tai-khoan/", include("allauth.urls")),
    path("quan-tri/account/", views.account, name="editor_account"),
    path("quan-tri/api/main/pages/<int:page_id>/action/<str:name>/", views.editor_action),
    path("quan-tri/", include(wagtailadmin_urls)),
    path("media/images/<str:name>", views.picture, name="picture"),
    # The name under which Wagtail's editor asks for a file's address.
    path("tep/<int:document_id>/<str:name>", lesson_file, name="wagtaildocs_serve"),
    path("ngon-ngu/", set_language, name="set_language"),
    path("suc-khoe/", views.health, name="health"),
]
