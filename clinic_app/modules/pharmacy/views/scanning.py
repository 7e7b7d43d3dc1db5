"""What a scan at the window is: a drug of the sheet, a wrong drug, a trace code, somebody's paper; writes nothing."""

import json

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation.queries.words import named
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import forms, queries
from clinic_app.modules.pharmacy.queries import Line, words
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.modules.pharmacy.views.found import found_sheet, open_sheet_chart
from clinic_app.web import pages
from clinic_app.web.access import access


@blueprint.get("/sheets/<id:prescription_id>/scan")
@access("pharmacy.dispense")
def scan(prescription_id: bytes) -> Response:
    """What a scanned code is: a line of the sheet to be ticked, a wrong drug, another sheet's paper; writes nothing."""
    found, code = found_sheet(prescription_id), forms.typed_code(request.args.get("scan", ""))
    if not pages.wants_fragment():
        return pages.see(url_for(".sheet", prescription_id=prescription_id))
    if not code:
        return pages.answer("pharmacy/_said.html", focus="#scan", said=_("扫药盒编码，或按空格给这一行打勾"), sound="")
    open_sheet_chart(found)
    shown = [line for line in queries.lines_of(found, clock.today()) if line.left]
    if trace := forms.scanned_trace(code):
        return _scanned_trace(trace, shown)
    line = forms.line_of_code(shown, code, set(request.args.getlist("line")))
    drug = dictionaries.drug_by_code(code) if line is None else None
    if line is None and drug is None and (sheets := queries.find_numbered(code)):
        if sheets[0].prescription_id == found.id:
            return pages.answer("pharmacy/_said.html", focus="#scan", said=_("是这位患者的单子"), sound="ok")
        response = pages.page("pharmacy/_found.html", found=[], typed=code)
        response.headers["HX-Redirect"] = url_for(".sheet", prescription_id=sheets[0].prescription_id)
        return response
    told = {"sound": "ok", "tick": f"#tick-{line.id.hex()}"} if line else {"sound": "wrong"}
    said = _said(code, line, drug)
    response = pages.answer(
        "pharmacy/_said.html", focus="#scan", said=said, sound=told["sound"], last=line.id.hex() if line else ""
    )
    response.headers["HX-Trigger"] = json.dumps(told)
    return response


def _scanned_trace(code: str, shown: list[Line]) -> Response:
    """A trace code belongs to the drug that such codes belonged to before, else to the line scanned last."""
    seen = [one.rpartition(":")[2] for one in request.args.getlist("trace")]
    known = queries.traced(code)
    drug_id = known.drug_id if known else queries.drug_of_prefix(code)
    last = request.args.get("last", "")
    line = next((one for one in shown if one.drug.id == drug_id), None) if drug_id else next(
        (one for one in shown if one.id.hex() == last), None
    )
    if code in seen:
        said = _("追溯码 %(code)s 刚才扫过了，这盒已经算上") % {"code": code}
    elif known is not None and known.left <= 0:
        said = _("追溯码 %(code)s 已经用过，这盒不能发") % {"code": code}
    elif line is None and drug_id is None:
        said = _("第一次见这种追溯码：先扫药盒编码，再扫追溯码")
    elif line is None:
        drug = dictionaries.drug(drug_id) if drug_id else None
        name = named(drug.name, drug.name_en) if drug else code
        said = _("扫到的是 %(drug)s，这张处方里没有，放回去") % {"drug": name}
    else:
        said = _("%(drug)s 的追溯码记下了") % {"drug": words.drug_name(line)}
        response = pages.answer(
            "pharmacy/_said.html", focus="#scan", said=said, sound="ok", last=line.id.hex(),
            trace=f"{line.id.hex()}:{code}", code=code,
        )  # fmt: skip
        response.headers["HX-Trigger"] = json.dumps({"sound": "ok", "tick": f"#tick-{line.id.hex()}"})
        return response
    response = pages.answer("pharmacy/_said.html", focus="#scan", said=said, sound="wrong", last=last)
    response.headers["HX-Trigger"] = json.dumps({"sound": "wrong"})
    return response


def _said(code: str, line: Line | None, drug: dictionaries.Drug | None) -> str:
    """What a scan came to: the line that is ticked, a drug that is not on the sheet, or no drug at all."""
    if line is not None:
        return _("%(drug)s 对上了") % {"drug": words.drug_name(line)}
    if drug is not None:
        return _("扫到的是 %(drug)s，这张处方里没有，放回去") % {"drug": named(drug.name, drug.name_en)}
    return _("没有编码是 %(code)s 的药，对着药盒手工核对后按空格打勾") % {"code": code}
