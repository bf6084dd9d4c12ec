from django.urls import path

from certificates import views

app_name = "certificates"

urlpatterns = [
    path("giay-xac-nhan/", views.mine, name="mine"),
    path("giay-xac-nhan/<str:code>.pdf", views.download, name="download"),
    path("xac-minh/<str:code>/", views.verify, name="verify"),
]
