"""Work lists of the records (档案整理): possible duplicates, unknown persons, what records lack."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.ids import read_id
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.views import blueprint, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/duplicates")
@access("patients.merge")
def duplicates() -> Response:
    """Pairs of records that may be one person, and temporary persons who are nobody yet."""
    before = read_id(request.args.get("before", "")) or b"\xff" * 16
    pairs = queries.possible_pairs(before)
    unknown = queries.unidentified()
    ids = {one for pair in pairs for one in (pair.one_id, pair.other_id)} | set(unknown)
    return pages.page(
        "patients/duplicates.html", pairs=pairs, unknown=unknown, records={one: queries.hit(one) for one in ids},
        next_before=queries.window_end(before), is_masked=not actor().roles & CARE_TEAM, today=clock.today(),
        age_text=queries.age_text, sex_text=queries.sex_text, is_first=before == b"\xff" * 16,
    )  # fmt: skip


@blueprint.post("/duplicates/<id:one_id>/<id:other_id>/rule-out")
@access("patients.merge", writes=ONCE)
def rule_out(one_id: bytes, other_id: bytes) -> Response:
    """Two people after all: the pair leaves the list."""
    known_fields()
    command(lambda uow: services.rule_out_duplicate(uow, one_id, other_id))
    return pages.see(url_for("patients.duplicates"), _("记下了：是两个人"))


@blueprint.get("/completeness")
@access("patients.edit")
def completeness() -> Response:
    """How full the records are, and which lack most."""
    return pages.page(
        "patients/completeness.html", found=queries.completeness(), field_names=words.field_names(),
        today=clock.today(), age_text=queries.age_text, sex_text=queries.sex_text,
        under=parameters.value("patients.guardian_under_years", clock.today()),
    )  # fmt: skip
