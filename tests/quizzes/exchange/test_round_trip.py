"""Export and import again: equal in every field that the format says it carries."""

from hypothesis import given, settings

from quizzes.exchange import aiken, gift, gift_writing, moodle, moodle_writing, workbook
from quizzes.exchange.question import ExchangeQuestion
from tests.quizzes.exchange.strategies import questions, same

EXAMPLES = settings(max_examples=60, deadline=None)


def round_trip(reader: object, writer: object, question: ExchangeQuestion) -> None:
    fitted = writer.fit(question)
    if fitted.question is None:
        assert fitted.losses
        return
    assert writer.fit(fitted.question).losses == []  # what is written loses nothing more
    reading = reader.read(writer.write([fitted.question]))
    assert reading.refusals == []
    assert [same(found) for found in reading.questions] == [same(fitted.question)]


@given(questions())
@EXAMPLES
def test_gift(question: ExchangeQuestion):
    round_trip(gift, gift_writing, question)


@given(questions())
@EXAMPLES
def test_moodle_xml(question: ExchangeQuestion):
    round_trip(moodle, moodle_writing, question)


@given(questions())
@EXAMPLES
def test_workbook(question: ExchangeQuestion):
    round_trip(workbook, workbook, question)


@given(questions(["single"]))
@EXAMPLES
def test_aiken(question: ExchangeQuestion):
    round_trip(aiken, aiken, question)
