"""Questions of every kind with texts that break formats, for round trips."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from lms.lib.text import exact
from quizzes.exchange.question import ExchangeQuestion, Picture, Situation, paragraphs
from quizzes.kinds import Choice

NASTY = [
    *(
        "~",
        "=",
        "#",
        "####",
        "{",
        "}",
        "{}",
        ":",
        "::",
        "\\",
        "\\n",
        "\\\\",
        "\\]",
        "]",
        "[",
        "->",
        "//",
        "// x",
    ),
    *(
        "<b>",
        "</p>",
        "<br>",
        "&",
        "&amp;",
        "&nbsp;",
        "&#60;",
        "<",
        ">",
        "]]>",
        "<![CDATA[",
        "<!--",
        '"',
        "'",
        "’",
    ),
    *(
        "[html]",
        "[plain]",
        "[markdown]x",
        "%50%",
        "%100%",
        "*",
        "\\*",
        "$CATEGORY: x",
        "T",
        "TRUE",
        "{#3}",
        "=1+1",
    ),
    *(
        "+84",
        "-5",
        "@x",
        "'=1",
        "\t",
        "_x000D_",
        "_x0041_",
        "@@PLUGINFILE@@/a.png",
        "ANSWER: A",
        "A. ",
        "B) ",
        "• ",
    ),
    *(
        "nhãn: x",
        "độ khó: khó",
        "tình huống: 1",
        "Thủ tục hòa giải",
        "Đúng",
        "Sai",
        "e\u0302\u0301",
        "ệ",
        "Ơ",
        "🙂",
    ),
    *("1. a", "a|b", "true", "\u00a0", "\u200b", "5", "3,5", "0", "\u2028"),
]
# Without the letters of Western Europe: a file full of them is taken for an old Vietnamese encoding (test_hostile).
letters = st.characters(max_codepoint=0x7F) | st.characters(
    min_codepoint=0x100, exclude_categories=["Cs", "Co"]
)
pieces = st.sampled_from(NASTY) | st.text(letters, max_size=6)
line = (
    st.lists(pieces, min_size=1, max_size=5).map(" ".join).map(exact).map(lambda text: text[:120]).map(exact)
)
texts = line.filter(bool)
several_lines = st.lists(line, min_size=1, max_size=4).map("\n".join).map(paragraphs).filter(bool)
optional = st.just("") | texts
numbers = st.decimals(-10_000, 10_000, places=3).map(lambda number: f"{number:f}".replace(".", ","))
tolerances = st.none() | st.decimals(Decimal("0.001"), 100, places=3)


def png(width: int = 60, height: int = 40, colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


PNG = png()
pictures = st.none() | st.builds(Picture, data=st.just(PNG), alt=optional, library=optional)


def distinct(strategy: Any, least: int, most: int = 5) -> Any:
    return st.lists(strategy, min_size=least, max_size=most, unique=True)


@st.composite
def choices(draw: Any, kind: str) -> tuple[Choice, ...]:
    """Options that quizzes.questions finds no fault with."""
    if kind == "true-false":
        right = draw(st.booleans())
        return (Choice("Đúng", right, draw(optional)), Choice("Sai", not right, draw(optional)))
    if kind == "matching":
        lefts = draw(distinct(texts, 2))
        rights = draw(distinct(texts, len(lefts) + 1, len(lefts) + 2))
        pairs = [Choice(left, match=right) for left, right in zip(lefts, rights, strict=False)]
        return (*pairs, *(Choice("", match=right) for right in rights[len(lefts) :]))
    if kind == "ordering":
        return tuple(Choice(text, feedback=draw(optional)) for text in draw(distinct(texts, 3)))
    if kind == "numeric":
        found = draw(distinct(numbers, 1, 3))
        return tuple(
            Choice(
                text,
                place == 0,
                draw(optional),
                None if place == 0 else draw(fractions),
                "",
                draw(tolerances),
            )
            for place, text in enumerate(found)
        )
    words = draw(distinct(texts, 2))
    if kind == "multiple":
        right = draw(st.integers(1, len(words) - 1))
        return tuple(Choice(text, place < right, draw(optional)) for place, text in enumerate(words))
    if kind == "hotspot":
        return tuple(
            Choice(text, place == 0, draw(optional), area=[100 * place, 50 * place, 80, 40])
            for place, text in enumerate(words)
        )
    first = draw(st.integers(0, len(words) - 1))
    return tuple(
        Choice(text, place == first, draw(optional), None if place == first else draw(fractions))
        for place, text in enumerate(words)
    )


fractions = st.none() | st.decimals(-100, 99, places=5).filter(lambda share: share != 0)
KINDS = ["single", "multiple", "true-false", "ordering", "matching", "short", "numeric", "hotspot"]


@st.composite
def questions(draw: Any, kinds: list[str] = KINDS) -> ExchangeQuestion:
    kind = draw(st.sampled_from(kinds))
    picture = draw(pictures)
    if kind == "hotspot":
        picture = Picture(PNG, draw(optional), draw(optional))
    return ExchangeQuestion(
        kind=kind,
        stem=draw(several_lines),
        choices=draw(choices(kind)),
        explanation=draw(st.just("") | several_lines),
        picture=picture,
        tags=tuple(draw(distinct(texts, 0, 3))),
        difficulty=draw(st.sampled_from([1, 2, 3])),
        points=draw(st.decimals(Decimal("0.25"), 10, places=2)),
        partial=draw(st.booleans()),
        fold=draw(st.booleans()),
        basis=draw(optional),
        article=draw(optional),
        folder=tuple(draw(st.lists(texts, max_size=2))),
        scenario=draw(
            st.none() | st.builds(Situation, st.just("tinh-huong-1"), texts, several_lines, pictures)
        ),
        id=draw(st.just("") | st.uuids().map(str)),
    ).cleaned()


def same(question: ExchangeQuestion) -> ExchangeQuestion:
    """Without what says where in a file it stands, to be compared."""
    return replace(question, line=0, warnings=())
