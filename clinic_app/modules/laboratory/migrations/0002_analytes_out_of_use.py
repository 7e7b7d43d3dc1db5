"""An analyte that is measured no more keeps its panel, its ranges and its reports."""

SQL = """
ALTER TABLE analyte ADD COLUMN is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1));
"""
