"""A register entry as PDF bytes."""

from pathlib import Path

import segno
from django.template.loader import render_to_string

from certificates.models import Certificate
from certificates.printed import printed, verification_url
from lms.lib.pdf import render_page

LAYOUT = Path(__file__).parent / "templates" / "certificates" / "pdf"


def render_certificate(certificate: Certificate) -> bytes:
    """The one page of the certificate. Equal entries give equal bytes; raises what the renderer raises."""
    return render_page(
        certificate_html(certificate), stylesheet=LAYOUT / "certificate.css", identifier=certificate.code
    )


def certificate_html(certificate: Certificate) -> str:
    lines = {line.name: line for line in printed(certificate)}
    context = {
        **lines,
        "created": certificate.issued_on.isoformat(),
        "qr": segno.make(verification_url(certificate), error="m", micro=False, mask=4).svg_data_uri(
            border=0, omitsize=True
        ),
        "name_size": _size(lines["name"].text, long=30, longer=44),
        "course_size": _size(lines["course"].text, long=60, longer=120),
    }
    return render_to_string("certificates/pdf/certificate.html", context)


def _size(text: str, *, long: int, longer: int) -> str:
    """The class that sets long text smaller at once, so that most pages fit at the first try."""
    if len(text) > longer:
        return " longer"
    return " long" if len(text) > long else ""
