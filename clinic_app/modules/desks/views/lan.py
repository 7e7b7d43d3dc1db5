"""The LAN page (院内网): how it stands, what other PCs need, who is paired; changed at the server's own PC only."""

from flask import Response, g, request, url_for

from clinic_app.kernel import ports
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal
from clinic_app.kernel.ids import read_id
from clinic_app.kernel.ports import Lan, LanChoice
from clinic_app.modules.desks import forms, queries, rules, services
from clinic_app.modules.desks.views import blueprint, words
from clinic_app.modules.people import services as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields
from clinic_app.web.lan import is_from_lan

FILE_NAME = "xiangyi-ca.crt"
FIRST_NAME = "xiangyi.local"
GIVEN = "这个配对码已经给过，不会再显示；要就重新做一个"


@blueprint.get("/desks/lan")
@access("desks.lan")
def lan() -> Response:
    return _page()


@blueprint.post("/desks/lan/open")
@access("desks.lan", writes=ONCE)
def open_lan() -> Response:
    """Switch the LAN on, or change its names, port or plain HTTP while it is on."""
    known_fields(*forms.LAN_FIELDS, "proof")
    try:
        typed = forms.read_lan(request.form)
        choice = LanChoice(True, typed.is_plain, rules.lan_port(typed.port), rules.lan_names(typed.names))
        if not typed.is_new_authority and _lan().needs_new_authority(choice.names):
            raise Refused("desks.lan_new_authority", field="is_new_authority")
        was_on = _choose(choice)
    except (Invalid, Refused) as err:
        return _again("open", err)
    return pages.see(url_for("desks.lan"), _("改好了，马上生效") if was_on else _("院内网开了，别的电脑可以来配对"))


@blueprint.post("/desks/lan/close")
@access("desks.lan", writes=ONCE)
def close_lan() -> Response:
    """Switch it off: other PCs reach nothing any more, pairings stay for the next time."""
    known_fields("proof")
    state = _lan().state()
    try:
        _choose(LanChoice(False, state.is_plain, state.port, state.names))
    except Refused as err:
        return _again("close", err)
    return pages.see(url_for("desks.lan"), _("院内网关了，只有这台电脑能用"))


@blueprint.post("/desks/lan/code")
@access("desks.lan", writes=ONCE)
def make_code() -> Response:
    """The code is on this one answer and nowhere else."""
    known_fields("desk", "proof")
    code, desk_id = services.new_pairing_code(), read_id(request.form.get("desk", ""))
    try:
        _only_here()
        if desk_id is None:
            raise Refused("desks.needed", field="desk")
        _prove_again()
        made = command(lambda uow: services.make_pairing_code(uow, desk_id, code)).result
    except Refused as err:
        return _again("code", err)
    if getattr(g, "replayed", False):
        return pages.see(url_for("desks.lan"), _(GIVEN))
    return _page(made={**made, "code": rules.code_text(code)})


@blueprint.post("/desks/lan/browsers/<id:browser_id>/revoke")
@access("desks.lan", writes=ONCE)
def revoke_browser(browser_id: bytes) -> Response:
    """From anywhere: a stolen PC does not wait until the administrator is at the server."""
    known_fields("proof")
    try:
        _prove_again()
        command(lambda uow: services.revoke_browser(uow, browser_id))
    except Refused as err:
        return _again(f"revoke {browser_id.hex()}", err)
    return pages.see(url_for("desks.lan"), _("撤销了，那台电脑马上不能用"))


@blueprint.get("/desks/lan/authority")
@access("desks.lan")
def authority_file() -> Response:
    """The authority's certificate, to be carried to other PCs on a USB stick; its key never leaves this PC."""
    answer = Response(_lan().authority(), mimetype="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = f"attachment; filename={FILE_NAME}"
    return answer


@blueprint.get("/desks/lan/card")
@access("desks.lan")
def lan_card() -> Response:
    """A printed card for the other PC: address, QR, fingerprint, steps."""
    state = _lan().state()
    if not state.is_on or not state.addresses:
        raise Refused("desks.lan_card_needs_lan", next_url=url_for("desks.lan"))
    hosts = (*state.names, *state.addresses)
    return pages.page(
        "desks/lan_card.html", state=state, hosts=hosts, first=f"http://{state.addresses[0]}:{state.port}/",
        qr=words.qr_picture(f"http://{state.addresses[0]}:{state.port}/"), file=FILE_NAME,
        fingerprint=words.in_lines(state.fingerprint), thumbprint=words.in_lines(state.thumbprint),
    )  # fmt: skip


def _lan() -> Lan:
    if ports.bound.lan is None:
        raise Missing("desks.lan_not_here")
    return ports.bound.lan


def _choose(choice: LanChoice) -> bool:
    """Check, ask for the own password, record, do; True when the LAN had been on."""
    _only_here()
    bound = _lan()
    was_on = bound.state().is_on
    _prove_again()
    fingerprint = bound.prepare(choice)
    command(lambda uow: services.choose_lan(uow, choice, was_on, fingerprint, lambda: bound.apply(choice)))
    return was_on


def _only_here() -> None:
    if is_from_lan():
        raise Refused("desks.only_at_server")


def _prove_again() -> None:
    address = request.remote_addr or "unknown"
    people.prove_again(g.session, request.form.get("proof", ""), place=people.Place(address, address))


def _again(act: str, err: Invalid | Refused) -> Response:
    """The page with what was typed; a refusal of no field goes its usual way."""
    if isinstance(err, Missing) or (isinstance(err, Refused) and not err.field):
        raise err
    return _page(act=act, refusals=err.refusals if isinstance(err, Invalid) else {str(err.field): err})


def _page(
    *, act: str = "", refusals: dict[str, Refused] | None = None, made: dict[str, object] | None = None
) -> Response:
    state = _lan().state()
    typed = request.form if act == "open" else {}
    values = {
        "names": typed.get("names", " ".join(state.names) or FIRST_NAME),
        "port": typed.get("port", str(state.port)),
        "is_plain": bool(typed.get("is_plain")) if typed else state.is_plain,
        "is_new_authority": bool(typed.get("is_new_authority")),
    }
    desks, proof = queries.desks(), (refusals or {}).get("proof")
    return pages.page(
        "desks/lan.html", status=422 if refusals else 200, state=state, act=act, values=values,
        errors={name: refusal(one) for name, one in (refusals or {}).items()}, is_here=not is_from_lan(),
        is_asked_first=proof is not None and proof.code == "people.prove_again",
        trouble=words.lan_trouble(state), browsers=queries.lan_browsers(), made=made,
        desk=request.form.get("desk", ""), desk_options=[(one.id.hex(), one.name) for one in desks],
        made_for=next((one.name for one in desks if made and one.id.hex() == made["desk_id"]), ""),
        fingerprint=words.in_lines(state.fingerprint), thumbprint=words.in_lines(state.thumbprint), file=FILE_NAME,
    )  # fmt: skip
