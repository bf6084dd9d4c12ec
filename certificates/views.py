"""My certificates, their files, and the public page that confirms what a certificate says."""

import hashlib
import logging
import re

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
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

logger = logging.getLogger(__name__)

CODE = re.compile(r"[A-Za-z0-9_-]{16,32}")
GUESSES, GUESS_WINDOW = 30, 600  # unknown codes per address, seconds


@official_required
@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The official's certificates, newest first, and what is still being made."""
    official = official_of(request)
    certificates = Certificate.objects.filter(official=official).select_related("revocation", "replaced_by")
    waiting = not_entered().filter(official=official)
    return render(
        request,
        "certificates/mine.html",
        {"tab": "certificates", "certificates": certificates, "waiting": waiting},
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
        Certificate.objects.filter(code=code).select_related("replaces", "replaced_by", "revocation").first()
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
    """What the register says today: ``standing`` is valid, revoked, replaced, pending or failed."""
    revocation = getattr(certificate, "revocation", None)
    successor = getattr(certificate, "replaced_by", None)
    if revocation is not None:
        state = "revoked"
    elif successor is not None:
        state = "replaced"
    else:
        state = "valid" if certificate.state == Certificate.State.ISSUED else certificate.state
    return {"standing": state, "revocation": revocation, "successor": successor}


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
