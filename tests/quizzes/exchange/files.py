"""Files as trainers upload them."""

import io
import zipfile

from quizzes.exchange.question import Reading
from quizzes.exchange.reading import read_file


def read(data: bytes | str) -> Reading:
    return read_file(io.BytesIO(data.encode() if isinstance(data, str) else data))


def forty_with_two_bad() -> str:
    """GIFT: forty questions; the brace of the seventh is missing, and the twentieth is an essay."""
    blocks = []
    for number in range(1, 41):
        answers = "{=Ký số ~Ký tay ~Ký nháy}"
        if number == 7:
            answers = "{=Ký số ~Ký tay"
        if number == 20:
            answers = "{}"
        blocks.append(f"::Câu {number}::Văn bản số {number} được ký thế nào? {answers}")
    return "\n\n".join(blocks) + "\n"


def moodle(*questions: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}</quiz>\n'


def moodle_question(kind: str, inside: str, *, stem: str = "Câu hỏi?", more: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>T</text></name><questiontext format="html"><text><![CDATA[{stem}]]>'
        f"</text>{more}</questiontext>{inside}</question>\n"
    )


def answers(*rows: tuple[str, str]) -> str:
    return "".join(
        f'<answer fraction="{share}" format="html"><text>{text}</text></answer>' for text, share in rows
    )


def package(files: dict[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()
