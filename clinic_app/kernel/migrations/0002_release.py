"""Which programs have served this clinic: the newest is known even where its folder is gone."""

SQL = """
CREATE TABLE release(
    counter INTEGER PRIMARY KEY CHECK (counter > 0),
    version TEXT NOT NULL,
    least INTEGER NOT NULL CHECK (least BETWEEN 0 AND counter),
    first_at INTEGER NOT NULL
);
"""
