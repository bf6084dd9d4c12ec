"""Lessons in a form that any installation can read: without ids of the database, read strictly.

``words``: an object of a JSON file, taken apart · ``fields``: the plain columns of a model · ``rich_text``: the text of
a card · ``cards``: a lesson's cards, walked by their blocks, so that a new card type needs no line here.
What a whole course needs beside its lessons stands above (quizzes.coursefile).
"""
