"""The second signature (再签, RX-13): password or PIN once more, for what was kept in spite of a stop."""

from flask import Response, g, make_response, render_template, request

from clinic_app.modules.consultation import queries
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import services as people


def second_signature() -> bool:
    """Whether this form carries it; Refused by `people` with the field `proof` when it is wrong. Asked each time."""
    if "proof" not in request.form:
        return False
    address = request.remote_addr or "unknown"
    people.prove_again(g.session, request.form["proof"], place=people.Place(address, address), always=True)
    return True


def ask_second_signature(visit_id: bytes) -> Response:
    """The dialog that tells what is signed for twice."""
    draft = queries.draft_of_visit(visit_id)
    lines = queries.lines_of(draft.id) if draft else []
    kept = queries.kept_stops_of_sheet(draft.id) if draft else {}
    rows = [(dictionaries.drug(line.drug_id), kept[line.id]) for line in lines if line.id in kept]
    response = make_response(
        render_template("consultation/_sign_twice.html", visit_id=visit_id, rows=rows, draft=draft), 200
    )
    response.headers["HX-Retarget"] = "#dialog"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Push-Url"] = "false"
    return response
