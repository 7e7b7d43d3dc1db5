"""Versions of entries, long imports under way, prices that wait for a second person, suppliers, and what the short
lists lacked."""

SQL = """
ALTER TABLE invoice_category ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE invoice_category ADD COLUMN is_reviewed INTEGER NOT NULL DEFAULT 0 CHECK (is_reviewed IN (0, 1));
ALTER TABLE invoice_category ADD COLUMN is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1));
ALTER TABLE allergy_group ADD COLUMN is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1));
ALTER TABLE frequency ADD COLUMN slots TEXT NOT NULL DEFAULT '';
ALTER TABLE frequency ADD COLUMN is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1));
ALTER TABLE route ADD COLUMN is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1));
CREATE TABLE supplier(
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    licence_no TEXT NOT NULL,
    licence_until TEXT,
    phone TEXT NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE entry_version(
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    rev INTEGER NOT NULL CHECK (rev >= 1),
    act TEXT NOT NULL,
    changes TEXT NOT NULL CHECK (json_valid(changes)),
    person_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (kind, code, rev)
);
CREATE TRIGGER entry_version_no_update BEFORE UPDATE ON entry_version
BEGIN SELECT RAISE(ABORT, 'versions are never changed'); END;
CREATE TRIGGER entry_version_no_delete BEFORE DELETE ON entry_version
BEGIN SELECT RAISE(ABORT, 'versions are never removed'); END;
CREATE TABLE import_open(
    run_id BLOB PRIMARY KEY CHECK (length(run_id) = 16),
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    person_id BLOB NOT NULL,
    new_rows INTEGER NOT NULL CHECK (new_rows >= 0),
    changed_rows INTEGER NOT NULL CHECK (changed_rows >= 0),
    unchanged_rows INTEGER NOT NULL CHECK (unchanged_rows >= 0),
    prices INTEGER NOT NULL CHECK (prices >= 0),
    file BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE price_proposal(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    item_kind TEXT NOT NULL CHECK (item_kind IN ('drug', 'service')),
    item_id BLOB NOT NULL,
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    valid_from TEXT NOT NULL,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    proposed_by BLOB NOT NULL,
    proposed_at INTEGER NOT NULL,
    is_approved INTEGER CHECK (is_approved IN (0, 1)),
    decided_by BLOB,
    decided_at INTEGER,
    CHECK ((decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)),
    CHECK (is_approved IS NOT 1 OR decided_by <> proposed_by)
) WITHOUT ROWID;
CREATE UNIQUE INDEX price_proposal_waiting ON price_proposal(item_id) WHERE decided_at IS NULL;
CREATE TRIGGER price_proposal_no_delete BEFORE DELETE ON price_proposal
BEGIN SELECT RAISE(ABORT, 'price proposals are never removed'); END;
CREATE TRIGGER price_proposal_no_update BEFORE UPDATE ON price_proposal
WHEN OLD.decided_at IS NOT NULL OR NEW.decided_at IS NULL OR NEW.item_id <> OLD.item_id
    OR NEW.price_e4 <> OLD.price_e4 OR NEW.valid_from <> OLD.valid_from OR NEW.source <> OLD.source
    OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
BEGIN SELECT RAISE(ABORT, 'a price proposal is only ever decided'); END;
"""
SQL += "".join(
    f"CREATE TRIGGER supplier_kept_{verb.lower()} AFTER {verb} ON supplier"
    " BEGIN UPDATE list_version SET n = n + 1; END;\n"
    for verb in ("INSERT", "UPDATE", "DELETE")
)
