"""Papers of the pharmacy: labels of 60 x 40 mm and the pick list, in Chinese on any screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import i18n, installation
from clinic_app.kernel.clock import local_text
from clinic_app.kernel.clock import today as business_day
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.pharmacy import queries
from clinic_app.modules.pharmacy.queries import Line, Sheet, words
from clinic_app.modules.pharmacy.rules import shelf_order


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one pack: `use` is the largest text; a bag label has no drug but the count of drugs."""

    clinic: str
    name: str
    sex_age: str
    place: str
    drug: str
    strength: str
    quantity: str
    use: str
    note: str
    batches: str
    printed: str


@dataclass(frozen=True, slots=True)
class Pick:
    """One drug to take from the shelf: `queue_no` whose it is, `batches` which packs."""

    shelf: str
    drug: str
    strength: str
    quantity: str
    batches: str
    queue_no: int
    name: str
    prescription_no: str


def labels(sheet: Sheet, lines: Sequence[Line]) -> list[Label]:
    """A label for each drug still to be handed out (for all of them once nothing is), then one for the bag."""
    person = patients.patient(sheet.patient_id)
    assert person is not None  # a foreign key of the sheet
    age = patients.age_text(person.born_on, business_day(), is_estimated=person.is_birth_estimated, in_source=True)
    sex_age = " ".join(part for part in (patients.sex_text(person.sex, in_source=True), age) if part)
    clinic, printed = installation.current().clinic_name, local_text(sheet.paid.paid_at) if sheet.paid else ""
    shown = [line for line in lines if line.left] or list(lines)
    with i18n.using(i18n.SOURCE):
        packs = [
            Label(
                clinic, sheet.patient_name, sex_age, f"{at} / {len(shown)}", words.drug_name(line),
                words.strength(line),
                words.in_packs(line.quantity, line), words.use_only(line), line.note,
                "　".join(f"批号 {one.batch_no} 至 {one.expires_on}" for one in line.batches), printed,
            )
            for at, line in enumerate(shown, 1)
        ]  # fmt: skip
    bag = Label(
        clinic, sheet.patient_name, sex_age, "药袋", "", "", f"{len(shown)} 种药", f"{sheet.queue_no} 号", "",
        sheet.prescription_no, printed,
    )  # fmt: skip
    return [*packs, bag]


def pick_list(sheets: Sequence[Sheet], on: date) -> list[Pick]:
    """What the sheets need, in the order of the shelves (A-01-4 before A-03-2, PH-15)."""
    found: list[Pick] = []
    with i18n.using(i18n.SOURCE):
        for sheet in sheets:
            found += [
                Pick(
                    line.drug.shelf, words.drug_name(line), words.strength(line), words.in_packs(line.left, line),
                    "　".join(one.batch_no for one in line.batches), sheet.queue_no, sheet.patient_name,
                    sheet.prescription_no,
                )
                for line in queries.lines_of(sheet, on)
                if line.left
            ]  # fmt: skip
    return sorted(found, key=lambda one: (shelf_order(one.shelf), one.drug, one.queue_no))
