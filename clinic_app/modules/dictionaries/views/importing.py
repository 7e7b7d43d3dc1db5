"""Import of a list: looked at first, then brought in, with its progress when it is long."""

import hashlib
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import importing
from clinic_app.modules.dictionaries.importing import running
from clinic_app.modules.dictionaries.queries import columns as labels
from clinic_app.modules.dictionaries.queries import lists
from clinic_app.modules.dictionaries.queries.open_imports import is_open
from clinic_app.modules.dictionaries.rules.lists import LISTS
from clinic_app.modules.dictionaries.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, READS, access, actor
from clinic_app.web.commands import command, known_fields

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/import")
@access("dictionaries.manage")
def import_page() -> Response:
    return import_form(request.args.get("kind", "drugs"))


@blueprint.get("/import/<kind>/empty.xlsx")
@access("dictionaries.manage")
def empty_table(kind: str) -> Response:
    """A spreadsheet with nothing but the first row, in the reader's words, to be filled in."""
    if kind not in LISTS:
        raise Missing("dictionaries.unknown_list", value=kind[:40])
    answer = Response(importing.empty_table(kind), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
    return answer


@blueprint.post("/import/check")
@access("dictionaries.manage", writes=READS)
def check_import() -> Response:
    """Dry run: what the file would change, or which lines are wrong; writes nothing. A long file shows its progress."""
    kind, data, source = _uploaded()
    if running.is_long(data):
        run_id = new_id()
        running.check(run_id, kind, data, source, clock.today())
        run = running.run_of(run_id)
        return _shown(kind, prepared=run.prepared if run else None, run_id=run_id, run=run)
    return _shown(kind, prepared=importing.prepare(kind, data, source, clock.today()))


@blueprint.get("/import/checks/<id:run_id>")
@access("dictionaries.manage", is_poll=True)
def checked_import(run_id: bytes) -> Response:
    """How far a dry run is, and what it found."""
    run = running.run_of(run_id)
    if run is None:
        raise Missing("dictionaries.import_cut_off")
    return _shown(run.kind, prepared=run.prepared, run_id=run_id, run=run)


@blueprint.post("/import")
@access("dictionaries.manage", writes=ONCE)
def import_list() -> Response:
    """Bring in the file that was looked at before: all of it or nothing."""
    known_fields("kind", "checked")
    kind, data, source = _uploaded()
    if request.form.get("checked", "") != hashlib.sha256(data).hexdigest():
        raise Refused("dictionaries.check_first", field="file")
    if running.is_long(data):
        return _import_beside(kind, data, source)
    prepared = importing.prepare(kind, data, source, clock.today())
    if prepared.errors:
        return import_form(kind, prepared, status=422)
    result = command(lambda uow: importing.bring_in(uow, prepared)).result
    return pages.see(url_for("dictionaries.import_page", kind=kind), _said(result))


@blueprint.get("/import/<id:run_id>")
@access("dictionaries.manage", is_poll=True)
def import_run(run_id: bytes) -> Response:
    """How far a long import is, and how it ended."""
    run = running.run_of(run_id)
    told = _said(run.result) if run and run.result and run.step == running.DONE else ""
    shown = {
        "run": run, "run_id": run_id, "told": told, "is_open": is_open(run_id),
        "url": url_for("dictionaries.import_run", run_id=run_id),
    }  # fmt: skip
    errors = run.refused.errors if run and isinstance(run.refused, importing.ImportRefused) else ()
    if pages.wants_fragment():
        return pages.answer("dictionaries/_run.html", errors=errors, **shown)
    return pages.page("dictionaries/run.html", errors=errors, **shown)


def _import_beside(kind: str, data: bytes, source: str) -> Response:
    """The command is that the import was asked for; the import itself is one command of its own."""

    def asked(uow: UnitOfWork) -> dict[str, str]:
        run_id = new_id()
        uow.audit("dictionaries.import_asked", run_id, kind=kind, file=source)
        return {"run_id": run_id.hex()}

    run_id = bytes.fromhex(command(asked).result["run_id"])
    running.bring_in(run_id, kind, data, source, clock.today(), actor())
    return pages.see(url_for("dictionaries.import_run", run_id=run_id))


def _said(result: dict[str, Any]) -> str:
    told = i18n.gettext("%(list)s：新增 %(new)s，修改 %(changed)s，没变 %(unchanged)s") % {
        **result,
        "list": importing.kind_name(result["kind"]),
    }
    if result.get("prices"):
        told += i18n.gettext("；%(count)s 个新价等另一个人批准") % {"count": result["prices"]}
    return told


def _uploaded() -> tuple[str, bytes, str]:
    """(list, bytes, name of the file)."""
    file, kind = request.files.get("file"), request.form.get("kind", "")
    if file is None or not file.filename:
        raise Refused("dictionaries.no_file", field="file")
    if kind not in LISTS:
        raise Refused("dictionaries.unknown_list", field="kind", value=kind[:40])
    data = file.stream.read()
    file.stream.seek(0)
    return kind, data, file.filename[-120:]


def _shown(
    kind: str, prepared: importing.Prepared | None = None, run_id: bytes = b"", run: running.Run | None = None
) -> Response:
    """The dry run as far as it is."""
    if pages.wants_fragment():
        return pages.answer(
            "dictionaries/_preview.html", prepared=prepared, kind_name=importing.kind_name, run=run, run_id=run_id
        )
    return import_form(kind, prepared, run_id=run_id, run=run)


def import_form(
    kind: str, prepared: importing.Prepared | None = None, *, status: int = 200, run_id: bytes = b"",
    run: running.Run | None = None,
) -> Response:  # fmt: skip
    chosen = kind if kind in LISTS else "drugs"
    return pages.page(
        "dictionaries/import.html", status=status, kinds=[(one, importing.kind_name(one)) for one in LISTS],
        kind=chosen, columns=LISTS[chosen].columns, choices=importing.choices_told(chosen),
        prepared=prepared, kind_name=importing.kind_name,
        label=labels.label, latest=lists.latest_imports(), run=run, run_id=run_id,
        once=request.form.get("once") if status == 422 else None,
    )  # fmt: skip
