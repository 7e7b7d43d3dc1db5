"""Reads of the reports: figures of a period, their rows, tables to take away. They write nothing."""

from clinic_app.modules.reports.queries import dashboard, income, rows, sheets, visits, words

__all__ = ["dashboard", "income", "rows", "sheets", "visits", "words"]
