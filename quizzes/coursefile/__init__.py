"""A whole course as one file: its lessons, legal bases, pictures, folders, questions and the rules of its quizzes.

``writing`` course → file · ``reading`` file → ``CourseFile`` with its problems · ``planning`` what of it is there
already · ``importing`` writes it, all as drafts, in one transaction or not at all. The form is described in
docs/tep-khoa-hoc.md; the lessons' cards are read and written in courses.exchange.
"""

FORMAT = "ward-lms-course"
VERSION = 1
MAX_BYTES = 100 * 1024 * 1024  # of the file as uploaded
MAX_UNPACKED = 150 * 1024 * 1024
MAX_JSON = 15 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_MODULES = 60
MAX_QUESTIONS = 3_000
"""More than any course has; a person looks through the rest of a file before importing it."""
