"""Names of ways to pay and of invoice categories as the lists have them, in the reader's language."""

from clinic_app.kernel import db, i18n


def methods() -> dict[str, str]:
    """Way to pay to its name (支付方式)."""
    return _named("SELECT code, name, name_en FROM payment_method ORDER BY position")


def categories() -> dict[str, str]:
    """Invoice category to its name (发票归类), in the order of the invoice."""
    return _named("SELECT code, name, name_en FROM invoice_category ORDER BY position")


def _named(sql: str) -> dict[str, str]:
    is_source = i18n.current() == i18n.SOURCE
    return {code: name if is_source or not name_en else name_en for code, name, name_en in db.rows(sql)}
