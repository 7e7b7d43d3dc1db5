"""The rows of a sheet as their bottles see them (组), and which drips have no fluid to run in."""

from collections.abc import Iterable
from datetime import date

from clinic_app.kernel import parameters
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.working_out import lists
from clinic_app.modules.consultation.rules.groups import Member, drips_without_fluid, volume_of
from clinic_app.modules.dictionaries import queries as dictionaries


def member_of(line: queries.PrescriptionLine, drug: dictionaries.Drug | None) -> Member:
    """One row as the rules of groups read it."""
    slip = lists().routes[line.route].slip
    name = words.named(drug.name, drug.name_en) if drug else ""
    volume = volume_of(drug.strength_text if drug else "")
    return Member(line.line_no, name, line.group_no, line.route, line.frequency, line.days, slip, volume)


def without_fluid(rows: Iterable[tuple[queries.PrescriptionLine, dictionaries.Drug]], on: date) -> set[int]:
    """Line numbers of the drips in whose bottle nothing carries the drug: told under the row."""
    members = [member_of(line, drug) for line, drug in rows]
    return drips_without_fluid(members, parameters.value("consultation.least_fluid_ml", on))
