from django.urls import path

from quizzes import views, views_exchange, views_refreshers

app_name = "quizzes"

urlpatterns = [
    path("khoa-hoc/<slug:course>/<slug:module>/kiem-tra/", views.start, name="start"),
    path("luot/<uuid:key>/", views.attempt, name="attempt"),
    path("luot/<uuid:key>/tra-loi/", views.answer, name="answer"),
    path("luot/<uuid:key>/ket-qua/", views.result, name="result"),
    path("on-nhanh/khoa-hoc/<slug:course>/", views_refreshers.take_part, name="take_part"),
    path("on-nhanh/", views_refreshers.refresher, name="refresher"),
    path("on-nhanh/<uuid:key>/", views_refreshers.refreshed, name="refreshed"),
    # Below the address of the media storage, where the paper's controls look for their pictures.
    path(
        "media/question-imports/<uuid:key>/<str:name>",
        views_exchange.held_picture,
        name="question_import_picture",
    ),
]
