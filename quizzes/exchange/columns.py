"""The columns of our own workbook. They are the file format itself, so they are Vietnamese in every language."""

from lms.lib.spreadsheets import Column
from lms.lib.text import fold

QUESTION = [
    Column("kind", ("Loại câu hỏi", "Loại"), required=True),
    Column("stem", ("Câu hỏi", "Nội dung câu hỏi"), required=True),
]
OPTION = [
    Column("text", ("Phương án", "Phương án trả lời", "Bước", "Vế trái")),
    Column("correct", ("Đúng", "Là đáp án đúng")),
    Column("match", ("Ghép với", "Vế phải")),
    Column("fraction", ("Tỷ lệ điểm (%)", "Tỷ lệ %")),
    Column("tolerance", ("Sai số",)),
    Column("area", ("Vùng trên hình", "Vùng")),
    Column("feedback", ("Phản hồi", "Nhận xét")),
]
FURTHER = [
    Column("explanation", ("Giải thích",)),
    Column("basis", ("Căn cứ pháp lý", "Số hiệu văn bản")),
    Column("article", ("Điều, khoản", "Điều khoản")),
    Column("difficulty", ("Độ khó", "Mức độ")),
    Column("points", ("Điểm",)),
    Column("partial", ("Chấm từng phần",)),
    Column("fold", ("Chấp nhận không dấu",)),
    Column("tags", ("Nhãn",)),
    Column("picture", ("Hình", "Tên hình trong thư viện")),
    Column("alt", ("Mô tả hình",)),
    Column("scenario", ("Tình huống", "Tên tình huống")),
    Column("scenario_text", ("Nội dung tình huống",)),
    Column("scenario_key", ("Mã tình huống",)),
    Column("scenario_picture", ("Hình của tình huống",)),
    Column("scenario_alt", ("Mô tả hình của tình huống",)),
    Column("folder", ("Thư mục",)),
    Column("id", ("Mã câu hỏi", "Mã")),
]
COLUMNS = [*QUESTION, *OPTION, *FURTHER]
# The short way for questions of choice: all options and the letters of the right ones in one row.
LETTERS = "ABCDEFGHIJ"
SHORT_WAY = [
    *(Column(f"option_{letter}", (f"Phương án {letter}", f"Đáp án {letter}", letter)) for letter in LETTERS),
    Column("letters", ("Đáp án", "Đáp án đúng")),
]

KINDS = {
    "single": "Một đáp án",
    "multiple": "Nhiều đáp án",
    "true-false": "Đúng/Sai",
    "ordering": "Sắp xếp",
    "matching": "Ghép cặp",
    "short": "Trả lời ngắn",
    "numeric": "Điền số",
    "hotspot": "Chỉ trên hình",
}
KIND_OF = {fold(word): kind for kind, word in KINDS.items()} | {kind: kind for kind in KINDS}
KIND_OF |= {
    "trac nghiem": "single",
    "mot dap an dung": "single",
    "nhieu dap an dung": "multiple",
    "so": "numeric",
}
YES = {"x", "co", "dung", "1", "true", "yes", "✓", "v"}
NO = {"", "khong", "sai", "0", "false", "no", "-"}
EXAMPLE = "VÍ DỤ"  # in the column of the question's number: left out when read
