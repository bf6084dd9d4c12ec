from django.urls import path

from quizzes import views

app_name = "quizzes"

urlpatterns = [
    path("khoa-hoc/<slug:course>/<slug:module>/kiem-tra/", views.start, name="start"),
    path("luot/<uuid:key>/", views.attempt, name="attempt"),
    path("luot/<uuid:key>/tra-loi/", views.answer, name="answer"),
    path("luot/<uuid:key>/ket-qua/", views.result, name="result"),
]
