"""Reads of the dictionaries (字典) for every later subject; constant SQL, dataclasses, no writes."""

from clinic_app.modules.dictionaries.queries.codes import (
    AllergyGroup,
    Frequency,
    InvoiceCategory,
    Route,
    Supplier,
    TcmTerm,
    allergy_groups,
    frequencies,
    frequency,
    group_parents,
    invoice_categories,
    routes,
    supplier_named,
    suppliers,
    tcm_term,
    tcm_terms,
    tcm_terms_matching,
)
from clinic_app.modules.dictionaries.queries.divisions import (
    Division,
    DivisionHit,
    division_name,
    division_path,
    divisions_matching,
    divisions_under,
)
from clinic_app.modules.dictionaries.queries.drugs import (
    Allergen,
    DoseLimits,
    Drug,
    DrugHit,
    all_drugs,
    allergens_matching,
    dose_limits_on,
    drug,
    drug_by_code,
    drugs,
    drugs_matching,
    groups_of_drug,
)
from clinic_app.modules.dictionaries.queries.items import (
    Diagnosis,
    Service,
    ServiceHit,
    diagnoses_matching,
    diagnosis,
    diagnosis_by_code,
    requestable_matching,
    service,
    service_by_code,
    services_matching,
)
from clinic_app.modules.dictionaries.queries.naming import amount, either, group_names, named, pieces, strength
from clinic_app.modules.dictionaries.queries.prescribing import (
    ControlledLimit,
    PrescribingFact,
    SafetyRule,
    Substance,
    SubstanceClass,
    controlled_limits,
    prescribing_fact,
    safety_rule,
    safety_rules,
    substance_classes,
    substances,
)
from clinic_app.modules.dictionaries.queries.prices import Price, price_on, prices_of, prices_on

__all__ = [
    "Allergen", "AllergyGroup", "ControlledLimit", "Diagnosis", "Division", "DivisionHit", "DoseLimits", "Drug",
    "DrugHit", "Frequency", "InvoiceCategory", "PrescribingFact", "Price", "Route", "SafetyRule", "Service",
    "ServiceHit", "Substance", "SubstanceClass", "Supplier", "TcmTerm", "all_drugs", "allergens_matching",
    "allergy_groups", "amount", "controlled_limits", "diagnoses_matching", "diagnosis", "diagnosis_by_code",
    "division_name", "division_path", "divisions_matching", "divisions_under", "dose_limits_on", "drug", "drug_by_code",
    "drugs", "drugs_matching", "either", "frequencies", "frequency", "group_names", "group_parents", "groups_of_drug",
    "invoice_categories", "named", "pieces", "prescribing_fact", "price_on", "prices_of", "prices_on",
    "requestable_matching", "routes", "safety_rule", "safety_rules", "service", "service_by_code", "services_matching",
    "strength", "substance_classes", "substances", "supplier_named", "suppliers", "tcm_term", "tcm_terms",
    "tcm_terms_matching",
]  # fmt: skip
