"""A ranking for other people's eyes: figure, table, and a page that needs no program."""

from dropgui.reports.content import Entry, Report, Verdict, View
from dropgui.reports.figure import FIGURE_SUFFIXES, save_figure
from dropgui.reports.page import save_page
from dropgui.reports.table import save_table, write_table

__all__ = [
    "FIGURE_SUFFIXES",
    "Entry",
    "Report",
    "Verdict",
    "View",
    "save_figure",
    "save_page",
    "save_table",
    "write_table",
]
