"""An outline (DOCX, XLSX, CSV) as draft lessons: file → ``reading.read_outline`` → a dry run → ``applying``.

``docx`` reads a document's paragraphs, ``document`` makes lessons of them, ``sheet`` makes them of the rows of a table;
``plan`` is the one form of both. Nothing is saved before somebody has seen where each row or paragraph goes.
"""

MAX_BYTES = 20 * 1024 * 1024
MAX_LESSONS = 30
MAX_CARDS = 400  # of one outline
MAX_PARAGRAPHS = 5_000
LONG = 120  # words: a card that a phone shows without much scrolling has fewer
MOST_STEPS = 8
