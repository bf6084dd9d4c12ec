"""From a completion to a certificate: an entry in the register, then a file, stored once.

The row is the job (docs/decisions/0004-jobs.md). It takes its number and everything that is printed in one
short transaction; the file follows, at most three attempts, each counted before the work, so that a document
that kills its process ends as ``failed`` instead of going round for ever. Every function may be repeated.
"""

import datetime
import hashlib
import logging
import os
import time

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, RegisterYear, Revocation, certificate_storage
from certificates.rendering import render_certificate
from certificates.validity import last_day
from notifications.models import Kind
from notifications.sending import notify
from people.models import User
from records.models import Completion

logger = logging.getLogger(__name__)

LEASE = datetime.timedelta(minutes=5)  # longer than the task's time limit (certificates/tasks.py)
PAUSE = datetime.timedelta(minutes=1)  # after the first failure; ten times as long after the second
BATCH = 200
NEWEST = 20_000
SWEEP_SECONDS = 45


def issue_certificate(completion_id: int) -> Certificate:
    """Enter the completion in the register, make the file, store it, tell the official. Safe to repeat.

    Returns the entry as it stands afterwards: issued, pending (another worker has it, or it failed and is
    tried again later) or failed. Raises only when the register itself cannot be written. Never inside a
    transaction (RuntimeError): the attempt must be counted durably before the work.
    """
    certificate = enter_in_register(Completion.objects.get(pk=completion_id))
    if _take(certificate):
        try:
            _make_file(certificate)
        except Exception as error:
            logger.exception("Certificate %s: attempt %s failed", certificate, certificate.attempts)
            _put_back(certificate, error)
    certificate.refresh_from_db()
    return certificate


def issue_missing(
    *, everything: bool = False, limit: int = BATCH, seconds: float = SWEEP_SECONDS
) -> list[Certificate]:
    """The sweep: issue what no message reached and what a worker died over, oldest first, bounded both ways.

    Completions without an entry are looked for among the newest only, or with ``everything`` among all: that
    reads the whole table (3 s per million), which once an hour is often enough after a long breakdown.
    """
    _give_up_on_the_dead()
    until = time.monotonic() + seconds
    worked_on = []
    for completion_id in _to_do(everything=everything, limit=limit):
        worked_on.append(issue_certificate(completion_id))
        if time.monotonic() > until:
            break
    return worked_on


def not_entered(*, everything: bool = True) -> QuerySet[Completion]:
    """The to-do list itself: completions without a certificate.

    One that was corrected before it was entered is left out: its correction is entered in its place.
    """
    entered = Certificate.objects.filter(completion=OuterRef("pk"))
    corrections = Completion.objects.filter(corrects=OuterRef("pk"))
    found = Completion.objects.filter(~Exists(entered), ~Exists(corrections))
    if not everything:
        newest = Completion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        found = found.filter(pk__gt=newest - NEWEST)
    return found


def unfinished() -> QuerySet[Completion]:
    """Completions with an entry whose file is due to be made, or tried again."""
    due = Q(leased_until__isnull=True) | Q(leased_until__lte=timezone.now())
    entries = Certificate.objects.filter(due, state=Certificate.State.PENDING)
    return Completion.objects.filter(pk__in=entries.values("completion"))


def _to_do(*, everything: bool, limit: int) -> list[int]:
    """The oldest of both kinds. (Two questions, since one with OR could use no index.)"""
    found = [
        row
        for rows in (not_entered(everything=everything), unfinished())
        for row in rows.order_by("completed_at", "pk").values_list("completed_at", "pk")[:limit]
    ]
    return [pk for _completed_at, pk in sorted(found)[:limit]]


# --- The register ------------------------------------------------------------------------------------------


def enter_in_register(completion: Completion) -> Certificate:
    """Give the completion its number and copy everything that is printed. Idempotent, one transaction.

    The ward, department and position are those in the completion (rule 2), not the present ones. Numbers run
    without a gap from 1 in the year of issue, since the year's row is locked until the entry is committed and
    a failed transaction takes its number back. A correction is entered as a new certificate that replaces the
    old one; of a completion that was corrected before it was entered, the correction is entered instead. What a
    renewal renews is entered before it.
    """
    entered = Certificate.objects.filter(completion=completion).first()
    if entered is not None:
        return entered
    with transaction.atomic():
        today = timezone.localdate()
        return _enter(completion, _locked(today.year), on=today)


def _enter(completion: Completion, register: RegisterYear, *, on: datetime.date) -> Certificate:
    """The entry of a completion, made now where there is none; the caller holds the register's lock."""
    completion = _latest(completion)
    entered = Certificate.objects.filter(completion=completion).first()
    if entered is not None:  # another worker was faster
        return entered
    before = _renewed_completion(completion)
    renews = _enter(before, register, on=on) if before else None
    register.last_number += 1
    register.save(update_fields=["last_number"])
    entry = _entry(completion, renews, number=register.last_number, on=on)
    entry.save(force_insert=True)
    return entry


def _renewed_completion(completion: Completion) -> Completion | None:
    """What the completion of a renewal builds on: the one before it, in its last correction."""
    if not completion.enrolment.delta and completion.enrolment.expires_on is None:
        return None
    corrected = Completion.objects.filter(corrects=OuterRef("pk"))
    earlier = Completion.objects.filter(
        ~Exists(corrected),
        official=completion.official_id,
        course=completion.course_id,
        enrolment__period__lt=completion.enrolment.period,
    )
    return earlier.order_by("-enrolment__period").first()


def _locked(year: int) -> RegisterYear:
    """The year's row, held until the transaction ends. (SQLite's IMMEDIATE transactions lock the whole file.)"""
    RegisterYear.objects.get_or_create(year=year)
    return RegisterYear.objects.select_for_update().get(year=year)


def _latest(completion: Completion) -> Completion:
    """The last correction of a completion that has no certificate; one that has is never passed over."""
    while not Certificate.objects.filter(completion=completion).exists():
        correction = Completion.objects.filter(corrects=completion).first()
        if correction is None:
            break
        completion = correction
    return completion


def _corrected_certificate(completion: Completion) -> Certificate | None:
    """The certificate that this correction replaces: that of the nearest corrected completion which has one."""
    while completion.corrects is not None:
        completion = completion.corrects
        certificate = Certificate.objects.filter(completion=completion).first()
        if certificate is not None:
            return certificate
    return None


def _entry(
    completion: Completion, renews: Certificate | None, *, number: int, on: datetime.date
) -> Certificate:
    replaces = _corrected_certificate(completion)
    parent, issuer = issuer_of(completion)
    completed_on = timezone.localdate(completion.completed_at)
    again = completion.enrolment.expires_on is not None  # the whole course, not only a change
    entry = Certificate(
        completion=completion,
        official_id=completion.official_id,
        replaces=replaces,
        renews=renews,
        first_completed_on=(renews.first_completed_on or renews.completed_on)
        if renews and not again
        else None,
        updated_for=_documents(completion) if renews else "",
        edition=replaces.edition + 1 if replaces else 1,
        year=on.year,
        number=number,
        full_name=completion.full_name,
        date_of_birth=completion.date_of_birth,
        course_title=completion.course_title,
        periods=completion.periods,
        started_on=completion.started_on,
        completed_on=completed_on,
        valid_until=replaces.valid_until if replaces else last_day(completion, completed_on),
        score=completion.score,
        issued_on=on,
        place=settings.CERTIFICATE_PLACE or _bare(completion.ward_name),
        motto=settings.CERTIFICATE_MOTTO,
        issuer_parent=parent,
        issuer=issuer,
        signer_title=settings.CERTIFICATE_SIGNER_TITLE,
        signer_name=settings.CERTIFICATE_SIGNER_NAME,
    )
    entry.copy_snapshot(completion)
    return entry


def _documents(completion: Completion) -> str:
    """Numbers of the legal documents whose changes were learnt in a renewal; as many as are printed on one line.

    A change that was asked for is left out where its lesson was withdrawn before it was learnt.
    """
    learnt = completion.enrolment.progress.filter(done_at__isnull=False).values("module")
    tasks = completion.enrolment.tasks.filter(module__in=learnt).order_by("version__published_at", "pk")
    bases = tasks.values_list("version__change_basis", flat=True)
    return ", ".join(dict.fromkeys(basis["number"] for basis in bases if basis))[:300]


def issuer_of(completion: Completion) -> tuple[str, str]:
    """(superior office, office) that confirms: as configured, else the People's Committee of the ward of that day."""
    if settings.CERTIFICATE_ISSUER:
        return settings.CERTIFICATE_ISSUER_PARENT, settings.CERTIFICATE_ISSUER
    if not completion.ward_name:
        return settings.CERTIFICATE_ISSUER_PARENT, settings.WAGTAIL_SITE_NAME
    kind_and_name = completion.ward_name[0].lower() + completion.ward_name[1:]
    parent = settings.CERTIFICATE_ISSUER_PARENT or f"UBND {completion.province_name}"
    return parent, f"Ủy ban nhân dân {kind_and_name}"


def _bare(ward_name: str) -> str:
    """The name without its kind; a unit named by a number keeps it (Decree 30/2020, appendix I)."""
    for kind in ("Phường ", "Xã ", "Đặc khu ", "Thị trấn "):
        bare = ward_name.removeprefix(kind)
        if bare != ward_name:
            return ward_name if bare[0].isdigit() else bare
    return ward_name


# --- The file ----------------------------------------------------------------------------------------------


def _take(certificate: Certificate) -> bool:
    """Count the attempt and take the lease in one statement, before the work: of two workers one gets it."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        taken = (
            _open(certificate)
            .filter(
                Q(leased_until__isnull=True) | Q(leased_until__lte=now), attempts__lt=Certificate.MAX_ATTEMPTS
            )
            .update(attempts=F("attempts") + 1, leased_until=now + LEASE)
        )
    if taken:
        certificate.refresh_from_db(fields=["attempts", "leased_until"])
    return taken == 1


def _open(certificate: Certificate) -> QuerySet[Certificate]:
    return Certificate.objects.filter(pk=certificate.pk, state=Certificate.State.PENDING)


def _make_file(certificate: Certificate) -> None:
    _seal(certificate, render_certificate(certificate))


def _seal(certificate: Certificate, content: bytes) -> None:
    """Store the bytes and write them into the row for good; the first worker to do so wins."""
    name, digest = _store(certificate, content)
    with transaction.atomic():  # issued and told are one fact: no crash in between can lose the message
        sealed = _open(certificate).update(
            state=Certificate.State.ISSUED,
            file=name,
            sha256=digest,
            size=len(content),
            stored_at=timezone.now(),
            leased_until=None,
            last_error="",
        )
        if sealed and not Certificate.objects.filter(replaces=certificate).exists():
            _tell(certificate, Kind.CERTIFICATE_ISSUED)


def _store(certificate: Certificate, content: bytes) -> tuple[str, str]:
    """Put the bytes into the storage once; returns their name and SHA-256.

    The name carries the register number, the code and the beginning of the hash, never the person's name. So
    two workers can never write different bytes under one name, and what a crash left half written is known by
    its wrong hash: no row points at it yet, and it is written again.
    """
    storage = certificate_storage()
    digest = hashlib.sha256(content).hexdigest()
    name = f"{certificate.year}/{certificate.number:06d}-{certificate.code}-{digest[:16]}.pdf"
    if storage.exists(name):
        with storage.open(name) as stored:
            if hashlib.sha256(stored.read()).hexdigest() == digest:
                return name, digest
        storage.delete(name)
    name = storage.save(name, ContentFile(content))
    try:
        path = storage.path(name)
    except NotImplementedError:  # not on this machine's disk
        return name, digest
    with open(path, "rb") as file:  # a power cut after the commit must not find the file half written
        os.fsync(file.fileno())
    return name, digest


def _put_back(certificate: Certificate, error: Exception) -> None:
    """Leave it for a later attempt; after the last one it has failed, with the reason in the row."""
    last = certificate.attempts >= Certificate.MAX_ATTEMPTS
    _open(certificate).update(
        state=Certificate.State.FAILED if last else Certificate.State.PENDING,
        last_error=f"{type(error).__name__}: {error}"[:500],
        leased_until=None if last else timezone.now() + PAUSE * 10 ** (certificate.attempts - 1),
    )


def _give_up_on_the_dead() -> None:
    """Entries whose third attempt ended without a word: the process died over them."""
    dead = Certificate.objects.filter(
        state=Certificate.State.PENDING,
        attempts__gte=Certificate.MAX_ATTEMPTS,
        leased_until__lte=timezone.now(),
    )
    for certificate in dead:
        reason = certificate.last_error or "The worker stopped without a word during each attempt."
        if _open(certificate).update(state=Certificate.State.FAILED, last_error=reason, leased_until=None):
            logger.error("Certificate %s failed: %s", certificate, reason)


def retry(certificates: QuerySet[Certificate]) -> list[Certificate]:
    """Give failed entries three new attempts (an administrator's act). Returns those that were reset."""
    failed = list(certificates.filter(state=Certificate.State.FAILED))
    Certificate.objects.filter(
        pk__in=[certificate.pk for certificate in failed], state=Certificate.State.FAILED
    ).update(state=Certificate.State.PENDING, attempts=0, leased_until=None)
    return failed


# --- After it is issued ------------------------------------------------------------------------------------


def revoke(certificate: Certificate, *, reason: str, by: User) -> Revocation:
    """Take a certificate back: a further row with who and why; entry and file stay as they were. Idempotent.

    The first revocation stays. Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("A revocation needs a reason.")
    with transaction.atomic():
        revocation, created = Revocation.objects.get_or_create(
            certificate=certificate, defaults={"reason": reason.strip()[:300], "actor": by}
        )
        if created:
            _tell(certificate, Kind.CERTIFICATE_REVOKED, reason=revocation.reason)
    return revocation


NEWS = {
    Kind.CERTIFICATE_ISSUED: (
        _("Your certificate of completion is ready"),
        _(
            "You have completed the course “%(course)s”. Your certificate of completion, register number "
            "%(number)s, is ready to be downloaded."
        ),
    ),
    Kind.CERTIFICATE_REVOKED: (
        _("Your certificate of completion was revoked"),
        _(
            "The certificate of completion for the course “%(course)s”, register number %(number)s, was "
            "revoked. Reason: %(reason)s. Your completion of the course is kept. If you think this is a "
            "mistake, ask the staff office of your ward."
        ),
    ),
}


RENEWED = (
    _("Your renewed certificate of completion is ready"),
    _(
        "You have learnt what changed in the course “%(course)s”. Your renewed certificate of completion, register "
        "number %(number)s, is ready to be downloaded. The earlier one is kept."
    ),
)


def _tell(certificate: Certificate, kind: Kind, *, reason: str = "") -> None:
    """Tell the official, in the language of the installation whoever caused it."""
    renewed = kind == Kind.CERTIFICATE_ISSUED and certificate.first_completed_on is not None
    words = {"course": certificate.course_title, "number": certificate.register_number, "reason": reason}
    with translation.override(settings.LANGUAGE_CODE):
        subject, body = (str(sentence) for sentence in (RENEWED if renewed else NEWS[kind]))
        notify(
            certificate.official,
            kind,
            str(certificate.pk),
            subject=subject,
            body=body % words,
            path=reverse("certificates:mine"),
        )
