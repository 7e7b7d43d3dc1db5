"""Ways to pay as a list, requests that somebody else approves, refunds with their lines."""

SQL = """
CREATE TABLE payment_method(
    code TEXT PRIMARY KEY CHECK (code GLOB '[a-z]*'),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position INTEGER NOT NULL,
    needs_reference INTEGER NOT NULL CHECK (needs_reference IN (0, 1)),
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    CHECK (code NOT IN ('arrears', 'relief', 'rounding'))
) WITHOUT ROWID;
INSERT INTO payment_method(code, name, name_en, position, needs_reference, source, is_reviewed) VALUES
    ('cash', '现金', 'Cash', 1, 0, 'common professional knowledge, to be confirmed by the clinic', 0),
    ('scan', '扫码付', 'Scan', 2, 1, 'common professional knowledge, to be confirmed by the clinic', 0),
    ('wechat', '微信', 'WeChat', 3, 1, 'common professional knowledge, to be confirmed by the clinic', 0),
    ('alipay', '支付宝', 'Alipay', 4, 1, 'common professional knowledge, to be confirmed by the clinic', 0),
    ('card', '银行卡', 'Card', 5, 1, 'common professional knowledge, to be confirmed by the clinic', 0),
    ('other', '其他', 'Other', 6, 0, 'common professional knowledge, to be confirmed by the clinic', 0);
CREATE TRIGGER payment_method_kept_insert AFTER INSERT ON payment_method BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER payment_method_kept_update AFTER UPDATE ON payment_method BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER payment_method_kept_delete AFTER DELETE ON payment_method BEGIN UPDATE list_version SET n = n + 1; END;

CREATE TABLE approval(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'relief', 'arrears')),
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    bill_id BLOB REFERENCES bill(id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    channel TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected', 'withdrawn', 'used')),
    asked_by BLOB NOT NULL REFERENCES person(id),
    asked_at INTEGER NOT NULL,
    decided_by BLOB REFERENCES person(id),
    decided_at INTEGER,
    answer TEXT NOT NULL DEFAULT '',
    used_bill_id BLOB REFERENCES bill(id),
    CHECK (decided_by IS NOT asked_by),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (state IN ('waiting', 'withdrawn') OR decided_by IS NOT NULL),
    CHECK (state <> 'waiting' OR decided_by IS NULL),
    CHECK ((state = 'used') = (used_bill_id IS NOT NULL)),
    CHECK (kind <> 'refund' OR bill_id IS NOT NULL)
) WITHOUT ROWID;
CREATE UNIQUE INDEX approval_live ON approval(kind, coalesce(bill_id, visit_id)) WHERE state IN ('waiting', 'approved');
CREATE INDEX approval_waiting ON approval(asked_at) WHERE state = 'waiting';
CREATE INDEX approval_asked ON approval(asked_at);
CREATE INDEX approval_visit ON approval(visit_id);
CREATE INDEX approval_used ON approval(used_bill_id) WHERE used_bill_id IS NOT NULL;
CREATE TRIGGER approval_fixed BEFORE UPDATE ON approval
WHEN OLD.state IN ('rejected', 'withdrawn', 'used') OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind
    OR NEW.visit_id IS NOT OLD.visit_id OR NEW.patient_id IS NOT OLD.patient_id OR NEW.bill_id IS NOT OLD.bill_id
    OR NEW.amount_fen IS NOT OLD.amount_fen OR NEW.channel IS NOT OLD.channel OR NEW.reason IS NOT OLD.reason
    OR NEW.asked_by IS NOT OLD.asked_by OR NEW.asked_at IS NOT OLD.asked_at
    OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS NOT OLD.decided_by)
BEGIN SELECT RAISE(ABORT, 'what was asked for is never changed'); END;
CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'requests are never removed'); END;
CREATE TABLE approval_line(
    approval_id BLOB NOT NULL REFERENCES approval(id),
    charge_line_id BLOB NOT NULL REFERENCES charge_line(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    PRIMARY KEY (approval_id, charge_line_id)
) WITHOUT ROWID;

CREATE TABLE refund(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    bill_id BLOB NOT NULL REFERENCES bill(id),
    root_id BLOB NOT NULL REFERENCES bill(id),
    red_id BLOB NOT NULL UNIQUE REFERENCES bill(id),
    rest_id BLOB UNIQUE REFERENCES bill(id),
    approval_id BLOB UNIQUE REFERENCES approval(id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    refunded_by BLOB NOT NULL REFERENCES person(id),
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX refund_root ON refund(root_id);
CREATE TRIGGER refund_no_update BEFORE UPDATE ON refund BEGIN SELECT RAISE(ABORT, 'a refund is final'); END;
CREATE TRIGGER refund_no_delete BEFORE DELETE ON refund BEGIN SELECT RAISE(ABORT, 'a refund is final'); END;
CREATE TABLE refund_line(
    refund_id BLOB NOT NULL REFERENCES refund(id),
    charge_line_id BLOB NOT NULL REFERENCES charge_line(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    PRIMARY KEY (refund_id, charge_line_id)
) WITHOUT ROWID;
CREATE INDEX refund_line_charge ON refund_line(charge_line_id);
CREATE TRIGGER refund_line_no_update BEFORE UPDATE ON refund_line
BEGIN SELECT RAISE(ABORT, 'a refund is final'); END;
CREATE TRIGGER refund_line_no_delete BEFORE DELETE ON refund_line
BEGIN SELECT RAISE(ABORT, 'a refund is final'); END;
CREATE TABLE refund_payment(
    refund_id BLOB NOT NULL REFERENCES refund(id),
    method TEXT NOT NULL CHECK (method <> ''),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    PRIMARY KEY (refund_id, method)
) WITHOUT ROWID;
CREATE TRIGGER refund_payment_no_update BEFORE UPDATE ON refund_payment
BEGIN SELECT RAISE(ABORT, 'a refund is final'); END;
CREATE TRIGGER refund_payment_no_delete BEFORE DELETE ON refund_payment
BEGIN SELECT RAISE(ABORT, 'a refund is final'); END;
"""
