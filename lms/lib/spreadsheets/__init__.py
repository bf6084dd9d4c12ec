"""Spreadsheets in and out. Reading treats every file as hostile; writing never produces a formula."""

from lms.lib.spreadsheets.errors import SpreadsheetError
from lms.lib.spreadsheets.reading import read_sheet, too_large_message
from lms.lib.spreadsheets.sheets import Sheet, Value, address, column_letters
from lms.lib.spreadsheets.tables import Column, Table, read_table
from lms.lib.spreadsheets.writing import CSV, XLSX, Cell, csv_lines, xlsx_stream

__all__ = [
    "CSV",
    "XLSX",
    "Cell",
    "Column",
    "Sheet",
    "SpreadsheetError",
    "Table",
    "Value",
    "address",
    "column_letters",
    "csv_lines",
    "read_sheet",
    "read_table",
    "too_large_message",
    "xlsx_stream",
]
