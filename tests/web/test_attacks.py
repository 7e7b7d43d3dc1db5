"""What a hostile browser or network may send: foreign hosts, origins and tokens, cookies, bodies, header lines."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from clinic_app.kernel import db, sessions
from tests.conftest import Browser, Clinic, hidden

MIB = 1024 * 1024
Browsers = Callable[..., Browser]


def rows() -> int:
    """What any command would add to."""
    return int(db.value("SELECT (SELECT count(*) FROM once) + (SELECT count(*) FROM outbox)"))


@pytest.mark.parametrize(
    "host",
    ["evil.test", "127.0.0.1.evil.test", "evil.test:8600", "[::2]", "localhost@evil.test", "", "[", "127.0.0.1\t"],
)
def test_a_foreign_host_is_answered_with_nothing_of_ours(host: str, browser_as: Browsers) -> None:
    """DNS rebinding: a page of evil.test that resolves to this PC."""
    answer = browser_as("administrator").client.get("/people", headers={"Host": host})
    assert answer.status_code in (400, 421) and "王慧" not in answer.text


def test_the_own_hosts_are_answered(browser_as: Browsers) -> None:
    """Negative control of the foreign ones."""
    for host in ("localhost:8600", "127.0.0.1", "LOCALHOST"):
        client = browser_as("administrator").client.application.test_client()
        assert client.get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.test"},
        {"Origin": "http://localhost:1"},
        {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "Same-Origin"},
    ],
)
def test_a_post_from_another_site_is_refused_even_with_the_right_token(
    headers: dict[str, str], browser_as: Browsers
) -> None:
    before = rows()
    fields = {"staff_no": "0051", "name": "高远", "roles": "nurse"}
    answer = browser_as("administrator").post("/people", fields, **headers)
    assert answer.status_code == 403 and "form.cross_site" in answer.text and rows() == before


def test_the_token_of_another_session_is_worth_nothing(browser_as: Browsers) -> None:
    mine, other = browser_as("administrator"), browser_as("administrator")
    mine.csrf = other.csrf
    answer = mine.post("/people", {"staff_no": "0051", "name": "高远", "roles": "nurse"})
    assert answer.status_code == 403 and "form.expired" in answer.text
    visitor = hidden(mine.client.application.test_client().get("/sign-in").text, "csrf")
    mine.csrf = visitor
    assert mine.post("/people", {"staff_no": "0051", "name": "高远", "roles": "nurse"}).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "中文", "a" * 100_000, "\x00"])
def test_a_made_up_token_is_refused_in_words(token: str, browser_as: Browsers) -> None:
    browser = browser_as("administrator")
    browser.csrf = token
    assert browser.post("/lock").status_code == 403
    assert browser.client.post("/lock", headers={"X-CSRF": token[:50].encode().decode("latin-1")}).status_code in (
        400,
        403,
    )


def test_a_preset_session_cookie_never_becomes_a_session(app: Any) -> None:
    """Fixation: what was there before the sign-in is not what is there after it."""
    client = app.test_client()
    for preset in ("made-up", "x" * 4000, "a;b", "é", "\x00"):
        client.set_cookie("session", preset)
        csrf = hidden(client.get("/sign-in").text, "csrf")
        fields = {"csrf": csrf, "staff_no": "0001", "password": "qingxi-2026"}
        assert client.post("/sign-in", data=fields).status_code == 303
        token = client.get_cookie("session")
        assert token is not None and token.value != preset and sessions.find(preset) is None
        client.delete_cookie("session")


def test_a_visitors_token_dies_with_the_sign_in(app: Any) -> None:
    client = app.test_client()
    csrf = hidden(client.get("/sign-in").text, "csrf")
    client.post("/sign-in", data={"csrf": csrf, "staff_no": "0001", "password": "qingxi-2026"})
    assert client.post("/lock", data={"csrf": csrf}).status_code == 403


@pytest.mark.parametrize("name", ["session", "visitor", "desk", "language", "lately"])
def test_hostile_cookies_are_no_fault(name: str, app: Any, browser_as: Browsers) -> None:
    for value in (
        "",
        "é" * 500,
        "\x7f\x01",
        "x" * 3500,
        '"; Path=/evil',
        "../../etc",
        "0" * 32 + "." + "g" * 32,
        "{{7*7}}",
    ):
        client = app.test_client()
        client.set_cookie(name, value)
        assert client.get("/sign-in").status_code == 200
        assert client.get("/").status_code == 303
        signed_in = browser_as("doctor").client
        if name != "session":
            signed_in.set_cookie(name, value)
            assert signed_in.get("/").status_code == 200


def test_a_body_of_a_mebibyte_is_a_sentence_wherever_it_is_sent(browser_as: Browsers) -> None:
    browser, before = browser_as("administrator"), rows()
    for path in ("/people", "/people/import/check", "/language", "/sign-in", "/dictionaries/import"):
        answer = browser.post(path, {"name": "甲" * (MIB // 3)})
        assert answer.status_code in (303, 403, 413, 422), path
    assert rows() == before


def test_more_than_is_taken_is_refused_before_it_is_read(browser_as: Browsers) -> None:
    browser = browser_as("administrator")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = browser.client.post("/people", data=b"a=" + b"x" * (5 * MIB), headers=headers)
    assert answer.status_code == 413 and "http.too_large" in answer.text
    many = "&".join(f"f{number}=1" for number in range(50_000))
    assert browser.client.post("/people", data=many, headers=headers).status_code in (403, 413)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="../../e\x00vil"\r\n\r\nx\r\n--x--',
        b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="\xff\xfe"\r\n\r\n\xff\r\n--x--\r\n--x--',
        b"\x00" * 5000,
    ],
)
def test_broken_multipart_is_no_fault(body: bytes, browser_as: Browsers) -> None:
    browser = browser_as("administrator")
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "multipart/form-data; boundary="):
        headers = {"X-CSRF": browser.csrf, "Content-Type": kind}
        answer = browser.client.post("/people/import/check", data=body, headers=headers)
        assert answer.status_code in (400, 403, 413, 422), (kind, answer.status_code)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "text/plain", "application/xml", "application/x-www-form-urlencoded; charset=utf-7", "x"],
)
def test_a_body_of_another_kind_is_an_empty_form(kind: str, browser_as: Browsers) -> None:
    browser, before = browser_as("administrator"), rows()
    body = json.dumps({"csrf": browser.csrf, "staff_no": "0051", "name": "x", "roles": ["nurse"]})
    assert browser.client.post("/people", data=body, headers={"Content-Type": kind}).status_code == 403
    assert rows() == before


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Forwarded-For", "X-Original-URL", "X-Forwarded-Host"])
def test_headers_of_proxies_mean_nothing_here(name: str, browser_as: Browsers) -> None:
    for value in ("DELETE", "127.0.0.1", "/people", "evil.test"):
        assert browser_as("doctor").get("/people", **{name: value}).status_code == 403


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "PATCH", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(method: str, browser_as: Browsers) -> None:
    answer = browser_as("administrator").client.open("/people", method=method)
    assert answer.status_code in (400, 403, 405) and "王慧" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/static/../clinic.sqlite3", "/static/..%2f..%2fapp.py", "/static/%2e%2e/app.py", "/static/....//app.py",
     "/static/..%5c..%5capp.py", "/clinic.sqlite3", "/.git/config", "/settings.toml",
     "/static//etc/passwd", "/keys/data.key",
     "//evil.test/", "/\x00", "/%00", "/people/%2e%2e/x", "/" + "a" * 8000],
)  # fmt: skip
def test_nothing_but_pages_and_static_files_is_served(path: str, browser_as: Browsers) -> None:
    answer = browser_as("administrator").client.get(path)
    assert answer.status_code in (303, 308, 400, 404, 421)
    assert "evil" not in (answer.location or "") and b"import" not in answer.data


def test_a_name_with_lines_or_markup_changes_neither_headers_nor_pages(browser_as: Browsers, clinic: Clinic) -> None:
    browser = browser_as("administrator")
    for number, name in enumerate(("高\r\nSet-Cookie: a=1", "高\x1b[31m", "<b onclick=x>高", "{{7*7}}", "%(name)s %s")):
        answer = browser.post("/people", {"staff_no": f"9{number}", "name": name, "roles": "nurse"})
        assert answer.status_code in (303, 422) and "a=1" not in str(answer.headers)
        assert browser.get("/people").status_code == 200  # the toast tells the name
    page = browser.get("/people").text
    assert "<b onclick" not in page and "49" not in re.findall(r'<td class="nm">.*?</td>', page)
    assert "&lt;b onclick=x&gt;" in page and "{{7*7}}" in page


def test_every_answer_carries_the_headers_that_fence_it_in(app: Any, browser_as: Browsers) -> None:
    browser = browser_as("administrator")
    for answer in (
        app.test_client().get("/sign-in"),
        browser.get("/people"),
        browser.get("/none"),
        browser.post("/none"),
    ):
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers and "Server" not in answer.headers
    client = app.test_client()
    csrf = hidden(client.get("/sign-in").text, "csrf")
    answer = client.post("/sign-in", data={"csrf": csrf, "staff_no": "0001", "password": "qingxi-2026"})
    session = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("session="))
    assert "HttpOnly" in session and "SameSite=Strict" in session
