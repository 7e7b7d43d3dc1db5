"""Tables of the stock: places, batches, movements with cached balances, reservations, goods-in.

The places outside the clinic, and the corner for what waits to be scrapped (待报损), are made here: every clinic has
them, under the same ids, and no screen adds others.
"""

SQL = """
CREATE TABLE place(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    is_external INTEGER NOT NULL CHECK (is_external IN (0, 1)),
    UNIQUE (id, is_external)
) WITHOUT ROWID;
INSERT INTO place(id, code, name, is_external) VALUES
    (x'00000000000000000000000000000001', 'supplier', '供应商', 1),
    (x'00000000000000000000000000000002', 'patient', '患者', 1),
    (x'00000000000000000000000000000003', 'scrapped', '已销毁', 1),
    (x'00000000000000000000000000000004', 'damaged', '待报损', 0);
CREATE TRIGGER place_kept_insert AFTER INSERT ON place BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER place_kept_update AFTER UPDATE ON place BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER place_kept_delete AFTER DELETE ON place BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TABLE batch(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    batch_no TEXT NOT NULL,
    expires_on TEXT NOT NULL,
    is_frozen INTEGER NOT NULL DEFAULT 0 CHECK (is_frozen IN (0, 1)),
    frozen_reason TEXT NOT NULL DEFAULT '',
    UNIQUE (drug_id, batch_no)
) WITHOUT ROWID;
CREATE TRIGGER batch_no_rewrite BEFORE UPDATE OF id, drug_id, batch_no, expires_on ON batch
BEGIN SELECT RAISE(ABORT, 'a batch is never rewritten'); END;
CREATE TRIGGER batch_no_delete BEFORE DELETE ON batch
BEGIN SELECT RAISE(ABORT, 'batches are never removed'); END;
CREATE TABLE stock_move(
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind <> ''),
    batch_id BLOB NOT NULL REFERENCES batch(id),
    from_place_id BLOB NOT NULL REFERENCES place(id),
    to_place_id BLOB NOT NULL REFERENCES place(id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    document_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    moved_on TEXT NOT NULL,
    CHECK (from_place_id <> to_place_id)
);
CREATE INDEX stock_move_batch ON stock_move(batch_id);
CREATE INDEX stock_move_document ON stock_move(document_id);
CREATE TRIGGER stock_move_no_update BEFORE UPDATE ON stock_move
BEGIN SELECT RAISE(ABORT, 'stock moves are never changed'); END;
CREATE TRIGGER stock_move_no_delete BEFORE DELETE ON stock_move
BEGIN SELECT RAISE(ABORT, 'stock moves are never removed'); END;
CREATE TABLE stock_balance(
    batch_id BLOB NOT NULL REFERENCES batch(id),
    place_id BLOB NOT NULL,
    is_external INTEGER NOT NULL,
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (batch_id, place_id),
    FOREIGN KEY (place_id, is_external) REFERENCES place(id, is_external),
    CHECK (on_hand >= reserved OR is_external = 1),
    CHECK (reserved = 0 OR is_external = 0)
) WITHOUT ROWID;
CREATE INDEX stock_balance_there ON stock_balance(place_id, batch_id) WHERE on_hand > 0;
CREATE TABLE reservation(
    id INTEGER PRIMARY KEY,
    source_id BLOB NOT NULL,
    line_id BLOB NOT NULL,
    batch_id BLOB NOT NULL REFERENCES batch(id),
    place_id BLOB NOT NULL REFERENCES place(id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    state TEXT NOT NULL CHECK (state IN ('live', 'consumed', 'released', 'lapsed')),
    made_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK ((state = 'live') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX reservation_live ON reservation(source_id, line_id, batch_id) WHERE state = 'live';
CREATE INDEX reservation_line ON reservation(line_id) WHERE state = 'live';
CREATE INDEX reservation_source ON reservation(source_id);
CREATE INDEX reservation_age ON reservation(made_at) WHERE state = 'live';
CREATE INDEX reservation_lapsed ON reservation(line_id) WHERE state = 'lapsed';
CREATE INDEX reservation_batch ON reservation(batch_id) WHERE state = 'live';
CREATE TRIGGER reservation_no_rewrite
BEFORE UPDATE OF id, source_id, line_id, batch_id, place_id, quantity, made_at ON reservation
BEGIN SELECT RAISE(ABORT, 'a reservation only ends'); END;
CREATE TRIGGER reservation_ends_once BEFORE UPDATE ON reservation WHEN OLD.state <> 'live'
BEGIN SELECT RAISE(ABORT, 'a reservation ends once'); END;
CREATE TRIGGER reservation_no_delete BEFORE DELETE ON reservation
BEGIN SELECT RAISE(ABORT, 'reservations are never removed'); END;
CREATE TABLE goods_in(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    goods_in_no TEXT NOT NULL UNIQUE,
    place_id BLOB NOT NULL REFERENCES place(id),
    supplier TEXT NOT NULL,
    document_no TEXT NOT NULL,
    person_id BLOB NOT NULL,
    received_on TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE goods_in_line(
    goods_in_id BLOB NOT NULL REFERENCES goods_in(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    batch_id BLOB NOT NULL REFERENCES batch(id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    cost_e4 INTEGER NOT NULL CHECK (cost_e4 >= 0),
    PRIMARY KEY (goods_in_id, line_no)
) WITHOUT ROWID;
CREATE INDEX goods_in_line_batch ON goods_in_line(batch_id);
CREATE TRIGGER goods_in_no_update BEFORE UPDATE ON goods_in
BEGIN SELECT RAISE(ABORT, 'goods-in is never changed'); END;
CREATE TRIGGER goods_in_no_delete BEFORE DELETE ON goods_in
BEGIN SELECT RAISE(ABORT, 'goods-in is never removed'); END;
CREATE TRIGGER goods_in_line_no_update BEFORE UPDATE ON goods_in_line
BEGIN SELECT RAISE(ABORT, 'goods-in is never changed'); END;
CREATE TRIGGER goods_in_line_no_delete BEFORE DELETE ON goods_in_line
BEGIN SELECT RAISE(ABORT, 'goods-in is never removed'); END;
"""
