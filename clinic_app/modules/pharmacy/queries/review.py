"""The review of a sheet before it is handed out (审方): the person's allergies, as known now, and the doses kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation.queries import safety, words
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy.queries.sheets import Line, Sheet


@dataclass(frozen=True, slots=True)
class Finding:
    """One allergy that speaks against one drug: `tier` stop or look, `reason` of the doctor who kept it or empty.

    `is_left` while some of the drug is still to be handed out: what was paid back stops nothing beside it.
    """

    line_id: bytes
    drug: str
    allergy: str
    tier: str
    reason: str
    is_left: bool

    @property
    def is_unanswered(self) -> bool:
        return self.is_left and self.tier == "stop" and not self.reason


@dataclass(frozen=True, slots=True)
class KeptDose:
    """A dose above its limit that the doctor kept: what was written and the most, and the reason (RX-13)."""

    drug: str
    told: str
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """`state` of the person's allergies: unknown, none or known.

    A dispense keeps `known` of them, and of each line's drug the `contents` they were held against: its allergy groups
    with those above, and its substances, as the dictionary has them now and not as it had them at signing (O3).
    """

    state: str
    known: list[dict[str, Any]]
    findings: list[Finding]
    doses: list[KeptDose]
    contents: Mapping[bytes, tuple[Sequence[str], Sequence[str]]]

    @property
    def unanswered(self) -> list[Finding]:
        """Stops without the doctor's reason: recorded after signing, or merged in from another record."""
        return [one for one in self.findings if one.is_unanswered]


def review(sheet: Sheet, lines: Sequence[Line]) -> Review:
    """The allergies of the person, of linked records too, held against the lines of a sheet (O3)."""
    known, groups = safety.safety_of(sheet.patient_id), dictionaries.group_names()
    findings: list[Finding] = []
    doses: list[KeptDose] = []
    contents: dict[bytes, tuple[Sequence[str], Sequence[str]]] = {}
    all_reasons = consultation.kept_stops_of_sheet(sheet.id)
    for line in lines:
        own_groups = dictionaries.groups_of_drug(line.drug.id)
        contents[line.id] = (known.with_all_above(own_groups), sorted(line.drug.substances))
        stops = known.findings(line.drug, own_groups)
        reasons = all_reasons.get(line.id, [])
        kept = {(one.kind, one.code): one.reason for one in reasons}
        name = words.named(line.drug.name, line.drug.name_en)
        beyond = [one for one in reasons if one.kind == "dose"]
        doses += [KeptDose(name, words.kept_dose(one.code, line.drug), one.reason) for one in beyond]
        findings += [
            Finding(
                line.id, name,
                groups.get(one.allergy.code, one.allergy.shown) if one.allergy.kind == "group" else one.allergy.shown,
                one.tier,
                kept.get((one.allergy.kind, one.allergy.code), ""),
                bool(line.left),
            )
            for one in stops
        ]  # fmt: skip
    return Review(known.state, [one.as_kept() for one in known.allergies], findings, doses, contents)
