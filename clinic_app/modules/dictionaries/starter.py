"""The starter lists (初始字典) that a new clinic begins with."""

from pathlib import Path
from typing import Any

from clinic_app.kernel import installation
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import importing

DATA = Path(__file__).parent / "data"
KNOWLEDGE = ("invoice_categories", "allergy_groups", "frequencies", "routes", "diagnoses", "tcm_terms")
INVENTED = ("services", "drugs", "suppliers", importing.DIVISIONS)


def load_starter_lists(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Bring in the lists of `data/`, marked as not reviewed; a rerun changes nothing.

    Drugs, services, prices and divisions are invented: only a practice clinic gets them, a real one imports its own.
    """
    kinds = KNOWLEDGE + INVENTED if installation.current().is_practice else KNOWLEDGE
    return [
        importing.import_file(uow, kind, DATA / (kind if kind == importing.DIVISIONS else f"{kind}.csv"))
        for kind in kinds
    ]
