"""The queue of the window: paid sheets of which nothing was handed out, so that no bill of the days before is read."""

SQL = """
CREATE TABLE paid_sheet(
    paid_on TEXT NOT NULL,
    bill_id BLOB NOT NULL REFERENCES bill(id),
    prescription_id BLOB NOT NULL,
    PRIMARY KEY (paid_on, bill_id, prescription_id)
) WITHOUT ROWID;
CREATE INDEX paid_sheet_bill ON paid_sheet(bill_id);
CREATE INDEX paid_sheet_sheet ON paid_sheet(prescription_id);
INSERT INTO paid_sheet(paid_on, bill_id, prescription_id)
    SELECT DISTINCT k.paid_on, k.id, c.source_id FROM charge_line c JOIN bill k ON k.id = c.bill_id
    WHERE c.source_kind = 'prescription' AND c.item_kind = 'drug'
        AND NOT EXISTS (SELECT 1 FROM dispense d WHERE d.prescription_id = c.source_id);
"""
