"""The mark that each epoch after a restore puts into its human numbers."""

SQL = """
CREATE TABLE epoch_mark(
    epoch BLOB PRIMARY KEY CHECK (length(epoch) = 16),
    mark TEXT NOT NULL UNIQUE CHECK (length(mark) = 4),
    began_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER epoch_mark_no_update BEFORE UPDATE ON epoch_mark
BEGIN SELECT RAISE(ABORT, 'the mark of an epoch stands on papers'); END;
CREATE TRIGGER epoch_mark_no_delete BEFORE DELETE ON epoch_mark
BEGIN SELECT RAISE(ABORT, 'the mark of an epoch stands on papers'); END;
"""
