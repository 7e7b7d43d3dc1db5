"""Another site, another session, another host (attacks 13, 16, 17, 19, 22 to 31, 48)."""

import pickle
import random
import secrets
import threading

from appliance.practice import PASSWORD
from clinic_app.kernel import rights
from tests.faults.attacks import access, books
from tests.faults.attacks.report import Report
from tests.faults.attacks.target import Target
from tests.faults.attacks.wire import Answer, Wire
from tests.faults.form_client import field_of

FOREIGN = {
    "23 a form of another site": {"Origin": "http://evil.test"},
    "24 text/plain from another site": {"Content-Type": "text/plain"},
    "25 Origin: null": {"Origin": "null"},
    "26 Sec-Fetch-Site: cross-site": {"Sec-Fetch-Site": "cross-site"},
    "27 Host: evil.test": {"Host": "evil.test"},
    "28 a host that was bound anew": {"Host": "127.0.0.1.evil.test"},
}
AWAY = ("//evil.test", "https://evil.test/", "/\\evil.test", "/\t/evil.test", "javascript:alert(1)", "/%5cevil.test",
        "\\\\evil.test", "/\r\nX-Evil: 1", "//evil.test/%2f..")  # fmt: skip
STALE_COOKIES = ("", "x" * 43, "a;b", "../../etc", "é", "0" * 64)


def other_sites(target: Target, report: Report, chance: random.Random, share: float) -> None:
    """Every form that changes something, with the right cookie and token, as another site would make a browser send it;
    then without a token and with another session's."""
    before = books.marks(target.folder)
    for route in target.routes:
        if route.method != "POST" or chance.random() > share:
            continue
        who = next((role for role in rights.ROLES if target.may(role, route)), None)
        if who is None or route.endpoint in access.ENDS_THE_SESSION:
            continue
        url = route.url(access.values(target, route, chance))
        for row, headers in FOREIGN.items():
            answer = target.wire(who).post(url, {}, once=secrets.token_hex(12), **headers)
            report.tried(row, f"{who} {route.rule.rule}", answer, must_refuse=True)
        for token in ("", target.tokens["auditor"][1], "x" * 32):
            wire = Wire(target.port, target.wire(who).cookies, token)
            answer = wire.post(url, {}, once=secrets.token_hex(12))
            wire.close()
            report.tried("17 the token of another session", f"{who} {route.rule.rule}", answer, must_refuse=True)
    left = books.changed(before, books.marks(target.folder))
    report.note("23 a form of another site", "the books", f"left something in {left}" if left else "")


def ways_out(target: Target, report: Report) -> None:
    """(29, 30, 31) No address in a form or a question leads to another site; no page may be framed by one."""
    for text in AWAY:
        for path in ("/sign-in", "/locked", "/switch"):
            answer = target.fresh("").get(f"{path}?{access.urlencode({'next': text})}")
            report.tried("31 open redirect", f"{path} next={text!r}", answer)
        for path, fields in (
            ("/language", {"language": "en"}),
            ("/sign-in", {"staff_no": "0008", "password": PASSWORD}),
        ):
            wire = Wire(target.port)
            wire.cookies = {"visitor": "v" * 32}
            wire.csrf = field_of(wire.get("/sign-in").text, "csrf")
            report.tried("31 open redirect", f"POST {path} next={text!r}", wire.post(path, {**fields, "next": text}))
            wire.close()
    for who in ("", "doctor", "cashier"):
        answer = target.wire(who).get("/")
        framed = "frame-ancestors 'self'" not in answer.header("content-security-policy")
        report.note("29 a framed page", f"{who} /", "may be framed" if framed else "")


def _sign_in(
    target: Target, staff_no: str, password: str, cookies: dict[str, str] | None = None
) -> tuple[Wire, Answer]:
    wire = Wire(target.port, {"visitor": secrets.token_hex(16), **(cookies or {})})
    wire.csrf = field_of(wire.get("/sign-in").text, "csrf")
    answer = wire.post("/sign-in", {"staff_no": staff_no, "password": password, "next": "/"})
    for name, value in answer.headers:
        if name.lower() == "set-cookie" and value.startswith("session="):
            wire.cookies["session"] = value.removeprefix("session=").partition(";")[0]
    return wire, answer


def sessions(target: Target, report: Report, guesses: int) -> None:
    """(13, 16, 19, 22, 48) Old, preset, foreign and broken cookies; guessing; many sign-ins at once."""
    wire, answer = _sign_in(target, "0008", PASSWORD, {"session": "preset-by-somebody-else-0123456789"})
    got = wire.cookies.get("session", "")
    report.note(
        "16 a preset cookie", "sign-in", "" if got and not got.startswith("preset") else "the preset one is kept"
    )
    old = Wire(target.port, {"session": got})
    page = old.get("/")
    report.note("16 a preset cookie", "the new one", "" if page.status == 200 else f"does not serve: {answer.status}")
    old.csrf = field_of(old.get("/password").text, "csrf")
    old.post("/sign-out")
    for path in ("/", "/checks/audit", "/people", "/status/chips"):
        report.tried(
            "13 the cookie after signing out", path, Wire(target.port, {"session": got}).get(path), must_refuse=True
        )
    broken = [
        pickle.dumps({"person": 1}).hex(),
        *STALE_COOKIES,
        target.tokens["doctor"][0][:-1],
        target.tokens["doctor"][0] + "A",
    ]
    for value in broken:
        answer = Wire(target.port).send(
            "GET", "/people", headers={"Cookie": f"session={value}".encode().decode("latin-1")}
        )
        report.tried("48 cookies that are none of ours", value[:20], answer, must_refuse=True)
    paused = 0
    for turn in range(guesses):
        wire, answer = _sign_in(target, "0009", f"guess-{turn}", {"desk": "d" * 32})
        report.tried("19 guessing a password", f"try {turn}", answer, must_refuse=True)
        paused += "等" in answer.text
        wire.close()
    report.note("19 guessing a password", f"{guesses} guesses", "" if paused else "nobody was made to wait")


def many_at_once(target: Target, report: Report, many: int) -> None:
    """(22) Sign-ins of several people from many browsers in the same moment: all served, none as somebody else."""
    people = {"0001": "王慧", "0002": "李志远", "0005": "赵晓梅"}

    def one(place: int) -> None:
        staff_no = list(people)[place % len(people)]
        wire, answer = _sign_in(target, staff_no, PASSWORD)
        report.tried("22 sign-ins in parallel", staff_no, answer)
        shown = wire.get("/").text if answer.status == 303 else people[staff_no]
        mixed = people[staff_no] not in shown
        report.note("22 sign-ins in parallel", staff_no, "is somebody else" if mixed else "")
        wire.close()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
