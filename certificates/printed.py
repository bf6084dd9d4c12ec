"""What a certificate says, line by line: the one source of the PDF and of the public page that confirms it.

The words on the paper are Vietnamese whatever the language of a screen: a certificate is frozen once, and is
read by offices. Wording and order: the layout and sample of an internal training paper; no State emblem; the
State's name and motto only where the paper is an office's own (setting CERTIFICATE_MOTTO). Dates by Decree
30/2020/NĐ-CP, appendix I.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from certificates.models import Certificate
from lms.lib.text import exact

TITLE = "GIẤY XÁC NHẬN HOÀN THÀNH"


@dataclass(frozen=True)
class Line:
    """One printed line: ``label`` (may be empty) and ``text``, both exactly as on the paper.

    Only the signer's title may break inside (KT. CHỦ TỊCH, below it PHÓ CHỦ TỊCH); the setting writes "|" there.
    """

    name: str
    label: str
    text: str

    @property
    def labelled(self) -> bool:
        return bool(self.label)


def printed(certificate: Certificate) -> list[Line]:
    """Every line on the paper, in reading order. Lines without content are left out.

    No query but ``replaces`` and ``renews``.
    """
    return [Line(name, label, _exact(text)) for name, label, text in _lines(certificate) if text]


def _lines(certificate: Certificate) -> Iterator[tuple[str, str, str]]:
    yield "parent", "", certificate.issuer_parent.upper()
    yield "issuer", "", certificate.issuer.upper()
    if certificate.motto:
        yield "state", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        yield "motto", "", "Độc lập - Tự do - Hạnh phúc"
    yield "title", "", TITLE
    yield "edition", "", _edition(certificate)
    yield "renewal", "", _renewal(certificate)
    yield "name", "Xác nhận ông/bà", certificate.full_name.upper()
    yield "born", "Sinh ngày", _day(certificate.date_of_birth)
    yield "posting", "Vị trí công tác", _joined(certificate.position_name, certificate.department_name)
    yield "unit", "Đơn vị", _joined(certificate.ward_name, certificate.province_name)
    yield "course", "đã hoàn thành khóa tập huấn", certificate.course_title
    yield "periods", "Thời lượng", f"{certificate.periods} tiết"
    yield "studied", "Thời gian", _studied(certificate)
    yield "result", "Kết quả", _result(certificate)
    yield "valid", "Có giá trị đến ngày", _day(certificate.valid_until)
    yield "number", "Số vào sổ", certificate.register_number
    yield "address", "Kiểm tra tại", _short(verification_url(certificate))
    yield "unsigned", "", "Bản điện tử chưa ký số."
    yield "date", "", place_and_date(certificate.place, certificate.issued_on)
    yield "signer_title", "", certificate.signer_title.upper()
    yield "signer_name", "", certificate.signer_name


def _exact(text: str) -> str:
    return "\n".join(exact(part) for part in text.split("|"))


def verification_url(certificate: Certificate) -> str:
    """The absolute address that the QR carries."""
    return f"{settings.BASE_URL}{certificate.get_absolute_url()}"


def place_and_date(place: str, day: datetime.date) -> str:
    """ "Cầu Ông Lãnh, ngày 05 tháng 02 năm 2026": days below 10 and months 1 and 2 carry a zero (Decree 30/2020)."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    text = f"ngày {day.day:02d} tháng {month} năm {day.year}"
    return f"{place}, {text}" if place else text.capitalize()


def _short(url: str) -> str:
    return url.removeprefix(f"{urlsplit(url).scheme}://")


def _edition(certificate: Certificate) -> str:
    if certificate.replaces is None:
        return ""
    return f"Cấp lần {certificate.edition}, thay thế giấy số {certificate.replaces.register_number}"


def _renewal(certificate: Certificate) -> str:
    if certificate.renews is None:
        return ""
    if certificate.first_completed_on is None:
        return f"Học lại toàn khóa; tiếp theo giấy số {certificate.renews.register_number}"
    basis = f" theo {certificate.updated_for}" if certificate.updated_for else ""
    return f"Cập nhật{basis}; tiếp theo giấy số {certificate.renews.register_number}"


def _studied(certificate: Certificate) -> str:
    """Of a renewal both days: the whole course was not learnt again."""
    if certificate.first_completed_on is None:
        return _span(certificate.started_on, certificate.completed_on)
    first, now = _day(certificate.first_completed_on), _day(certificate.completed_on)
    return f"hoàn thành ngày {first}, cập nhật ngày {now}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _day(day: datetime.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _span(start: datetime.date, end: datetime.date) -> str:
    return f"ngày {_day(end)}" if start == end else f"từ ngày {_day(start)} đến ngày {_day(end)}"


def _result(certificate: Certificate) -> str:
    """The score of a renewal is that of the questions about the change."""
    if certificate.score is None:
        return "Đạt"
    number = f"{certificate.score.normalize():f}".replace(".", ",")
    return f"Đạt, {number}/10 điểm" + (" (phần cập nhật)" if certificate.first_completed_on else "")
