"""Papers of the consultation (接诊): the prescription and the request."""

from clinic_app.modules.consultation.documents.prescription import prescription_paper
from clinic_app.modules.consultation.documents.request import request_paper

__all__ = ["prescription_paper", "request_paper"]
