from django.urls import path

from records import views, views_checklists, views_lookup, views_reporting

app_name = "learning"

urlpatterns = [
    path("", views.home, name="home"),
    path("khoa-hoc/<slug:course>/", views.course, name="course"),
    path("khoa-hoc/<slug:course>/<slug:module>/", views.module, name="module"),
    path("khoa-hoc/<slug:course>/<slug:module>/the/<int:number>/", views.card, name="card"),
    path("tra-cuu/", views_lookup.lookup, name="lookup"),
    path("tra-cuu/<uuid:version>/<str:card>/", views_lookup.card, name="lookup_card"),
    path("khong-khop/<uuid:version>/<str:card>/", views_reporting.report, name="report_card"),
    path(
        "khoa-hoc/<slug:course>/<slug:module>/the/<int:number>/danh-dau/",
        views_checklists.mark,
        name="checklist",
    ),
]
