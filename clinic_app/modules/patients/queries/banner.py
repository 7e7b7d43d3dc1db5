"""What every page shows of its patient (患者信息条)."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import i18n, parameters
from clinic_app.modules.patients.queries.ages import age_at
from clinic_app.modules.patients.queries.chart_access import is_restricted
from clinic_app.modules.patients.queries.records import allergies_of, allergy_name, patient
from clinic_app.modules.patients.rules.masking import mask_identity_number, mask_phone


@dataclass(frozen=True)
class Banner:
    """The patient banner: identity and allergies, never cut off. Later subjects fill the fields of a visit."""

    patient_id: bytes
    person_no: str
    name: str
    sex_text: str
    age_text: str
    born_on: str | None
    identity_masked: str
    phone_masked: str
    allergy_state: str
    allergies: list[str]
    allergy_note: str
    is_restricted: bool = False
    queue_no: int | None = None
    visit_no: str = ""
    tags: tuple[str, ...] = ()


def banner(patient_id: bytes, on: date) -> Banner | None:
    """The banner of a patient on a day, in the language of the request; None for an unknown id.

    Allergies are those of every record linked to this one: a known one is never hidden by a merge.
    """
    found = patient(patient_id)
    if found is None:
        return None
    known = allergies_of(patient_id)
    state = "known" if known else found.allergy_state
    return Banner(
        found.id, found.person_no, found.name, sex_text(found.sex),
        age_text(found.born_on, on, is_estimated=found.is_birth_estimated), found.born_on,
        mask_identity_number(found.identity_number) if found.identity_number else "",
        mask_phone(found.phone) if found.phone else "",
        state, [allergy_name(one) for one in known], "；".join(one.note for one in known if one.note),
        is_restricted(patient_id),
    )  # fmt: skip


def sex_text(sex: str, *, in_source: bool = False) -> str:
    """The word for a sex code (ID-12), in the language of the request or, for papers, in Chinese."""
    pgettext = _as_written if in_source else i18n.pgettext
    return {"1": pgettext("sex", "男"), "2": pgettext("sex", "女"), "9": pgettext("sex", "未说明")}.get(
        sex, pgettext("sex", "性别不详")
    )


def age_text(born_on: str | None, on: date, *, is_estimated: bool = False, in_source: bool = False) -> str:
    """The age on a day in words (ID-10); empty when the birth date is unknown or after that day."""
    age = age_at(born_on, on)
    if age is None:
        return ""
    _ = str if in_source else i18n.gettext
    shown = {
        unit: count for count, unit in age.parts(years_alone_from=parameters.value("patients.years_alone_from", on))
    }
    pattern = {
        ("years",): _("%(years)d岁"),
        ("years", "months"): _("%(years)d岁%(months)d月"),
        ("months",): _("%(months)d个月"),
        ("months", "days"): _("%(months)d月%(days)d天"),
        ("days",): _("%(days)d天"),
    }[tuple(shown)]
    return _("约%(age)s") % {"age": pattern % shown} if is_estimated else pattern % shown


def _as_written(_context: str, text: str) -> str:
    return text
