from django.urls import path

from certificates import views, views_failed

app_name = "certificates"

urlpatterns = [
    path("giay-xac-nhan/", views.mine, name="mine"),
    path("giay-xac-nhan/<str:code>.pdf", views.download, name="download"),
    path("quan-ly/giay-chua-lap-duoc/", views_failed.failed, name="failed"),
    path("xac-minh/<str:code>/", views.verify, name="verify"),
]
