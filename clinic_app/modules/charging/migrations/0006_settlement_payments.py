"""How arrears (欠费) were paid at last: by which way and with which reference of the payment service."""

SQL = """
CREATE TABLE settlement_payment(
    voucher_id INTEGER NOT NULL REFERENCES voucher(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    method TEXT NOT NULL CHECK (method <> '' AND method <> 'arrears'),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reference TEXT NOT NULL CHECK (reference = '' OR method <> 'cash'),
    PRIMARY KEY (voucher_id, line_no)
) WITHOUT ROWID;
CREATE INDEX settlement_payment_reference ON settlement_payment(reference) WHERE reference <> '';
CREATE TRIGGER settlement_payment_no_update BEFORE UPDATE ON settlement_payment
BEGIN SELECT RAISE(ABORT, 'payments are never changed'); END;
CREATE TRIGGER settlement_payment_no_delete BEFORE DELETE ON settlement_payment
BEGIN SELECT RAISE(ABORT, 'payments are never removed'); END;
"""
