"""The draft rows become numbered sheets (签处方): checked once more, spread over sheets, closed to changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import ids, installation, parameters
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import events, queries
from clinic_app.modules.consultation.queries import safety, signed_drugs, words
from clinic_app.modules.consultation.queries.checking import Setting
from clinic_app.modules.consultation.queries.findings import told_of
from clinic_app.modules.consultation.queries.rows import Tried, held_of, signed_of
from clinic_app.modules.consultation.rules import sheets
from clinic_app.modules.consultation.rules.controlled import check_heading
from clinic_app.modules.consultation.rules.interactions import Finding
from clinic_app.modules.consultation.rules.wording import check_use
from clinic_app.modules.consultation.services import groups
from clinic_app.modules.consultation.services import lines as line_services
from clinic_app.modules.consultation.services.opening import Opened
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.stock import queries as stock
from sync.wire.canonical import canonical

_PLACE = (
    "UPDATE prescription_line SET prescription_id = ?, line_no = ?, drug_groups = ?, drug_substances = ?,"
    " dose_stops = ?, rule_stops = ?, drug_name = ?, drug_name_en = ?, strength_text = ?, strength_dose = ?,"
    " dose_unit = ?, min_unit = ?, min_unit_en = ?, pack_unit = ?, pack_unit_en = ?, pack_size = ? WHERE id = ?"
)
_FURTHER = (
    "INSERT INTO prescription(id, visit_id, patient_id, doctor_id, state, rev, herb_doses, herb_form, herb_boiled,"
    " herb_use) VALUES(?, ?, ?, ?, 'draft', 1, ?, ?, ?, ?)"
)
_SIGN = (
    "UPDATE prescription SET state = 'signed', kind = ?, prescription_no = ?, allergies = ?, signed_at = ?,"
    " signed_on = ?, doctor_id = ?, valid_days = ?, is_long_term = ?, patient_number = ?, agent_name = ?,"
    " agent_number = ?, patient_state = ?, signed_twice_at = ?, rev = rev + 1 WHERE id = ? AND state = 'draft'"
)


@dataclass(frozen=True)
class Checked:
    """A row that nothing stops now, with what its signed line keeps; what a sheet is chosen by."""

    line: queries.PrescriptionLine
    drug: dictionaries.Drug
    groups: list[str]
    dose_stops: list[str]
    rule_stops: list[str]
    sheet_class: str
    is_long_term: bool
    is_kept: bool

    @property
    def group_no(self) -> int | None:
        return self.line.group_no


def sign_sheets(
    uow: UnitOfWork, opened: Opened, draft: queries.Prescription, found: safety.Safety, *, signed_twice: bool,
    only_check: bool = False,
) -> list[str]:
    """The numbers of the sheets made, none without rows; with `only_check` the rows stay drafts for a co-signature.

    Refused with the field `line-<id>` for a row: what rows are refused for, `consultation.stop_unresolved`,
    `.dose_unresolved`, `.rule_unresolved`, `.question_open`, `.quantity_changed`; for a red sheet as `check_heading`;
    `consultation.sign_twice` when a stop was kept and there is no second signature (RX-13).
    """
    lines = queries.lines_of(draft.id)
    if not lines:
        return []
    groups.check_sheet(lines)
    setting = Setting(opened.visit, uow.on, uow.actor.person_id, found=found)
    there = stock.available_of([one.drug_id for one in lines], uow.on)
    rows, told = held_of(setting, lines, signed_of(setting))
    checked = [
        _checked(uow, setting, line, row, told.get(line.id, ()), there)
        for line, row in zip(lines, rows, strict=True)
    ]
    parts = sheets.parts(checked, parameters.value("consultation.most_drugs_per_sheet", uow.on))
    number = patients.patient(opened.visit.patient_id)
    if any(part.sheet_class in sheets.RED for part in parts):
        check_heading(
            patient_number=number.identity_number if number else "", agent_name=draft.agent_name,
            agent_number=draft.agent_number,
        )  # fmt: skip
    if any(part.sheet_class == sheets.HERBAL for part in parts):
        check_use(draft.herb_use, 1)
    if any(one.is_kept for one in checked) and not signed_twice:
        raise Refused("consultation.sign_twice")
    if only_check:
        return []
    sheet_ids = _sheets_for(uow, opened, draft, parts)
    for sheet_id, part in zip(sheet_ids, parts, strict=True):  # all rows stand before the first sheet is closed
        for place, one in enumerate(part.lines, 1):
            _place(uow, sheet_id, place, one)
    heading = _Heading(setting, draft, number.identity_number if number else "")
    return [
        _number_sheet(uow, opened, sheet_id, part, heading) for sheet_id, part in zip(sheet_ids, parts, strict=True)
    ]


@dataclass(frozen=True)
class _Heading:
    """What the sheets of one signing share."""

    setting: Setting
    draft: queries.Prescription
    patient_number: str

    def kind(self, part: "sheets.Part[Checked]") -> str:
        found, on = self.setting.found, self.setting.on
        return part.sheet_class or sheets.kind_of(
            patients.completed_years(found.born_on, on),
            is_emergency=self.setting.visit.kind == "emergency",
            paediatric_below_years=parameters.value("consultation.paediatric_below_years", on),
        )  # fmt: skip

    def state(self) -> str:
        """Weight and answers as they were known at signing."""
        weight = self.setting.note.weight if self.setting.note else ""
        return canonical({"weight": weight, **dict(self.setting.answers)}).decode()


def _sheets_for(
    uow: UnitOfWork, opened: Opened, draft: queries.Prescription, parts: "list[sheets.Part[Checked]]"
) -> list[bytes]:
    made = [draft.id]
    for _part in parts[1:]:
        made.append(ids.new_id())
        uow.execute(
            _FURTHER,
            (made[-1], opened.visit.id, opened.visit.patient_id, uow.actor.person_id, draft.herb_doses,
             draft.herb_form, draft.herb_boiled, draft.herb_use),
        )  # fmt: skip
    return made


def _place(uow: UnitOfWork, sheet_id: bytes, place: int, one: Checked) -> None:
    kept = (one.groups, sorted(one.drug.substances), one.dose_stops, one.rule_stops)
    as_now = [getattr(one.drug, name) for name in signed_drugs.KEPT]
    uow.execute(_PLACE, (sheet_id, place, *(canonical(what).decode() for what in kept), *as_now, one.line.id))


def _number_sheet(
    uow: UnitOfWork, opened: Opened, sheet_id: bytes, part: "sheets.Part[Checked]", heading: _Heading
) -> str:
    series = f"{installation.current().prefix()}C{uow.on:%y%m%d}"
    number = f"{series}{uow.number(f'consultation.{series}'):04d}"
    told = canonical([one.as_kept() for one in heading.setting.found.allergies]).decode()
    is_red, draft = part.sheet_class in sheets.RED, heading.draft
    red = (heading.patient_number, draft.agent_name, draft.agent_number) if is_red else ("", "", "")
    twice = uow.at if any(one.is_kept for one in part.lines) else None
    uow.change_one(
        _SIGN,
        (heading.kind(part), number, told, uow.at, uow.on.isoformat(), opened.note.doctor_id, draft.valid_days,
         int(part.is_long_term), *red, heading.state(), twice, sheet_id),
        Stale("consultation.sheet_changed"),
    )  # fmt: skip
    uow.emit(
        events.PRESCRIPTION_SIGNED, sheet_id,
        {"prescription_id": sheet_id, "prescription_no": number, "visit_id": opened.visit.id,
         "patient_id": opened.visit.patient_id, "doctor_id": opened.note.doctor_id,
         "lines": [_told(one.line) for one in part.lines]},
        (opened.visit.id,),
    )  # fmt: skip
    return number


def _told(line: queries.PrescriptionLine) -> dict[str, Any]:
    """What the patient brought is neither charged nor handed out (自备药, IN-05)."""
    told = {"line_id": line.id, "drug_id": line.drug_id, "quantity": line.quantity}
    return told | {"is_own": True} if line.is_own else told


def _checked(
    uow: UnitOfWork, setting: Setting, line: queries.PrescriptionLine, row: Tried, told: Sequence[Finding],
    there: Mapping[bytes, int],
) -> Checked:
    """The row as it is signed; refused for what stops it now though it was stored before."""
    field = f"line-{line.id.hex()}"
    try:
        if row.problem is not None or row.worked is None:
            raise row.problem or Refused("consultation.sheet_changed")
        worked = row.worked
        setting.check_right(worked, line.reason)
        check_use(line.note, line.line_no)
        line_services.forget_other_doses(uow, line.id, worked)
        _forget_other_rules(uow, line.id, told)
        reasons = queries.kept_stops_of(line.id)
        if not line.is_own:
            line_services.require_stock(worked, there.get(line.drug_id, 0), reasons)
    except Refused as err:
        err.field = field
        raise
    name = dictionaries.named(worked.drug)
    if worked.quantity != line.quantity:  # the dictionary changed under the draft
        raise Refused("consultation.quantity_changed", field=field, drug=name)
    allergy_groups = dictionaries.groups_of_drug(line.drug_id)
    kept = {(one.kind, one.code) for one in reasons}
    for one in setting.found.findings(worked.drug, allergy_groups):
        if one.tier == "stop" and (one.allergy.kind, one.allergy.code) not in kept:
            raise Refused("consultation.stop_unresolved", field=field, drug=name, allergy=one.allergy.shown)
    for beyond in worked.stops:
        if ("dose", beyond.code) not in kept:
            text = words.beyond(beyond, worked.drug)
            raise Refused("consultation.dose_unresolved", field=field, drug=name, told=text)
    for finding in told:
        _require_decided(finding, kept, setting, worked.drug, field)
    stops = [one.code for one in told if one.tier == "stop" and not one.asks]
    return Checked(
        line, worked.drug, setting.found.with_all_above(allergy_groups), [one.code for one in worked.stops], stops,
        worked.sheet_class, worked.is_long_term, bool(reasons),
    )  # fmt: skip


def _require_decided(
    finding: Finding, kept: set[tuple[str, str]], setting: Setting, drug: dictionaries.Drug, field: str
) -> None:
    if finding.tier != "stop" or ("rule", finding.code) in kept:
        return
    if finding.asks == "childbearing":
        raise Refused("consultation.question_open", field=field, drug=words.named(drug.name, drug.name_en))
    if not finding.asks:
        shown = told_of(finding, setting)
        facts = {"drug": words.named(drug.name, drug.name_en), "told": f"{shown.heading}：{shown.text}"}
        raise Refused("consultation.rule_unresolved", field=field, **facts)


def _forget_other_rules(uow: UnitOfWork, line_id: bytes, told: Sequence[Finding]) -> None:
    """A reason for what no rule says any more would be printed for nothing."""
    still = {one.code for one in told}
    for kept in queries.kept_stops_of(line_id):
        if kept.kind == "rule" and kept.code not in still:
            uow.execute("DELETE FROM kept_stop WHERE line_id = ? AND kind = 'rule' AND code = ?", (line_id, kept.code))
