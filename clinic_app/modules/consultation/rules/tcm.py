"""What a herbal sheet (中药处方) asks of the diagnoses: a disease and a syndrome of traditional medicine (OR-08)."""


def lacks_tcm_diagnosis(kinds_of_sheets: list[str], kinds_of_diagnoses: list[str]) -> bool:
    """Whether the page warns: a herbal sheet is there, but not both a disease and a syndrome."""
    return "herbal" in kinds_of_sheets and not {"tcm_disease", "tcm_syndrome"} <= set(kinds_of_diagnoses)
