import pytest
from django.utils import translation

from people.roster import Roster
from people.roster.columns import EXAMPLE

ROW = {**EXAMPLE, "staff_number": "CB-0001"}


@pytest.fixture
def english():
    """Sentences are compared in the code's own language."""
    with translation.override("en"):
        yield


def roster(*rows):
    """A roster whose rows differ from a good one only in what is given."""
    return Roster.of([{**ROW, **row} for row in rows])
