"""The files to fill in: a workbook and a document, each with an example of every kind of card."""

import io
import zipfile
from html import escape

import xlsxwriter
from django.utils.translation import gettext as _

from courses.outline.sheet import COLUMNS, EXAMPLE, KINDS, STEPS

_DAY = (1980, 1, 1, 0, 0, 0)
_ROWS = 1_000  # get the drop-down list

# The examples are content, as the headings are: Vietnamese in every language.
_LESSON = f"{EXAMPLE} Chứng thực bản sao tại quầy"
ROWS: list[dict[str, str]] = [
    {
        "lesson": _LESSON,
        "kind": KINDS["text"],
        "heading": "Khi nào được chứng thực",
        "text": "Người dân có bản chính hợp lệ.\n- Giấy tờ còn nguyên vẹn\n- Nội dung không bị sửa chữa",
        "basis": "23/2015/NĐ-CP, Điều 20",
    },
    {
        "lesson": "",
        "kind": KINDS["steps"],
        "heading": "Ba bước tại quầy",
        "text": "Làm lần lượt, không bỏ bước nào.",
        "step1": "Đối chiếu bản sao với bản chính",
        "step2": "Ghi lời chứng và số chứng thực",
        "step3": "Ký, đóng dấu, trả kết quả",
    },
    {
        "lesson": "",
        "kind": KINDS["do_dont"],
        "heading": "Khi nhận hồ sơ",
        "do": "Kiểm tra từng trang\nHỏi rõ số bản cần",
        "dont": "Giữ lại bản chính qua ngày",
    },
    {
        "lesson": "",
        "kind": KINDS["case"],
        "heading": "Bản chính bị rách góc",
        "text": "Ông A đưa bản chính bị rách góc, còn đọc được.",
        "right": "Nhận và đối chiếu phần còn đọc được.",
        "why": "Chỉ từ chối khi không xác định được nội dung.",
    },
]


def workbook() -> bytes:
    """Every cell is a text cell, so that no program turns 1/2 into a day."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        example = book.add_format(
            {"num_format": "@", "text_wrap": True, "valign": "top", "italic": True, "font_color": "#55656F"}
        )
        head = book.add_format({"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True})
        required = book.add_format(
            {"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True, "bg_color": "#D5ECEC"}
        )
        sheet = book.add_worksheet("Đề cương")
        for place, column in enumerate(COLUMNS):
            wide = column.key in ("lesson", "heading", "text", "do", "dont", "right", "why")
            sheet.set_column(place, place, 32 if wide else 18, text)
            sheet.write_string(0, place, column.heading, required if column.required else head)
        for number, row in enumerate(ROWS, start=1):
            for place, column in enumerate(COLUMNS):
                if row.get(column.key):
                    sheet.write_string(number, place, row[column.key], example)
        sheet.data_validation(
            1, 1, _ROWS, 1, {"validate": "list", "source": list(KINDS.values()), "ignore_blank": True}
        )
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet(_("How to"))
        notes.set_column(0, 0, 100, text)
        for number, sentence in enumerate(_explanation()):
            notes.write_string(number, 0, sentence)
    return file.getvalue()


def _explanation() -> list[str]:
    return [
        _("One row is one card. An empty lesson means: the same lesson as in the row above."),
        _(
            "A text: each line of the cell is a paragraph; a line that begins with “- ” is an entry of a list."
        ),
        _("Numbered steps: one step a column, up to %(count)d; the text is a short introduction.")
        % {"count": STEPS},
        _("Do and don't: one entry a line."),
        _("A case: the text is the situation; then what is right, and why."),
        _(
            "Legal basis: its number as in the register, then perhaps the article; a semicolon between several."
        ),
        _("The rows of the lesson “%(example)s …” are examples and left out; delete them or not.")
        % {"example": EXAMPLE},
        _("Uploading only shows what would be made. Nothing is saved before you confirm."),
    ]


_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/styles.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>'
    '<Override PartName="/word/numbering.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document() -> bytes:
    """The same bytes each time."""
    paragraphs = [
        (1, "", "Chứng thực bản sao tại quầy"),
        (0, "", "Bài này giúp anh/chị chứng thực bản sao đúng quy trình."),
        (0, "", "Căn cứ: 23/2015/NĐ-CP, Điều 20"),
        (2, "", "Khi nào được chứng thực"),
        (0, "", "Người dân có bản chính hợp lệ."),
        (0, "ul", "Giấy tờ còn nguyên vẹn"),
        (0, "ul", "Nội dung không bị sửa chữa"),
        (2, "", "Ba bước tại quầy"),
        (0, "", "Làm lần lượt, không bỏ bước nào."),
        (0, "ol", "Đối chiếu bản sao với bản chính"),
        (0, "ol", "Ghi lời chứng và số chứng thực"),
        (0, "ol", "Ký, đóng dấu, trả kết quả"),
        (2, "", "Khi nhận hồ sơ"),
        (0, "", "Nên:"),
        (0, "ul", "Kiểm tra từng trang"),
        (0, "", "Không nên:"),
        (0, "ul", "Giữ lại bản chính qua ngày"),
    ]
    return packed({"word/document.xml": body_xml("".join(paragraph_xml(*each) for each in paragraphs))})


def paragraph_xml(level: int, listed: str, text: str) -> str:
    style = f'<w:pStyle w:val="u{level}"/>' if level else ""
    number = {"ol": "1", "ul": "2"}.get(listed)
    numbering = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
    return (
        f"<w:p><w:pPr>{style}{numbering}</w:pPr>"
        f'<w:r><w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r></w:p>'
    )


def body_xml(paragraphs: str) -> str:
    return f"<w:document {_WORD}><w:body>{paragraphs}</w:body></w:document>"


def packed(parts: dict[str, str]) -> bytes:
    """A DOCX file of these parts, with our styles of headings and our two lists."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="u{level}"><w:name w:val="heading {level}"/><w:pPr><w:keepNext/>'
        f'<w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        f'<w:rPr><w:b/><w:sz w:val="{36 - 6 * level}"/></w:rPr></w:style>'
        for level in (1, 2)
    )
    numbering = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{format}"/>'
        f'<w:lvlText w:val="{shown}"/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
        for number, (format, shown) in enumerate((("decimal", "%1."), ("bullet", "•")), start=1)
    ) + "".join(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in (1, 2))
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{_OFFICE}/{kind}" Target="{kind}.xml"/>'
        for kind in ("styles", "numbering")
    )
    whole = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(
            f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/_rels/document.xml.rels": _RELATIONS.format(relations),
        "word/styles.xml": f"<w:styles {_WORD}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {_WORD}>{numbering}</w:numbering>",
        **parts,
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in whole.items():
            package.writestr(zipfile.ZipInfo(name, _DAY), text, compress_type=zipfile.ZIP_DEFLATED)
    return target.getvalue()
