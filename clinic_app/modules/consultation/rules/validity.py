"""For how many days a sheet may be written (RX-05)."""

from clinic_app.kernel.errors import Refused


def check_days(days: int, *, limit_days: int, reason: str = "", field: str | None = "days") -> None:
    """Days up to the limit pass, more pass with a reason (超量理由); else Refused `consultation.days_need_reason`.

    `limit_days` is the dated parameter of the kind of sheet (ordinary 7, emergency 3 in RX-05).
    """
    if days > limit_days and not reason.strip():
        raise Refused("consultation.days_need_reason", field=field, days=days, limit=limit_days)
