"""A browser of one signed-in person: keep-alive connection, cookies, and what htmx would send for an element."""

import gzip
import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.bench.screen import Element, NotOnPage, Screen, values_of

OWN_SITE = {"Sec-Fetch-Site": "same-origin"}
REDIRECTS = (301, 302, 303)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, how long it took in ms, its text, and where it sends the browser."""

    status: int
    ms: float
    text: str
    location: str
    headers: dict[str, str]

    @property
    def gzip_bytes(self) -> int:
        """What the text weighs compressed."""
        return len(gzip.compress(self.text.encode(), 6))


class Browser:
    """One person at one desk; never shared by two threads."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self._boosted: dict[str, str] = {}
        self.screen = Screen()
        self.path = "/"
        self.desk_id = ""

    def sign_in(self, staff_no: str, password: str, desk: str) -> None:
        """As a person does on the sign-in page, choosing the desk by its name."""
        self.open("/sign-in")
        self.desk_id = self._option(desk)
        self.screen.typed = {"staff-no": staff_no, "password": password, "desk": self.desk_id}
        form = self.screen.element("password")
        answer = self._send("POST", "/sign-in", self.screen.fields(self.screen.form_of(form) or form), {})
        if answer.status != 303:
            raise RuntimeError(f"sign-in of {staff_no} answered {answer.status}")

    def open(self, path: str) -> Answer:
        """Type an address or follow a plain link."""
        return self._shown(self._send("GET", path, [], {}))

    def see(self, before: Answer) -> Answer:
        """Follow a redirect, as the same kind of request that was redirected."""
        return self._shown(self._send("GET", before.location, [], self._boosted))

    def fragment(self, path: str) -> Answer:
        """A piece that is fetched by itself and shown nowhere that the script looks."""
        return self._send("GET", path, [], {"HX-Request": "true", "HX-Current-URL": self.path})

    def use(self, element: Element) -> Answer:
        """What happens when the element is clicked, submitted, typed into or due: its own htmx request."""
        if element.name == "a" and "hx-get" not in element.attributes:
            return self.open(element.attributes["href"])
        if element.attributes.get("type") == "submit":
            element = self.screen.form_of(element) or element
        given = element.attributes
        verb = "POST" if "hx-post" in given or given.get("method") == "post" else "GET"
        url = given.get("hx-post") or given.get("hx-get") or given.get("action", "")
        headers = {"HX-Request": "true", "HX-Current-URL": self.path}
        if given.get("hx-boost") == "true" and "hx-post" not in given:
            headers["HX-Boosted"] = "true"
        self._boosted = dict(headers)
        answer = self._send(verb, url, self._parameters(element, verb), headers)
        if answer.status == 200:
            self._swap(element, answer)
        return answer

    def _parameters(self, element: Element, verb: str) -> list[tuple[str, str]]:
        """htmx's rules: the element, for a post its form, what it includes, its own values; then the filter."""
        given = element.attributes
        boxes = [element] if element.name in ("form", "input", "select", "textarea") else []
        form = self.screen.form_of(element) if verb == "POST" and element.name != "form" else None
        boxes += [form] if form else []
        for wanted in given.get("hx-include", "").split(","):
            if wanted.strip() == "this":
                boxes.append(element)
            elif wanted.strip() and (found := self._included(wanted.strip())) is not None:
                boxes.append(found)
        pairs = list(dict.fromkeys(pair for box in boxes for pair in self.screen.fields(box)))
        added = values_of(element)
        pairs = [pair for pair in pairs if pair[0] not in {name for name, _ in added}] + added
        allowed = given.get("hx-params", "*")
        if allowed == "none":
            return []
        return pairs if allowed == "*" else [pair for pair in pairs if pair[0] in allowed.replace(" ", "").split(",")]

    def _included(self, selector: str) -> Element | None:
        """None where it is not on the page now: a part that was not opened has nothing to send."""
        if not selector.startswith("#"):
            raise NotOnPage(f"hx-include {selector}: only #id is understood")
        return self.screen.element(selector[1:]) if f' id="{selector[1:]}"' in self.screen.text else None

    def _swap(self, element: Element, answer: Answer) -> None:
        given = element.attributes
        target = answer.headers.get("hx-retarget") or given.get("hx-target", "this")
        style = answer.headers.get("hx-reswap") or given.get("hx-swap", "innerHTML")
        if target == "body" or "<html" in answer.text[:200]:
            self._shown(answer)
        else:
            self.screen.swap(given["id"] if target == "this" else target.lstrip("#"), style, answer.text)

    def _shown(self, answer: Answer) -> Answer:
        if answer.status == 200:
            self.screen = Screen(answer.text)
        return answer

    def _option(self, text: str) -> str:
        at = self.screen.text.index(f">{text}</option>")
        start = self.screen.text.rfind('value="', 0, at) + 7
        return self.screen.text[start : self.screen.text.index('"', start)]

    def _send(self, verb: str, url: str, pairs: list[tuple[str, str]], extra: dict[str, str]) -> Answer:
        headers = {**OWN_SITE, **extra, "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        body = urlencode(pairs)
        if verb == "POST":
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self._port}",
            }  # fmt: skip
            if extra:
                headers["X-CSRF"] = self._csrf()
        elif body:
            url += ("&" if "?" in url else "?") + body
        began = time.perf_counter()
        self._line.request(verb, url, body if verb == "POST" else None, headers)
        response = self._line.getresponse()
        text = response.read().decode()
        ms = (time.perf_counter() - began) * 1000
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        found = {name.lower(): value for name, value in response.headers.items()}
        if verb == "GET" and response.status == 200 and "hx-request" not in {key.lower() for key in extra}:
            self.path = url
        return Answer(response.status, ms, text, _path(found.get("location", "")), found)

    def _csrf(self) -> str:
        at = self.screen.text.index('<meta name="csrf" content="') + 27
        return self.screen.text[at : self.screen.text.index('"', at)]

    def close(self) -> None:
        self._line.close()


def _path(location: str) -> str:
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")
