"""First start (首次启动): name the clinic, write down its key sheet, prove three of its numbers, then it is made.

Nothing is on the disk until the last step: a PC that dies before it has no clinic and no half of one. Answered only to
somebody who can read the console: the code shown there is asked first and is good for 30 minutes.
"""

import contextlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, g, redirect, render_template, request

from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, i18n, keys, opening
from clinic_app.kernel.clock import SystemTime
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.quantity import half_width
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.web import browser, context, security

CODE_LIFE_MS = 30 * 60 * 1000
ASKED_WORDS = 3
WRONG_CODES = 10
log = logging.getLogger("clinic.first_run")


@dataclass
class Draft:
    """What has been typed so far; lives in memory only, like the master seed."""

    code: str
    made_ms: int
    token: str = ""
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    wrong: int = 0
    seed: bytes = b""
    facts: dict[str, str] = field(default_factory=dict)
    asked: tuple[int, ...] = ()
    done: bool = False
    has_failed: bool = False
    making: threading.Lock = field(default_factory=threading.Lock, repr=False)


_drafts: dict[str, Draft] = {}


def announcement(config: Config) -> str:
    """What the console says; a code that ran out is replaced by starting again."""
    draft = _drafts[str(config.data)]
    restore = f"clinic --data {config.data} restore"
    return (
        f"首次启动：用浏览器打开上面的地址，输入启动码 {draft.code}（30 分钟内）。\n"
        f"First run: open the address and type the code {draft.code} within 30 minutes.\n"
        f"是来替换坏了的电脑？先别新建：按 Ctrl+C 停下，插上备份盘，运行 {restore}。\n"
        f"Replacing a broken PC? Make nothing new: stop with Ctrl+C, plug in the backup disk and run {restore}."
    )


def create(config: Config, made: Callable[[], None]) -> Flask:
    """The application that answers until the clinic exists; `made` is called once it does."""
    draft = Draft(f"{secrets.randbelow(10**8):08d}", SystemTime().monotonic_ms())
    _drafts[str(config.data)] = draft
    app = Flask("clinic_app", static_folder="web/static", template_folder="web/templates")
    app.config.update(HOSTS=frozenset(config.hosts), MAX_CONTENT_LENGTH=security.LARGEST_BODY)
    app.jinja_env.globals.update(
        _=i18n.gettext, asset=context.asset, csrf_token=lambda: draft.csrf, new_once=context.new_once
    )
    app.before_request(lambda: security.check_host(app))
    app.before_request(lambda: _guard(draft, config.language))
    app.after_request(security.add_headers)
    app.after_request(browser.write_cookies)
    app.register_error_handler(Refused, lambda err: _page(draft, "error", {"": err}))
    app.register_error_handler(413, lambda _err: _page(draft, "error", {"": Refused("http.too_large")}, status=413))
    app.add_url_rule("/", "first_run.start", lambda: redirect("/first-run", 303))
    app.add_url_rule("/first-run", "first_run.page", lambda: _page(draft, _step(draft)))
    app.add_url_rule("/first-run", "first_run.post", lambda: _post(draft, config, made), methods=["POST"])
    app.add_url_rule("/health", "first_run.health", lambda: "ok")
    return app


def _guard(draft: Draft, language: str) -> None:
    g.session, g.visitor = None, ""
    browser.use_chosen_language(language)
    if request.method == "POST" and not _same(request.form.get("csrf", ""), draft.csrf):
        raise Refused("form.expired")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _step(draft: Draft) -> str:
    if draft.has_failed:
        return "restart"
    if not draft.token or not _same(request.cookies.get("first_run", ""), draft.token):
        return "code"
    if not draft.facts:
        return "facts"
    return "words" if request.args.get("step") == "words" or request.form.get("step") == "words" else "sheet"


def _page(draft: Draft, step: str, errors: dict[str, Refused] | None = None, *, status: int = 422) -> Response:
    html = render_template(
        f"first_run/{step}.html",
        draft=draft,
        errors=errors or {},
        typed={} if status == 413 else request.form,
        sentence=i18n.refusal,
        numbered=list(enumerate(keys.sheet_words(draft.seed), 1)) if step == "sheet" else [],
        mark=keys.derive(draft.seed).mark if draft.seed else "",
        clinic={"name": draft.facts.get("name", "乡医"), "is_practice": False},
        lang=i18n.current(),
        today=_today(),
    )
    return Response(html, status if errors else 200)


def _today() -> str:
    from clinic_app.kernel.clock import business_day

    return business_day(SystemTime().wall_ms()).isoformat()


def _post(draft: Draft, config: Config, made: Callable[[], None]) -> Any:
    step = _step(draft)
    if step == "restart":
        return _page(draft, step)
    try:
        if step == "code":
            return _take_code(draft)
        if step == "facts":
            _take_facts(draft)
            return redirect("/first-run", 303)
        if step == "sheet":
            return redirect("/first-run?step=words", 303)
        _take_words(draft, config, made)
        return redirect("/first-run" if draft.has_failed else "/sign-in", 303)
    except Invalid as err:
        return _page(draft, step, err.refusals)
    except Refused as err:
        return _page(draft, step, {err.field or "": err})


def _take_code(draft: Draft) -> Response:
    if SystemTime().monotonic_ms() - draft.made_ms > CODE_LIFE_MS or draft.wrong >= WRONG_CODES:
        raise Refused("first_run.code_over", field="code")
    if not _same(half_width(request.form.get("code", "")[:20]).strip(), draft.code):
        draft.wrong += 1
        raise Refused("first_run.code_wrong", field="code")
    draft.token = secrets.token_urlsafe(32)
    answer = redirect("/first-run", 303)
    answer.set_cookie("first_run", draft.token, httponly=True, samesite="Strict")
    return answer


def _take_facts(draft: Draft) -> None:
    typed = {name: request.form.get(name, "").strip() for name in ("name", "code", "division", "admin_no", "admin")}
    password = request.form.get("password", "")
    wrong: dict[str, Refused] = {}
    if not 2 <= len(typed["name"]) <= 60:
        wrong["name"] = Refused("first_run.name")
    if not (typed["code"].isascii() and typed["code"].isalnum() and 2 <= len(typed["code"]) <= 8):
        wrong["code"] = Refused("first_run.clinic_code", given=typed["code"][:12])
    if not (typed["division"].isascii() and typed["division"].isdigit() and len(typed["division"]) in (6, 9, 12)):
        wrong["division"] = Refused("first_run.division", given=typed["division"][:14])
    if not (typed["admin_no"].isascii() and typed["admin_no"].isalnum() and len(typed["admin_no"]) <= 12):
        wrong["admin_no"] = Refused("first_run.admin_no")
    if not 2 <= len(typed["admin"]) <= 50:
        wrong["admin"] = Refused("first_run.admin")
    try:
        from clinic_app.modules.people import rules

        rules.check_password(password, staff_no=typed["admin_no"], clinic_name=typed["name"])
    except Refused as err:
        wrong["password"] = err
    again = request.form.get("again", "")
    if rules.typed_secret(password) != rules.typed_secret(again):
        wrong.setdefault("password", Refused("people.passwords_differ"))  # both are typed again, from the first
    given = {**typed, "password": password, "again": again}
    wrong |= {name: Refused("first_run.missing") for name in wrong if not given[name]}
    if wrong:
        raise Invalid(wrong)
    draft.seed = keys.new_seed()
    draft.asked = tuple(sorted(secrets.SystemRandom().sample(range(1, keys.WORDS), ASKED_WORDS)))
    draft.facts = {**typed, "code": typed["code"].upper(), "password": password}


def _take_words(draft: Draft, config: Config, made: Callable[[], None]) -> None:
    wrong = {
        f"word{place}": Refused("first_run.word", place=place)
        for place in draft.asked
        if not keys.same_word(draft.seed, place, request.form.get(f"word{place}", ""))
    }
    if wrong:
        raise Invalid(wrong)
    with draft.making:  # a double click waits for the first and finds the clinic made
        if draft.done or draft.has_failed:
            return
        try:
            _make(draft, config)
            made()
        except Exception as err:
            _see_what_is_left(draft, config, err)
        draft.done, draft.seed, draft.facts = True, b"", {}


def _see_what_is_left(draft: Draft, config: Config, err: Exception) -> None:
    """A fault on the way leaves a whole clinic, to be started anew, or none: then the same words may be sent again."""
    log.error("the clinic could not be made or could not be started", exc_info=err)
    with contextlib.suppress(Exception):
        db.close_database()
    if not opening.exists(config.data):
        if isinstance(err, Refused):
            raise err
        raise Refused("first_run.not_made") from err
    draft.has_failed = True


def _make(draft: Draft, config: Config) -> None:
    facts = draft.facts

    def fill(uow: UnitOfWork) -> None:
        from clinic_app.modules.dictionaries import starter
        from clinic_app.modules.laboratory import services as laboratory
        from clinic_app.modules.people import services
        from clinic_app.modules.stock import services as stock

        starter.load_starter_lists(uow)
        laboratory.load_starter(uow)
        stock.add_place(uow, code="P1", name="西药房")
        services.add_person(
            uow,
            staff_no=facts["admin_no"],
            name=facts["admin"],
            title="",
            roles=("administrator",),
            password=facts["password"],
        )

    registry.wire(config)
    opening.create_clinic(
        config.data,
        draft.seed,
        opening.Facts(facts["name"], facts["code"], facts["division"], False),
        registry.migration_steps(),
        fill,
    )
