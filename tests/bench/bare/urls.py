from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from tests.bench.bare.models import Answer, Lesson


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "bare/page.html", {"lesson": get_object_or_404(Lesson, pk=pk)})


@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    made = Answer.objects.create(user_id=request.user.pk, lesson_id=pk, text=request.POST["text"][:200])
    return JsonResponse({"saved": made.pk})


urlpatterns = [path("page/<int:pk>/", page), path("answer/<int:pk>/", answer)]
