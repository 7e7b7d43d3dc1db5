"""Rules of the reports: periods, shares and averages, what a cell of an export may hold."""
