"""The clinic's ways to pay (支付方式): a list, not a constant."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.kept import kept
from clinic_app.modules.charging.queries import words
from clinic_app.modules.charging.rules import ARREARS, CASH


@dataclass(frozen=True, slots=True)
class Method:
    """One way to pay; `needs_reference`: the payment service's number stands on the bill."""

    code: str
    name: str
    name_en: str
    needs_reference: int
    is_disabled: int

    @property
    def shown_name(self) -> str:
        return words.named(self.name, self.name_en)


@kept("payment_method")
def methods() -> tuple[Method, ...]:
    """All of them in the order of the list, disabled ones too: old bills name them."""
    return tuple(
        db.read(
            Method, "SELECT code, name, name_en, needs_reference, is_disabled FROM payment_method ORDER BY position"
        )
    )


def usable_methods() -> dict[str, bool]:
    """The ways to pay now, and which need a reference."""
    return {one.code: bool(one.needs_reference) for one in methods() if not one.is_disabled}


def noncash_methods() -> list[Method]:
    """What the window offers beside cash."""
    return [one for one in methods() if one.code != CASH and not one.is_disabled]


def method_name(code: str, *, in_source: bool = False) -> str:
    """The way to pay in the language of the request, or in Chinese for paper; arrears (欠费) is one of them there."""
    if code == ARREARS:
        return "欠费" if in_source else _("欠费")
    found = next((one for one in methods() if one.code == code), None)
    if found is None:
        return code
    return found.name if in_source else found.shown_name
