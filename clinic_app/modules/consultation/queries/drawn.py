"""A row and a signed sheet as the prescription pane draws them."""

from dataclasses import dataclass

from clinic_app.kernel.errors import Refused
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.findings import Told
from clinic_app.modules.consultation.queries.working_out import lists
from clinic_app.modules.consultation.rules.allergy import Stop
from clinic_app.modules.consultation.rules.dose_range import DoseStop
from clinic_app.modules.dictionaries import queries as dictionaries


@dataclass(frozen=True)
class Row:
    """One row as drawn. `problem` is why it could not be signed; `is_low`: there is not enough for two such lines.

    `from_age` is the least age of a drug that this patient may not have reached, `also_on` the number of a signed sheet
    of this visit that holds the drug already, `lacks_fluid` a drip in whose bottle nothing carries it: amber lines all.
    `beyond` are dose limits without a reason yet, `kept_doses` those that were kept and still hold; of a signed row as
    they were told then.
    """

    line: queries.PrescriptionLine
    drug: dictionaries.Drug
    name: str
    dose: str
    frequency: str
    route: str
    quantity: str
    stock: str = ""
    is_low: bool = False
    amount_fen: int = 0
    lasts_days: int | None = None
    problem: Refused | None = None
    stops: tuple[Stop, ...] = ()
    looks: tuple[Stop, ...] = ()
    other: dictionaries.Drug | None = None
    is_long: bool = False
    from_age: int | None = None
    also_on: str = ""
    per_dose: str = ""
    beyond: tuple[DoseStop, ...] = ()
    kept_doses: tuple[str, ...] = ()
    weekdays: str = ""
    told: tuple[Told, ...] = ()
    sheet_class: str = ""
    lacks_fluid: bool = False

    @property
    def barred(self) -> list[Told]:
        """What rules stop without a reason yet."""
        return [one for one in self.told if one.tier == "stop" and not one.asks]

    @property
    def asked(self) -> str:
        """The question that stops the row until it is answered; empty when none does."""
        asking = (one.asks for one in self.told if one.asks == "childbearing" and one.tier == "stop")
        return next(asking, "")

    @property
    def may_ask(self) -> str:
        """A question that the row would like answered, whether it waits for it or not."""
        return self.asked or next((one.asks for one in self.told if one.asks), "")

    @property
    def amber(self) -> list[Told]:
        return [one for one in self.told if one.tier == "look" and not one.asks]

    @property
    def quiet(self) -> list[Told]:
        return [one for one in self.told if one.tier == "quiet" and not one.asks]

    @property
    def strength(self) -> str:
        """What stands small under the name of the drug."""
        return dictionaries.strength(self.drug)

    @property
    def is_parenteral(self) -> bool:
        """Whether it is injected or infused, so that it may share a bottle and is executed in the treatment room."""
        return lists().routes[self.line.route].slip in ("injection", "infusion")

    @property
    def is_open(self) -> bool:
        """Whether the doctor must decide before signing."""
        return bool(self.stops or self.beyond or self.barred or self.asked) or self.problem is not None

    @property
    def told_beyond(self) -> list[str]:
        """The dose limits that the row goes beyond, in words."""
        return [words.beyond(one, self.drug) for one in self.beyond]

    @property
    def other_name(self) -> str:
        return words.named(self.other.name, self.other.name_en) if self.other else ""


@dataclass(frozen=True)
class Sheet:
    """A signed or voided sheet with its rows."""

    sheet: queries.Prescription
    rows: list[Row]
