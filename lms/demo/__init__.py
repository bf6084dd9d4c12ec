"""Demo data: a hundred officials of twelve real units and one real course, made by the product's own functions.

Names and persons are invented. Everything is drawn with a fixed seed, so every installation's demo is alike;
passwords and codes are its own (``signins``). Times are real: what is loaded now was done now, for these rows
are evidence like any other. Only due dates, which are plans, are put in the past where a list needs them.
"""

from lms.demo.loading import load, loaded
from lms.demo.signins import refresh_signins

__all__ = ["load", "loaded", "refresh_signins"]
