import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lib.numerals import PATTERN, number, readings


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5", ["5"]),
        ("05", ["5"]),  # as official papers write days
        ("-3", ["-3"]),
        ("−3", ["-3"]),
        ("+ 3", ["3"]),
        ("12,5", ["12.5"]),
        ("12.5", ["12.5"]),
        (",5", ["0.5"]),
        (".5", ["0.5"]),
        ("5.", ["5"]),
        ("12,5 %", ["12.5"]),
        ("1.250.000", ["1250000"]),
        ("1,250,000", ["1250000"]),
        ("1 250 000", ["1250000"]),
        ("1\u00a0250\u202f000,5", ["1250000.5"]),
        ("1250000,5", ["1250000.5"]),
        ("1.250.000,5", ["1250000.5"]),
        ("1,250,000.5", ["1250000.5"]),
        ("1250.125", ["1250.125"]),
        ("1 250.125", ["1250.125"]),
        ("0.125", ["0.125"]),
        ("0,125", ["0.125"]),
        ("1.25", ["1.25"]),
        # Two numbers can be meant:
        ("1.125", ["1125", "1.125"]),
        ("1,125", ["1.125", "1125"]),
        ("1,250", ["1.25", "1250"]),
        ("1.250", ["1250"]),
        ("05.000", ["5000"]),
    ],
)
def test_numbers_are_read_as_they_are_written_in_vietnam(text, meant):
    assert readings(text) == [Fraction(value) for value in meant]


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "năm", "5 ngày", "5-7", "1.25.0", "1.2500.000", "12 50", "1e3", "--5", "%", ".", "-"),
        *("1.250.00", "1,250,00", "1/2", "٥", "five", "1 250 00"),
    ],
)
def test_what_is_no_number_is_not_guessed_at(text):
    assert readings(text) == []
    with pytest.raises(ValueError):
        number(text)


@given(st.text(alphabet="0123 .,-%x\u00a0", max_size=12))
def test_the_browser_and_the_server_agree_on_what_a_number_is(text):
    assert bool(readings(text)) == (re.fullmatch(PATTERN, text) is not None)


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_a_number_in_vietnamese_notation_means_itself(value, decimals):
    exact = Fraction(value, 10**decimals)
    digits = f"{abs(value):0{decimals + 1}d}"
    whole, rest = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    grouped = f"{int(whole):,}".replace(",", ".")
    sign = "-" if value < 0 else ""
    assert number(sign + whole + ("," + rest if rest else "")) == exact
    assert number(sign + grouped + ("," + rest if rest else "")) == exact
