"""HR takes a certificate back: with a reason, within its scope, once."""

from certificates.issuing import enter_in_register
from certificates.models import Certificate, Revocation
from notifications.models import Kind, Message
from tests.factories import THANH_VINH, make_completion, make_official
from tests.reports.conftest import hr_client

REASON = "Kết quả được tính lại và không còn đạt"


def address(certificate: Certificate) -> str:
    return f"/quan-ly/giay-xac-nhan/{certificate.pk}/thu-hoi/"


def test_hr_revokes_a_certificate_earned_in_its_scope_and_the_official_is_told(cast):
    certificate = enter_in_register(make_completion(cast.lan))
    Certificate.objects.filter(pk=certificate.pk).update(
        state="issued", file="x.pdf", sha256="0" * 64, stored_at=certificate.completion.completed_at
    )
    hr = hr_client(cast.ward_hr)
    assert address(certificate) in hr.get(f"/quan-ly/can-bo/{cast.lan.staff_number}/").content.decode()

    refused = hr.post(address(certificate), {"reason": REASON, "number": "000999/2026"})
    assert refused.status_code == 422
    assert not Revocation.objects.exists()

    once = {"reason": REASON, "number": certificate.register_number}
    hr.post(address(certificate), once)
    hr.post(address(certificate), {**once, "reason": "Một lý do khác hẳn"})
    (revocation,) = Revocation.objects.all()
    assert (revocation.certificate, revocation.reason, revocation.actor) == (
        certificate,
        REASON,
        cast.ward_hr,
    )
    assert Message.objects.filter(official=cast.lan, kind=Kind.CERTIFICATE_REVOKED).count() == 1
    page = hr.get(address(certificate)).content.decode()
    assert REASON in page
    assert 'name="number"' not in page


def test_a_certificate_of_another_scope_is_not_found(cast):
    foreign = enter_in_register(make_completion(make_official("Hồ Văn Vinh", at=THANH_VINH)))
    answers = {"reason": REASON, "number": foreign.register_number}
    for user in (cast.ward_hr, cast.province_hr):
        assert hr_client(user).get(address(foreign)).status_code == 404
        assert hr_client(user).post(address(foreign), answers).status_code == 404
    assert not Revocation.objects.exists()
