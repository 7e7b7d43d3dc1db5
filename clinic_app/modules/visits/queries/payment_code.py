"""How a payer is told on the home page of the record (病案首页付费方式), VS-02."""

from datetime import date

from clinic_app.kernel import parameters


def home_page_payment_code(payer: str, on: date) -> str:
    """Code 1 to 9 of a payer on a day, never empty; merged resident insurance is 2 or 3 as the clinic set it."""
    return str(parameters.value(f"visits.payment_code_{payer}", on))
