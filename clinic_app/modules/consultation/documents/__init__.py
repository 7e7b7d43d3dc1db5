"""Papers of the consultation: prescription (处方笺), outpatient record (门诊病历), certificates, referral letters."""

from clinic_app.modules.consultation.documents.prescription import Paper, PaperLine, as_written, prescription_paper
from clinic_app.modules.consultation.documents.record import RecordPaper, certificate_content, record_paper

__all__ = [
    "Paper", "PaperLine", "RecordPaper", "as_written", "certificate_content", "prescription_paper", "record_paper",
]  # fmt: skip
