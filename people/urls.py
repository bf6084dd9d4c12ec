from django.urls import path

from people import views_devices, views_entry, views_roster

app_name = "people"

urlpatterns = [
    path("vao/xong/", views_entry.welcome, name="welcome"),
    path("vao/<str:secret>/", views_entry.entry, name="entry"),
    path("ho-so/", views_entry.profile, name="profile"),
    path("ho-so/thiet-bi/", views_devices.end_devices, name="end_devices"),
    path("quan-ly/danh-sach/", views_roster.roster, name="roster"),
    path("quan-ly/danh-sach/mau.xlsx", views_roster.roster_template, name="roster_template"),
    path("quan-ly/danh-sach/<int:pk>/", views_roster.roster_preview, name="roster_preview"),
    path("quan-ly/lien-ket/", views_entry.entry_links, name="entry_links"),
]
