"""Diseases and syndromes of traditional medicine, with the triggers that tell of a change."""

SQL = """
CREATE TABLE tcm_term(
    code TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('disease', 'syndrome')),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
"""
SQL += "".join(
    f"CREATE TRIGGER tcm_term_kept_{verb.lower()} AFTER {verb} ON tcm_term"
    " BEGIN UPDATE list_version SET n = n + 1; END;\n"
    for verb in ("INSERT", "UPDATE", "DELETE")
)
