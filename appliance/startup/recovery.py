"""The recovery page (恢复页): answers on this PC alone, without a database, when a step of the start says no.

It says what is wrong, that nothing is lost, what to do, and offers what can be done here: try again, type the recovery
sheet, read a copy, restore a backup. Whoever can open it sits at this PC; what opens data needs the sheet or a sign-in.
"""

import hmac
import logging
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from appliance import key_commands
from appliance.backup import places
from appliance.doctor import bundle
from appliance.doctor.finding import Place
from appliance.server import Site
from appliance.startup import readable_copy, restoring
from appliance.startup.checklist import Attempt
from clinic_app.kernel import i18n, keys, opening
from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.quantity import half_width
from clinic_app.web import browser, context, security
from sync.wire.hybrid_clock import wall_of

if TYPE_CHECKING:  # the cipher of the backups is needed for restoring alone
    from appliance.backup.restoring import Restored

KINDS = {
    "clinic.pages_damaged": "damaged",
    "clinic.wal_damaged": "damaged",
    "clinic.database_missing": "missing",
    "keys.missing": "key",
    "keys.wrong": "key",
    "keys.other_clinic": "key",
    "kernel.disk_full": "full",
    "kernel.disk_full_once": "full",
    "startup.no_room": "full",
    "schema.newer": "newer",
    "schema.changed": "newer",
    "startup.old_library": "newer",
    "startup.cloud_folder": "cloud",
    "kernel.database_busy": "busy",
    "backup.under_way": "busy",
    "kernel.disk_failed": "disk",
    "appliance.folder_unwritable": "disk",
    "clinic.switch_unfinished": "disk",
    "startup.copy_failed": "disk",
    "startup.no_room_for_copy": "disk",
}
READABLE = ("damaged", "full", "busy", "disk", "fault")
NEVER_READABLE = ("clinic.wal_damaged", "clinic.switch_unfinished")  # the copy would be refused for the same
RESTORABLE = ("damaged", "missing", "key", "fault")
PAGE = "/recovery"
log = logging.getLogger("clinic.recovery")


class Recovery:
    """What is wrong now; an act that works puts the clinic before the browsers, another no takes its place."""

    def __init__(self, attempt: Attempt, why: Refused, again: Callable[[], str], site: Site):
        self.attempt, self.why, self.site = attempt, why, site
        self.csrf = secrets.token_urlsafe(24)
        self._again = again
        self._acting = threading.Lock()
        self.restored: Restored | None = None

    @property
    def kind(self) -> str:
        return KINDS.get(self.why.code, "fault")

    def try_again(self) -> None:
        """The whole list from its beginning; the second of a double click finds the clinic open."""
        with self._acting:
            if self.attempt.app is None and not self.attempt.is_first_run:
                self._walk()

    def _walk(self) -> None:
        self.restored = None
        try:
            self._again()
        except Refused as err:
            self.why = err
        except Exception as err:
            log.exception("the start broke off again")
            self.why = Refused("startup.fault", kind=type(err).__name__)

    def put_keys_back(self, seed: bytes) -> None:
        """Store the keys of the sheet when they open the database, then start. Refused for another sheet."""
        with self._acting:
            if self.attempt.app is None:
                key_commands.put_back(self.attempt.config, seed)
                self._walk()

    def read_a_copy(self) -> None:
        with self._acting:
            if self.attempt.app is None:
                try:
                    self.site.application = readable_copy.open_copy(self.attempt)
                except Refused as err:
                    if err.code != self.why.code:
                        raise
                    raise Refused("startup.copy_damaged_too") from err  # the same sentence again would say nothing

    def restore(self, offer_id: str, seed: bytes) -> None:
        """Put a backup in the place of what is there; the page says what it holds, and `try_again` starts it."""
        with self._acting:
            if self.attempt.app is None and self.restored is None:
                self.restored = restoring.restore(self.attempt.config, offer_id, seed)

    def offers(self) -> list[restoring.Offer]:
        if self.kind not in RESTORABLE or self.attempt.lock is None:
            return []
        return restoring.offers(self.attempt.config.data)

    def damaged_backups(self) -> list[str]:
        """Names of those that were cut: they are not offered, and not missing either."""
        if self.kind not in RESTORABLE:
            return []
        return [path.name for path in places.unreadable(self.attempt.config.data / places.LOCAL)][: restoring.MOST]

    @property
    def may_read_a_copy(self) -> bool:
        """Not where the copy could not be opened either: another program's, another library, a first page that is
        damaged.
        """
        opens = self.kind in READABLE and self.why.code not in NEVER_READABLE and self.why.facts.get("opens", True)
        return bool(opens) and (self.attempt.config.data / opening.DATABASE).exists()


def create(attempt: Attempt, why: Refused, again: Callable[[], str], site: Site) -> Flask:
    """The application that answers until the clinic opens; `again` walks the list and puts the clinic before `site`."""
    state = Recovery(attempt, why, again, site)
    app = Flask("clinic_app", static_folder="web/static", template_folder="web/templates")
    app.config.update(HOSTS=frozenset(attempt.config.hosts), MAX_CONTENT_LENGTH=security.LARGEST_BODY)
    app.jinja_env.globals.update(_=i18n.gettext, asset=context.asset, csrf_token=lambda: state.csrf)
    app.jinja_env.filters["day_time"] = local_text
    app.before_request(lambda: security.check_host(app))
    app.before_request(lambda: _guard(state))
    app.after_request(security.add_headers)
    app.after_request(browser.write_cookies)
    app.register_error_handler(Refused, lambda err: _page(state, {"": err}, status=422))
    app.register_error_handler(HTTPException, lambda err: err)
    app.register_error_handler(404, lambda _err: _elsewhere())
    app.register_error_handler(413, lambda _err: _page(state, {"": Refused("http.too_large")}, status=413))
    app.register_error_handler(Exception, lambda err: _page(state, {"": _fault(err)}, status=500))
    acts = {"again": _again, "keys": _keys, "copy": _copy, "restore": _restore, "bundle": _bundle}
    app.add_url_rule(PAGE, "recovery.page", lambda: _page(state))
    for name, act in acts.items():
        app.add_url_rule(f"{PAGE}/{name}", f"recovery.{name}", lambda act=act: act(state), methods=["POST"])
    app.add_url_rule("/health", "recovery.health", lambda: Response(state.why.code, 503, mimetype="text/plain"))
    return app


def _guard(state: Recovery) -> None:
    g.session, g.visitor = None, ""
    browser.use_chosen_language(state.attempt.config.language)
    if request.method != "POST":
        return
    given = request.form.get("csrf", "").encode("utf-8", "replace")
    if request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none"):
        raise Refused("form.cross_site")
    if not hmac.compare_digest(given, state.csrf.encode()):
        raise Refused("form.expired")


def _elsewhere() -> Response:
    """A page that was open when the server ended polls on; it must not be filled with this one."""
    if request.headers.get("HX-Request") or request.method != "GET":
        return Response("", 503, {"HX-Reswap": "none"})
    return redirect(PAGE, 303)


def _fault(err: Exception) -> Refused:
    """The sentence for what nobody foresaw; the log has the rest."""
    log.error("the recovery page met a fault", exc_info=err)
    return Refused("startup.fault", kind=type(err).__name__)


def _page(state: Recovery, errors: dict[str, Refused] | None = None, *, status: int = 200) -> Response:
    """Stands whatever the disk does: a part that it does not give is left out, and the fault is said."""
    if state.restored is not None:
        return _restored_page(state.restored)
    errors = dict(errors or {})

    def seen(look: Callable[[], Any], without: Any) -> Any:
        try:
            return look()
        except Exception as err:
            errors.setdefault("", _fault(err))
            return without

    label = keys.read_label(state.attempt.config.data / opening.LABEL)
    html = render_template(
        "recovery/page.html",
        kind=state.kind, why=state.why, errors=errors, typed={} if status == 413 else request.form,
        sentence=i18n.refusal, here=_here,
        folder=str(state.attempt.config.data.resolve()), mark=label["key"], offers=seen(state.offers, []),
        damaged=seen(state.damaged_backups, []),
        may_copy=seen(lambda: state.may_read_a_copy, False), words=range(1, keys.WORDS + 1), lang=i18n.current(),
        clinic={"name": label["clinic"] or "乡医", "is_practice": False},
    )  # fmt: skip
    return Response(html, status)


def _here(why: Refused) -> str:
    """The reason, with what this page can do: the console's sentence sends to a command for what is typed below."""
    texts = {
        "keys.missing": _(
            "找不到密钥文件，或者已损坏。取编号 %(mark)s 的恢复单，在下面输入就能取回。数据没有动，不会另造新密钥。"
        ),
        "keys.wrong": _("密钥打不开这个数据库。取 %(clinic)s、编号 %(mark)s 的恢复单，在下面输入。数据没有动。"),
        "keys.other_clinic": _(
            "密钥是别的卫生院的（%(found)s），这里要 %(mark)s。取编号 %(mark)s 的恢复单，在下面输入。"
        ),
    }  # fmt: skip
    text = texts.get(why.code)
    return text % why.facts if text else i18n.refusal(why)


def _restored_page(done: "Restored") -> Response:
    header = done.found.header
    html = render_template(
        "recovery/restored.html", last=wall_of(header.audit_hlc) if header.audit_hlc else 0, counts=done.counts,
        aside=done.aside.name if done.aside else "", broken=done.broken, checked=len(done.results),
        numbers=done.numbers, unpaired=done.unpaired,
        lang=i18n.current(), clinic={"name": header.name, "is_practice": header.is_practice},
    )  # fmt: skip
    return Response(html)


def _shown(state: Recovery) -> Response:
    """After an act: the clinic, or what is wrong now."""
    return redirect("/" if state.attempt.app is not None or state.attempt.is_first_run else PAGE, 303)


def _again(state: Recovery) -> Response:
    state.try_again()
    return _shown(state)


def _copy(state: Recovery) -> Response:
    state.read_a_copy()
    return _shown(state)


def _bundle(state: Recovery) -> Response:
    """For whoever helps from afar: states, sizes and log lines without their words."""
    content = bundle.made(Place(state.attempt.config, why=state.why))
    named = {"Content-Disposition": 'attachment; filename="xiangyi-recovery.zip"'}
    return Response(content, headers=named, mimetype="application/zip")


def _keys(state: Recovery) -> Response:
    return _with_seed(state, state.put_keys_back)


def _restore(state: Recovery) -> Response:
    chosen = request.form.get("offer", "")[:200]
    if chosen not in {one.id for one in state.offers()}:
        raise Refused("startup.no_backup_chosen")
    return _with_seed(state, lambda seed: state.restore(chosen, seed))


def _with_seed(state: Recovery, act: Callable[[bytes], None]) -> Response:
    """Do it with the typed sheet; a number that is wrong is marked in its place and the others are kept."""
    try:
        act(keys.seed_of_words(_typed()))
    except Refused as err:
        place = err.facts.get("place")
        return _page(state, {f"word{place}" if place else "": err}, status=422)
    return _shown(state)


def _typed() -> list[str]:
    """The seventeen fields; a whole sheet pasted into the first one counts as well."""
    fields: list[Any] = [request.form.get(f"word{place}", "")[:600] for place in range(1, keys.WORDS + 1)]
    if fields[0] and not any(fields[1:]):
        return key_commands.typed_words([half_width(fields[0])])
    return ["".join(half_width(word).split()) for word in fields]
