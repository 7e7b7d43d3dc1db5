"""The reports (报表): the manager's figures, their rows, tables to take away. It reads and writes nothing."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter

MODULE = Module(
    name="reports",
    blueprint="clinic_app.modules.reports.views:blueprint",
    rights={
        "reports.view": frozenset({"manager"}),
        "reports.export": frozenset({"manager"}),
    },
    menu=(MenuItem("院长看板", "reports.dashboard", "reports.view", "list", True, leads=True),),
    reads=(
        "visit", "patient", "voucher", "ledger_entry", "bill", "prescription", "prescription_line", "drug",
        "charge_line", "payment_method", "invoice_category",
    ),
    parameters=(
        Parameter("reports.most_days", 366, "decided here: one year is read at once", lowest=31, highest=3660),
        Parameter("reports.most_exported_rows", 20_000, "decided here: what a spreadsheet opens in seconds",
                  lowest=100, highest=100_000),
        Parameter("reports.drug_share_percent", 45, "practice: the clinic's own aim for the drug share (RP-06)",
                  lowest=1, highest=100),
        Parameter("reports.antimicrobial_percent", 20, "domain guide RP-07: 20 % is often quoted for hospitals",
                  lowest=1, highest=100),
        Parameter("reports.opens_at", 8, "practice: the first hour of the day's drawing", lowest=0, highest=12),
        Parameter("reports.closes_at", 17, "practice: the hour after the last of the day's drawing",
                  lowest=13, highest=24),
    ),
)  # fmt: skip
