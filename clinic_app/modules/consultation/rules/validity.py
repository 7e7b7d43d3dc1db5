"""For how many days a sheet may be written and how long it may be dispensed (RX-05, RX-06, RX-10)."""

from datetime import date, timedelta

from clinic_app.kernel.errors import Refused


def check_days(days: int, *, limit_days: int, reason: str = "", field: str | None = "days") -> None:
    """Days up to the limit pass, more pass with a reason (超量理由); else Refused `consultation.days_need_reason`.

    `limit_days` is the dated parameter of the kind of sheet (ordinary 7, emergency 3 in RX-05).
    """
    if days > limit_days and not reason.strip():
        raise Refused("consultation.days_need_reason", field=field, days=days, limit=limit_days)


def check_long(days: int, *, is_long_term: bool, reason: str, usual_days: int, most_days: int) -> None:
    """What a reason alone does not allow (RX-06): more than `usual_days` only as a long-term prescription (长期处方).

    A long-term row tells its assessment in `reason` and covers at most `most_days`. Refused
    `consultation.long_term_needed`, `.long_term_reason`, `.long_term_days`.
    """
    if not is_long_term:
        if days > usual_days:
            raise Refused("consultation.long_term_needed", field="reason", days=days, limit=usual_days)
        return
    if not reason.strip():
        raise Refused("consultation.long_term_reason", field="reason")
    if days > most_days:
        raise Refused("consultation.long_term_days", field="days", days=days, limit=most_days)


def last_day(signed_on: date, valid_days: int) -> date:
    """The last day on which a sheet may be dispensed; the day of issue is day 1 (RX-10)."""
    return signed_on + timedelta(days=valid_days - 1)


def check_valid_days(days: int, most: int) -> None:
    """A sheet is valid on its day; the prescriber may extend to at most `most` days (RX-10).

    Refused `consultation.valid_days`.
    """
    if not 1 <= days <= most:
        raise Refused("consultation.valid_days", field="valid_days", days=days, most=most)
