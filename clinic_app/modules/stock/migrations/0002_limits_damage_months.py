"""Tables of the stock: limits of a drug, damage documents, price changes of the stock, closed months."""

SQL = """
CREATE TABLE stock_limit(
    place_id BLOB NOT NULL REFERENCES place(id),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    minimum INTEGER NOT NULL CHECK (minimum >= 0),
    maximum INTEGER NOT NULL CHECK (maximum >= minimum),
    changed_by BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (place_id, drug_id)
) WITHOUT ROWID;
CREATE INDEX stock_move_day ON stock_move(moved_on);
CREATE TABLE damage(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    damage_no TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'rejected')),
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    CHECK ((state = 'submitted') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> made_by)
) WITHOUT ROWID;
CREATE INDEX damage_open ON damage(made_at) WHERE state = 'submitted';
CREATE TRIGGER damage_decided_once BEFORE UPDATE ON damage
WHEN OLD.state <> 'submitted' OR NEW.state = 'submitted' OR NEW.id IS NOT OLD.id OR NEW.damage_no IS NOT OLD.damage_no
    OR NEW.reason IS NOT OLD.reason OR NEW.made_by IS NOT OLD.made_by OR NEW.made_at IS NOT OLD.made_at
BEGIN SELECT RAISE(ABORT, 'a damage document is decided once'); END;
CREATE TRIGGER damage_no_delete BEFORE DELETE ON damage
BEGIN SELECT RAISE(ABORT, 'damage documents are never removed'); END;
CREATE TABLE damage_line(
    damage_id BLOB NOT NULL REFERENCES damage(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    batch_id BLOB NOT NULL REFERENCES batch(id),
    place_id BLOB NOT NULL REFERENCES place(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    PRIMARY KEY (damage_id, line_no)
) WITHOUT ROWID;
CREATE TRIGGER damage_line_no_update BEFORE UPDATE ON damage_line
BEGIN SELECT RAISE(ABORT, 'a damage document is never changed'); END;
CREATE TRIGGER damage_line_no_delete BEFORE DELETE ON damage_line
BEGIN SELECT RAISE(ABORT, 'damage documents are never removed'); END;
CREATE TABLE price_change(
    id INTEGER PRIMARY KEY,
    price_id INTEGER NOT NULL,
    place_id BLOB NOT NULL REFERENCES place(id),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    old_e4 INTEGER NOT NULL,
    new_e4 INTEGER NOT NULL,
    difference_fen INTEGER NOT NULL,
    effective_on TEXT NOT NULL,
    posted_at INTEGER NOT NULL,
    UNIQUE (price_id, place_id)
);
CREATE INDEX price_change_day ON price_change(effective_on);
CREATE TRIGGER price_change_no_update BEFORE UPDATE ON price_change
BEGIN SELECT RAISE(ABORT, 'a price change of the stock is never changed'); END;
CREATE TRIGGER price_change_no_delete BEFORE DELETE ON price_change
BEGIN SELECT RAISE(ABORT, 'price changes of the stock are never removed'); END;
CREATE TABLE stock_month(
    month TEXT PRIMARY KEY CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
    closed_by BLOB NOT NULL,
    closed_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER stock_month_no_update BEFORE UPDATE ON stock_month
BEGIN SELECT RAISE(ABORT, 'a closed month stays closed'); END;
CREATE TRIGGER stock_month_no_delete BEFORE DELETE ON stock_month
BEGIN SELECT RAISE(ABORT, 'a closed month stays closed'); END;
CREATE TRIGGER stock_move_open_month BEFORE INSERT ON stock_move
WHEN EXISTS (SELECT 1 FROM stock_month WHERE month >= substr(NEW.moved_on, 1, 7))
BEGIN SELECT RAISE(ABORT, 'a closed month accepts no movement'); END;
CREATE TABLE stock_month_balance(
    month TEXT NOT NULL REFERENCES stock_month(month),
    place_id BLOB NOT NULL REFERENCES place(id),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    opening INTEGER NOT NULL,
    came_in INTEGER NOT NULL,
    went_out INTEGER NOT NULL,
    stocktake INTEGER NOT NULL,
    closing INTEGER NOT NULL,
    opening_fen INTEGER NOT NULL,
    in_fen INTEGER NOT NULL,
    out_fen INTEGER NOT NULL,
    stocktake_fen INTEGER NOT NULL,
    price_fen INTEGER NOT NULL,
    closing_fen INTEGER NOT NULL,
    PRIMARY KEY (month, place_id, drug_id),
    CHECK (closing = opening + came_in - went_out + stocktake),
    CHECK (closing_fen = opening_fen + in_fen - out_fen + stocktake_fen + price_fen)
) WITHOUT ROWID;
CREATE TRIGGER stock_month_balance_no_update BEFORE UPDATE ON stock_month_balance
BEGIN SELECT RAISE(ABORT, 'a closed month is never changed'); END;
CREATE TRIGGER stock_month_balance_no_delete BEFORE DELETE ON stock_month_balance
BEGIN SELECT RAISE(ABORT, 'a closed month is never changed'); END;
"""
