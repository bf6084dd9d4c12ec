import datetime
import html

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from people import second_factor
from people.models import User, Ward, WardSuccession
from records.models import Enrolment
from tests.factories import ward


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def hr_client(user: User) -> Client:
    """A browser of an account that has shown its second factor."""
    second_factor.enable(user)
    browser = Client()
    browser.force_login(user)
    request = RequestFactory().get("/")
    request.session = browser.session
    shown = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    record_authentication(request, user, method="mfa", id=shown.pk)
    request.session.save()
    return browser


def text(response: HttpResponse) -> str:
    """What a page shows, without its entities."""
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def started(enrolment: Enrolment) -> Enrolment:
    Enrolment.objects.filter(pk=enrolment.pk).update(started_at=timezone.now())
    return enrolment


def make_ward(name: str, code: str, *, province_of: str, **fields: str) -> Ward:
    """A ward beside the real ones, such as one that was abolished."""
    real = ward(province_of)
    return Ward.objects.create(
        name=name, code=code, kind="phuong", province=real.province, as_of=datetime.date(2025, 7, 1), **fields
    )


def succeed(old: Ward, new: Ward, kind: str = "merge", on: datetime.date | None = None) -> WardSuccession:
    return WardSuccession.objects.create(predecessor=old, successor=new, kind=kind, on=on or in_days(-10))
