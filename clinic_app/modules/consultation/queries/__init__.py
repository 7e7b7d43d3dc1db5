"""Reads of the consultation (接诊) for its own pages and for later subjects; constant SQL, dataclasses, no writes."""

from clinic_app.modules.consultation.queries.cosigning import Cosignature, cosignatures
from clinic_app.modules.consultation.queries.notes import (
    VITALS,
    WRITTEN,
    Note,
    NoteVersion,
    VisitDiagnosis,
    diagnoses_of_visit,
    history_told,
    note,
    note_versions,
)
from clinic_app.modules.consultation.queries.prescriptions import (
    KeptStop,
    Prescription,
    PrescriptionLine,
    draft_of_visit,
    kept_stops_of,
    kept_stops_of_sheet,
    line,
    lines_of,
    prescription,
    prescriptions_of_visit,
    signed_today,
)
from clinic_app.modules.consultation.queries.signed_drugs import drugs_as_signed
from clinic_app.modules.consultation.queries.tiles import tiles

__all__ = [
    "VITALS", "WRITTEN", "Cosignature", "KeptStop", "Note", "NoteVersion", "Prescription", "PrescriptionLine",
    "VisitDiagnosis", "cosignatures", "diagnoses_of_visit", "draft_of_visit", "drugs_as_signed", "history_told",
    "kept_stops_of", "kept_stops_of_sheet", "line", "lines_of", "note", "note_versions", "prescription",
    "prescriptions_of_visit", "signed_today", "tiles",
]  # fmt: skip
