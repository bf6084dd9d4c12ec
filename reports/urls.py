from django.urls import path

from reports import views, views_certificates, views_corrections, views_quizzes, views_renewals, views_rules

app_name = "reports"

urlpatterns = [
    path("quan-ly/", views.dashboard, name="dashboard"),
    path("quan-ly/don-vi/<str:code>/", views.ward, name="ward"),
    path("quan-ly/khong-co-vi-tri/", views.without_ward, name="without_ward"),
    # A staff number may hold a slash.
    path("quan-ly/can-bo/<path:staff_number>/", views.person, name="person"),
    path("quan-ly/luot-lam-bai/<int:enrolment>/<int:module>/", views_quizzes.quiz, name="quiz"),
    path("quan-ly/giay-xac-nhan/<int:pk>/thu-hoi/", views_certificates.revoke_certificate, name="revoke"),
    path("quan-ly/xuat/<str:format>/", views.export, name="export"),
    path("quan-ly/hoc-cap-nhat/", views_renewals.renewals, name="renewals"),
    path("quan-ly/hoc-cap-nhat/<int:pk>/", views_renewals.renewal, name="renewal"),
    path("quan-ly/chi-dinh/", views_rules.rules, name="rules"),
    path("quan-ly/chi-dinh/moi/", views_rules.rule_new, name="rule_new"),
    path("quan-ly/chi-dinh/<int:pk>/", views_rules.rule, name="rule"),
    path("quan-ly/sua-dap-an/", views_corrections.corrections, name="corrections"),
    path("quan-ly/sua-dap-an/<int:pk>/", views_corrections.downgrade, name="correction"),
    path("quan-ly/sua-dap-an/xuat/<str:format>/", views_corrections.export, name="corrections_export"),
]
