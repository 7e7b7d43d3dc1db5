"""Figures of the scripted day in the summary of the run."""

from tests.figures import figure, pytest_terminal_summary

__all__ = ["figure", "pytest_terminal_summary"]
