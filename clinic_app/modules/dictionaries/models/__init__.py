"""Tables of the dictionaries (字典) as peewee models; `migrations/` holds their checks and triggers."""

from clinic_app.modules.dictionaries.models.lists import (
    AllergyGroup,
    Diagnosis,
    Drug,
    Frequency,
    ImportRun,
    InvoiceCategory,
    Route,
    ServiceItem,
    Supplier,
    TcmTerm,
)
from clinic_app.modules.dictionaries.models.safety import (
    ControlledLimit,
    PrescribingFact,
    SafetyRule,
    Substance,
    SubstanceClass,
)

__all__ = [
    "AllergyGroup",
    "ControlledLimit",
    "Diagnosis",
    "Drug",
    "Frequency",
    "ImportRun",
    "InvoiceCategory",
    "PrescribingFact",
    "Route",
    "SafetyRule",
    "ServiceItem",
    "Substance",
    "SubstanceClass",
    "Supplier",
    "TcmTerm",
]
