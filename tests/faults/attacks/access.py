"""Who may come where (attacks 1 to 12): every route of the router, by everybody, with ids of every kind."""

import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from clinic_app.kernel import rights
from tests.faults.attacks import books
from tests.faults.attacks.report import Report
from tests.faults.attacks.target import TABLES, Route, Target
from tests.faults.attacks.wire import Answer

CARERS = ("registrar", "doctor2", "village_doctor", "nurse", "pharmacist", "cashier", "manager", "technician",
          "administrator", "auditor", "security_officer")  # fmt: skip
"""Who may open a patient's pages at all, and has had no part in the care of three days ago."""
NOTHING = "0" * 31 + "7"
NO_ROW = 987_654_321
FRAGMENT = {"HX-Request": "true"}
ENDS_THE_SESSION = {"people.sign_out", "people.lock", "people.first_password"}
METHODS = ("HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND")
DISGUISES = (
    {"X-HTTP-Method-Override": "DELETE"}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Original-URL": "/people"},
    {"X-Rewrite-URL": "/people"}, {"X-Forwarded-Host": "evil.test"}, {"X-Forwarded-User": "0007"},
    {"Authorization": "Basic MDAwNzpxaW5neGktMjAyNg=="}, {"X-Remote-User": "0007"}, {"Forwarded": "for=127.0.0.1"},
)  # fmt: skip
BESIDE_THE_PAGES = (
    "/static/../clinic.sqlite3", "/static/..%2f..%2fclinic.sqlite3", "/static/%2e%2e/%2e%2e/keys/data.key",
    "/static/..%5c..%5cclinic.sqlite3", "/static/....//....//clinic.sqlite3",
    "/static/%00", "/static/..%c0%afclinic.sqlite3", "/static/../app.py", "/static/", "/static/.",
    "/clinic.sqlite3", "/clinic.sqlite3-wal", "/clinic.key-label", "/keys/data.key", "/.git/config", "/backup/",
    "/backups/hourly/", "/settings.toml", "/logs/server.log", "/run.lock", "/virtual-printer/../clinic.sqlite3",
    "/dictionaries/lists/..%2f..%2f", "/dictionaries/lists/drugs/..%2f..%2fetc%2fpasswd", "/parameters/..%2f..",
    "/parameters/%2e%2e%2fkeys", "/reports/rows/..%2f..%2fclinic.sqlite3", "/charging/months/..%2f../close",
    "/doctor/rules/..%2f..%2f", "/stock/drugs/..%2f..%2fkeys", "/console", "/debug", "/server-status",
    "/health/../people",
)  # fmt: skip
OTHERWISE = ("1.0", " 1", "１", "0x1", "-1", str(2**63), "1e1", "+1", "01", "1;", "1%00", "null", "", "*", "%s")
TOO_MUCH = {"role": "administrator", "is_admin": "1", "clinic_id": "2", "price": "0.01", "total_fen": "1",
            "approved": "1", "person_id": NOTHING, "amount_fen": "1", "state": "paid", "__proto__": "x"}  # fmt: skip


def values(
    target: Target, route: Route, chance: random.Random, source: dict[str, list[Any]] | None = None
) -> dict[str, Any]:
    """Ids for each part of its address; of nobody where the source has none."""
    made = {}
    for part in route.parts:
        found = target.pool(part, source)
        is_id = type(route.rule._converters[part]).__name__ == "IdConverter"
        fitting = [one for one in found if isinstance(one, bytes) is is_id]
        made[part] = chance.choice(fitting) if fitting else (bytes.fromhex(NOTHING) if is_id else NO_ROW)
    return made


def _send(
    target: Target, who: str, route: Route, url: str, fields: dict[str, str] | None = None, **headers: str
) -> Answer:
    if route.method == "GET":
        return target.wire(who).send("GET", url, headers=headers)
    return target.wire(who).post(url, fields or {}, once=f"attack-{random.getrandbits(64):016x}", **headers)


def everybody(target: Target, report: Report, chance: random.Random, share: float) -> None:
    """(1, 2, 4) Every route without a session, and with each role that may not; of the roles this share."""
    before = books.marks(target.folder)
    foreign = [text for one in target.secrets.values() for text in (*one.face, *one.written)]
    for route in target.routes:
        url = route.url(values(target, route, chance))
        if route.right == "public":
            continue
        for headers in ({}, FRAGMENT):
            answer = _send(target, "", route, url, **headers)
            report.tried(
                "1 without a session", f"{route.method} {route.rule.rule}", answer, must_refuse=True, foreign=foreign
            )
        for role in rights.ROLES:
            if target.may(role, route) or chance.random() > share:
                continue
            headers = FRAGMENT if chance.random() < 0.5 else {}
            answer = _send(target, role, route, url, **headers)
            row = "4 fragment asked for alone" if headers else "2 with a role that may not"
            report.tried(row, f"{role} {route.method} {route.rule.rule}", answer, must_refuse=True, foreign=foreign)
    left = books.changed(before, books.marks(target.folder))
    report.note("2 with a role that may not", "the books", f"left something in {left}" if left else "")


def other_kinds(target: Target, report: Report, chance: random.Random, share: float) -> None:
    """(3) The id of another kind of object in every place of every address: found nowhere, changed nothing."""
    before = books.marks(target.folder)
    kinds = [table for table, found in target.ids.items() if found and isinstance(found[0], bytes)]
    for route in target.routes:
        ids = [part for part in route.parts if type(route.rule._converters[part]).__name__ == "IdConverter"]
        if not ids or route.writes == "session":
            continue
        who = next((role for role in rights.ROLES if target.may(role, route)), None)
        for kind in kinds:
            if who is None or chance.random() > share:
                continue
            part = chance.choice(ids)
            if kind in TABLES[part] or (kind == "patient" and part in ("one_id", "other_id")):
                continue
            told = {**values(target, route, chance), part: chance.choice(target.ids[kind])}
            answer = _send(target, who, route, route.url(told))
            where = f"{who} {route.method} {route.rule.rule} with a {kind} as {part}"
            is_quiet = route.endpoint in EMPTY_FOR_NOBODY and answer.status in (200, 303)
            report.tried("3 ids of another kind", where, answer, must_refuse=not is_quiet)
    left = books.changed(before, books.marks(target.folder))
    report.note("3 ids of another kind", "the books", f"left something in {left}" if left else "")


EMPTY_FOR_NOBODY = {"dictionaries.import_run", "dictionaries.check_run", "printing.status"}  # polls of what may be over


def other_parents(target: Target, report: Report, chance: random.Random, share: float) -> None:
    """(3, 53) A line, row or sheet of one visit named under another visit: nothing is done to either."""
    before = books.marks(target.folder)
    for route in target.routes:
        if len(route.parts) < 2 or route.writes not in ("once", "draft") or chance.random() > share:
            continue
        who = next((role for role in rights.ROLES if target.may(role, route)), None)
        if who is None or route.endpoint in MAY_JOIN_TWO:
            continue
        for name, mine in target.old.items():
            other, child = route.parts[:2]
            others = {
                table: [one for one in ids if one not in mine.get(table, [])] for table, ids in target.ids.items()
            }
            told = {
                **values(target, route, chance),
                other: values(target, route, chance, others)[other],
                child: values(target, route, chance, mine)[child],
            }
            answer = _send(target, who, route, route.url(told))
            report.tried("3 objects of another parent", f"{who} {route.rule.rule} {name}", answer, must_refuse=True)
    left = books.changed(before, books.marks(target.folder))
    report.note("3 objects of another parent", "the books", f"left something in {left}" if left else "")


MAY_JOIN_TWO = {"patients.merge", "patients.rule_out", "patients.propose"}


def closed_charts(target: Target, report: Report, times: int) -> None:
    """(3) Every page that names a patient, of two charts that are closed to all but their doctor, asked for by those
    who may open such pages of others: nothing written, and of the restricted one not even the face."""
    for who in CARERS:
        for route in target.routes:
            if route.method != "GET" or not route.parts or not target.may(who, route):
                continue
            for name, mine in target.old.items():
                foreign = secret_of(target, name, who, route.endpoint)
                if not any(target.pool(part, mine) for part in route.parts):
                    continue
                for told in _each(target, route, mine, times):
                    url = route.url(told)
                    answer = target.wire(who).get(url)
                    where = f"{who} {route.rule.rule} of the {name}"
                    report.tried("3 closed charts, by address", where, answer, foreign=foreign)


def _each(target: Target, route: Route, mine: dict[str, list[Any]], times: int) -> Iterator[dict[str, Any]]:
    """The address with each of the patient's objects in turn."""
    pools = {}
    for part in route.parts:
        is_id = type(route.rule._converters[part]).__name__ == "IdConverter"
        found = [one for one in target.pool(part, mine) if isinstance(one, bytes) is is_id]
        pools[part] = found or [one for one in target.pool(part) if isinstance(one, bytes) is is_id]
        pools[part] = pools[part] or [bytes.fromhex(NOTHING) if is_id else NO_ROW]
    for place in range(min(times, max(len(found) for found in pools.values()))):
        yield {part: found[place % len(found)] for part, found in pools.items()}


def odd_ids(target: Target, report: Report) -> None:
    """(5, 6) Ids counted up, and ids written otherwise, in the parts of the addresses and in the queries."""
    wire = target.wire("cashier")
    for number in range(1, 200):
        answer = wire.get(f"/charging/bills/{number:032x}")
        report.tried("5 ids in sequence", f"bill {number}", answer, must_refuse=True)
    for text in OTHERWISE:
        for who, path in (("cashier", "/charging/bills/{}"), ("doctor", "/doctor/visits/{}"),
                          ("doctor", "/doctor/visits/{}/versions/{}"), ("registrar", "/patients/{}")):  # fmt: skip
            answer = target.wire(who).get(path.replace("{}", text))
            if text or "versions" in path:
                report.tried("6 ids written otherwise", f"{path} {text!r}", answer, must_refuse=text != "")
        for who, path, name in (("registrar", "/registration/", "patient"), ("nurse", "/laboratory/", "line"),
                                ("registrar", "/registration/payer", "visit"),
                                ("registrar", "/registration/card", "patient"),
                                ("pharmacist", "/pharmacy/find", "q"), ("doctor", "/doctor/certificates", "before"),
                                ("auditor", "/checks/audit", "before")):  # fmt: skip
            answer = target.wire(who).get(f"{path}?{name}={text}")
            report.tried("6 ids written otherwise", f"{path}?{name}={text!r}", answer)


SHOWN = {"charging.hold": {"total_fen"}}  # the till's form tells which total it showed; a held bill keeps none


def too_many_fields(target: Target, report: Report, chance: random.Random) -> None:
    """(7) Fields that decide what only the server may: refused with every form that is keyed or a draft."""
    before = books.marks(target.folder)
    for route in target.routes:
        who = next((role for role in rights.ROLES if target.may(role, route)), None)
        if route.method != "POST" or route.writes == "session" or who is None:
            continue
        url = route.url(values(target, route, chance))
        for name in chance.sample(sorted(TOO_MUCH.keys() - SHOWN.get(route.endpoint, set())), 2):
            answer = _send(target, who, route, url, {name: TOO_MUCH[name]})
            where = f"{who} {route.rule.rule} with {name}"
            report.tried("7 fields of the attacker's own", where, answer, must_refuse=route.writes != "reads")
    left = books.changed(before, books.marks(target.folder))
    report.note("7 fields of the attacker's own", "the books", f"left something in {left}" if left else "")


def disguises(target: Target, report: Report, chance: random.Random, share: float) -> None:
    """(8, 9, 12) Other methods and the headers of proxies change nothing of who may come where."""
    for route in target.routes:
        if chance.random() > share or route.right in ("public", "signed_in"):
            continue
        who = next((role for role in ("technician", "registrar", "auditor") if not target.may(role, route)), "")
        url, told = route.url(values(target, route, chance)), chance.choice(DISGUISES)
        wire = target.wire(who)
        answer = wire.send(route.method, url, b"" if route.method == "POST" else None, told)
        row = "8 method override" if "X-HTTP-Method-Override" in told else "12 headers of proxies"
        report.tried(row, f"{who} {route.rule.rule} {told}", answer, must_refuse=True)
        method = chance.choice(METHODS)
        answer = target.fresh(who).send(method, url)
        is_page = method == "HEAD" and any(  # one may ask for the head of a page that one may read
            one.method == "GET" and one.rule.rule == route.rule.rule and target.may(who, one) for one in target.routes
        )
        report.tried("9 other methods", f"{method} {route.rule.rule}", answer, must_refuse=not is_page)


def beside_the_pages(target: Target, report: Report) -> None:
    """(10, 11) What lies beside the pages is served to nobody."""
    kept = (b"SQLite format", b"import ", b"root:x", b"[core]")
    for path in BESIDE_THE_PAGES:
        for who in ("", "administrator"):
            answer = target.fresh(who).get(path)
            row = "10 ways out of the static folder" if path.startswith("/static") else "11 files of the clinic"
            shown = next((repr(one) for one in kept if one in answer.body), "")
            report.tried(row, f"{who} {path}", answer, must_refuse=True)
            report.note(row, f"{who} {path}", f"serves {shown}" if shown else "", tries=0)


def asked_for(target: Target, report: Report, chance: random.Random, share: float) -> None:
    """(3) The same two charts through every page without a person in its address: as it is, and with everything that
    finds them (names, initials, numbers, ids) in every question that the page understands."""
    for who in CARERS:
        for route in target.routes:
            if route.method != "GET" or route.parts or not target.may(who, route) or route.right == "public":
                continue
            for person in target.old:
                asked = ((name, key) for name in route.asks for key in target.keys[person] if chance.random() < share)
                for name, key in (("", ""), *asked):
                    answer = target.wire(who).get(f"{route.url({})}?{urlencode({name: key})}", **FRAGMENT)
                    where = f"{who} {route.rule.rule} ?{name}={key}"
                    foreign = [one for one in secret_of(target, person, who, route.endpoint) if one not in key]
                    report.tried("3 closed charts, by question", where, answer, foreign=foreign)


def secret_of(target: Target, person: str, who: str, endpoint: str) -> tuple[str, ...]:
    """What no page may show of the person: of a chart that is closed nothing that was written, of
    a restricted one not the face either."""
    secret = target.secrets[person]
    if (who, endpoint) == ("nurse", "laboratory.print_report") or (who, endpoint) == ("nurse", "laboratory.index"):
        return ()  # she did this test herself
    return (*secret.face, *secret.written) if person == "restricted" else secret.written
