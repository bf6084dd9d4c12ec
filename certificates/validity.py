"""Until when a certificate is valid."""

import calendar
import datetime

from records.models import Completion


def last_day(completion: Completion, completed_on: datetime.date) -> datetime.date | None:
    """The last day on which the certificate of a completion is valid; None: without limit.

    The day of the completion plus the months that the course says when the entry is made, and nothing else: the
    same day of that later month or, where it has none, its last day (31/8 and 6 months: 28/2). Neither the day of
    the entry nor what an earlier certificate had left counts. A renewal that asked only for a change is a
    completion like any other.
    """
    months = completion.course.validity_months
    return add_months(completed_on, months) if months else None


def add_months(day: datetime.date, months: int) -> datetime.date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))
