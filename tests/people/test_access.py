"""Who may open what."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from people.access import (
    administrator_required,
    editor_required,
    hr_required,
    needs_second_factor,
    official_required,
    public,
    signed_in_required,
)
from tests.factories import Cast, make_official, make_user

OURS = ("people", "courses", "records", "quizzes", "certificates", "notifications", "reports", "lms")


def our_views() -> Iterator[tuple[str, object]]:
    """Every (address, view) of our own apps; Wagtail asks its own permission for all below /quan-tri/."""

    def walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, object]]:
        for entry in resolver.url_patterns:
            address = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, address)
            elif isinstance(entry, URLPattern) and not address.startswith("quan-tri/"):
                view = entry.callback
                module = getattr(view, "view_class", view).__module__
                if module.split(".")[0] in OURS:
                    yield address, view

    yield from walk(get_resolver(), "")


def test_every_view_of_ours_says_who_may():
    silent = [address for address, view in our_views() if not getattr(view, "access", None)]
    assert silent == []
    assert len(list(our_views())) > 3  # the walk walks


def test_a_view_cannot_say_it_twice():
    def view(request):
        return HttpResponse()

    with pytest.raises(TypeError, match="twice"):
        public(hr_required(view))


def answer(decorator, rf, user):
    request = rf.get("/x/")
    request.user = user
    return decorator(lambda request: HttpResponse("seen"))(request)


def test_people_without_rights_are_told_nothing(rf, cast: Cast):
    from django.http import Http404

    with pytest.raises(Http404):
        answer(hr_required, rf, cast.lan.user)
    with pytest.raises(Http404):
        answer(hr_required, rf, cast.trainer)


def test_hr_and_administrators_pass(rf, cast: Cast):
    for user in (cast.ward_hr, cast.province_hr, cast.admin):
        assert answer(hr_required, rf, user).content == b"seen"


def test_editors_pass_and_nobody_else(rf, cast: Cast):
    from django.http import Http404

    for user in (cast.trainer, cast.admin):
        assert answer(editor_required, rf, user).content == b"seen"
    for user in (cast.lan.user, cast.ward_hr, cast.province_hr):
        with pytest.raises(Http404):
            answer(editor_required, rf, user)


def test_anonymous_is_sent_to_sign_in_and_comes_back(rf):
    from django.contrib.auth.models import AnonymousUser

    for decorator in (hr_required, editor_required, official_required, signed_in_required):
        response = answer(decorator, rf, AnonymousUser())
        assert response.status_code == 302
        assert response.url == "/tai-khoan/login/?next=/x/"


def test_official_is_found_with_one_query(rf, cast: Cast, django_assert_num_queries):
    from people.models import User

    user = User.objects.get(pk=cast.lan.user.pk)
    request = rf.get("/x/")
    request.user = user
    with django_assert_num_queries(1):
        official_required(lambda request: HttpResponse(request.official.full_name))(request)
        assert request.user.get_full_name() == cast.lan.full_name  # the page's header asks again, for nothing


def test_an_account_without_an_official_goes_to_its_own_start_page(rf, cast: Cast):
    assert answer(official_required, rf, cast.trainer).url == "/quan-tri/"
    assert answer(official_required, rf, cast.ward_hr).url == "/quan-ly/"
    assert answer(official_required, rf, cast.admin).url == "/quan-ly/"
    assert answer(official_required, rf, make_user()).url == "/ho-so/"


def test_second_factor_is_needed_by_those_who_see_other_peoples_data(
    cast: Cast, django_assert_max_num_queries
):
    from django.contrib.auth.models import Group

    reviewer = make_user()
    reviewer.groups.add(Group.objects.get_or_create(name="Reviewers")[0])
    with django_assert_max_num_queries(5):
        assert [
            needs_second_factor(user)
            for user in (cast.ward_hr, cast.province_hr, cast.trainer, reviewer, cast.admin)
        ] == [True] * 5
    assert not needs_second_factor(cast.lan.user)
    assert not needs_second_factor(make_official().user)


def test_an_administrators_page_is_not_even_hrs(rf, cast: Cast):
    from django.http import Http404

    assert answer(administrator_required, rf, cast.admin).content == b"seen"
    for user in (cast.ward_hr, cast.province_hr, cast.trainer, cast.lan.user):
        with pytest.raises(Http404):
            answer(administrator_required, rf, user)
