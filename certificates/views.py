"""My certificates, their files, and the public page that confirms what a certificate says."""

import hashlib
import logging
import re

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from certificates.issuing import not_entered
from certificates.models import Certificate
from certificates.printed import printed
from lms.lib.bucket import BucketError
from people.access import official_of, official_required, public, signed_in_required
from people.models import Posting, User
from people.scope import wards_in_scope
from records.models import Enrolment, RenewalTask

logger = logging.getLogger(__name__)

CODE = re.compile(r"[A-Za-z0-9_-]{16,32}")
GUESSES, GUESS_WINDOW = 30, 600  # unknown codes per address, seconds


@official_required
@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The official's certificates, newest first, and what is still being made."""
    official = official_of(request)
    certificates = (
        Certificate.objects.filter(official=official)
        .select_related("revocation", "replaced_by", "completion__course")
        .annotate(
            changed=Exists(
                open_renewals(official=OuterRef("official"), course=OuterRef("completion__course"))
            ),
            again=Exists(
                Enrolment.objects.filter(
                    official=OuterRef("official"),
                    course=OuterRef("completion__course"),
                    expires_on=OuterRef("valid_until"),
                    completed_at__isnull=True,
                )
            ),
        )
    )
    listed = list(certificates)
    renewals = {each.renews_id: each for each in reversed(listed)}  # the newest one counts
    for certificate in listed:
        certificate.renewal = renewals.get(certificate.pk)  # type: ignore[attr-defined]
    waiting = not_entered().filter(official=official)
    return render(
        request,
        "certificates/mine.html",
        {"tab": "certificates", "certificates": listed, "waiting": waiting},
    )


@signed_in_required
@require_safe
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The stored file, for its owner, HR of the ward where it was earned or where the owner serves now."""
    certificate = _visible_to(request.user).filter(code=code).first() if CODE.fullmatch(code) else None  # type: ignore[arg-type]
    if certificate is None:
        raise Http404
    if certificate.state != Certificate.State.ISSUED:
        return _no_file(request, certificate, status=404)
    response = get_conditional_response(request, etag=quote_etag(certificate.sha256))
    if response is None:
        try:
            content = read_file(certificate)
        except (OSError, DamagedError) as error:
            logger.error("Certificate %s is not handed out: %s", certificate, error)
            return _no_file(request, certificate, status=503 if isinstance(error, BucketError) else 500)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = content_disposition_header(True, file_name(certificate))
    response["ETag"] = quote_etag(certificate.sha256)
    response["Cache-Control"] = "private, no-cache"
    return response


@public
@require_safe
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is printed on a certificate, and whether it still holds. For whoever scans the QR."""
    certificate = (
        Certificate.objects.filter(code=code)
        .select_related("replaces", "replaced_by", "renews", "revocation")
        .annotate(renewal=_newest_renewal(), changed_on=_not_learnt_in_time())
        .first()
        if CODE.fullmatch(code)
        else None
    )
    if certificate is None:
        status = 429 if _guesses(request) > GUESSES else 404
        response = render(request, "certificates/unknown.html", {"too_many": status == 429}, status=status)
    else:
        context = {
            "certificate": certificate,
            "lines": printed(certificate),
            "file_name": file_name(certificate),
            "now": timezone.now(),
            **standing(certificate),
        }
        response = render(request, "certificates/verify.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" breaks forms: "Origin: null"
    return response


class DamagedError(Exception):
    """The stored bytes are not those that were issued."""


def read_file(certificate: Certificate) -> bytes:
    """The bytes as issued. OSError when the file is gone or (BucketError) the storage; DamagedError: another hash."""
    with certificate.file.open("rb") as stored:
        content: bytes = stored.read()
    found = hashlib.sha256(content).hexdigest()
    if found != certificate.sha256:
        raise DamagedError(f"stored bytes have SHA-256 {found}, the register says {certificate.sha256}")
    return content


def file_name(certificate: Certificate) -> str:
    """By register number: a person's name does not belong in a file name."""
    return f"giay-xac-nhan-{certificate.number:06d}-{certificate.year}.pdf"


def standing(certificate: Certificate) -> dict[str, object]:
    """What the register says today.

    ``standing`` is valid, renewed, expired, outdated, revoked, replaced, pending or failed. ``expired``: its last
    day is over, which takes nothing back. ``outdated``: the time to learn a change is over and the holder has not.
    The certificate comes with ``renewal`` and ``changed_on`` (see ``verify``).
    """
    revocation = getattr(certificate, "revocation", None)
    successor = getattr(certificate, "replaced_by", None)
    if revocation is not None:
        state = "revoked"
    elif successor is not None:
        state = "replaced"
    elif certificate.state != Certificate.State.ISSUED:
        state = certificate.state
    elif certificate.renewal is not None:  # type: ignore[attr-defined]
        state = "renewed"
        successor = Certificate.objects.get(pk=certificate.renewal)  # type: ignore[attr-defined]
    elif certificate.expired_since is not None:
        state = "expired"
    else:
        state = "outdated" if certificate.changed_on else "valid"  # type: ignore[attr-defined]
    return {"standing": state, "revocation": revocation, "successor": successor}


def _newest_renewal() -> Subquery:
    renewals = Certificate.objects.filter(renews=OuterRef("pk")).order_by("-year", "-number")
    return Subquery(renewals.values("pk")[:1])


def _not_learnt_in_time() -> Subquery:
    """When the first change was published that the holder should have learnt by now and has not.

    None of a lesson that was withdrawn meanwhile: nobody can learn it.
    """
    late = RenewalTask.objects.filter(
        module__live=True,
        enrolment__official=OuterRef("official"),
        enrolment__course=OuterRef("completion__course"),
        enrolment__period__gt=OuterRef("completion__enrolment__period"),
        enrolment__completed_at__isnull=True,
        enrolment__due_on__lt=timezone.localdate(),
    )
    return Subquery(late.order_by("version__published_at").values("version__published_at")[:1])


def open_renewals(**of: object) -> QuerySet[Enrolment]:
    """Renewals that an official has not learnt yet, and can."""
    return Enrolment.objects.filter(delta=True, completed_at__isnull=True, tasks__module__live=True, **of)


def _visible_to(user: User) -> QuerySet[Certificate]:
    """Certificates whose file an account may have (rules 2 and 8); one query with what it is added to."""
    if user.is_superuser:
        return Certificate.objects.all()
    wards = wards_in_scope(user)
    serves_there = Posting.objects.on().filter(official=OuterRef("official"), ward__in=wards)
    return Certificate.objects.filter(Q(official__user=user) | Q(ward__in=wards) | Exists(serves_there))


def _no_file(request: HttpRequest, certificate: Certificate, *, status: int) -> HttpResponse:
    context = {"certificate": certificate, "storage_away": status == 503}
    return render(request, "certificates/no_file.html", context, status=status)


def _guesses(request: HttpRequest) -> int:
    """How many unknown codes this address has asked for lately, this one included. Known codes cost nothing."""
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:  # behind a socket that tells none: all share one count
        address = "unknown"
    key = f"verify-guesses:{address}"
    count = int(cache.get(key, 0)) + 1
    cache.set(key, count, GUESS_WINDOW)
    return count
