"""Hostile words in every text that is stored, shown on every screen in Chromium (attacks 36, 38, 39): nothing runs,
nothing is fetched from elsewhere, and the policy has nothing to stop.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clinic_app.kernel import db
from tests.browser.office import CHROMIUM
from tests.browser.screens import SCREENS, Screen
from tests.conftest import Clinic
from tests.faults.attacks.report import MARKUP, Report
from tests.faults.attacks.target import Target
from tests.faults.attacks.wire import Answer

TEXTS = {
    "patient": ("name", "address"), "patient_other_name": ("value", "name"), "patient_relation": ("name",),
    "patient_history": ("text",), "patient_identifier": ("note",), "allergy": ("text", "note"),
    "visit": ("cancel_reason",), "request": ("question",), "request_line": ("note",),
    "note": ("chief_complaint", "present_illness", "past_history", "examination", "results", "plan"),
    "visit_diagnosis": ("name",), "prescription_line": ("note",), "kept_stop": ("reason", "text"),
    "drug": ("name", "name_en", "maker"), "service_item": ("name", "name_en"), "supplier": ("name",),
    "person": ("name", "title"), "room": ("name",), "desk": ("name",), "certificate": ("void_reason",),
    "report": ("findings", "conclusion"), "approval": ("reason", "answer"), "damage": ("reason",),
    "sheet_question": ("text", "question", "answer"), "appointment": ("name",), "chart_opening": ("reason",),
    "note_template": ("name",), "drug_set": ("name",), "price_proposal": ("reason", "source"),
    "goods_in": ("supplier",), "village": ("name",), "installation": ("name",), "batch": ("batch_no",),
}  # fmt: skip
PROBE = """
window.__ran = [];
for (const name of ['alert', 'confirm', 'prompt'])
  window[name] = (text) => { window.__ran.push(name + ': ' + text); };
document.addEventListener('securitypolicyviolation', (e) => window.__ran.push('policy: ' + e.violatedDirective));
"""
LOOK = """() => [...(window.__ran || []),
  ...[...document.querySelectorAll('img[src=x], svg[onload], [onerror], [onload]')]
  .map((e) => 'element: ' + e.outerHTML.slice(0, 80)),
  ...[...document.querySelectorAll('a[href]')]
  .filter((e) => /^(javascript|data|vbscript):/i.test(e.getAttribute('href')))
  .map((e) => 'link: ' + e.href.slice(0, 80))]"""
STAFF_OF = {"": "", "paediatrician": "doctor2"}


def poison(clinic: Clinic) -> int:
    """Write markup into every text of the tables that screens show; how many columns were there to write."""
    tables = {name: [row[1] for row in db.rows(f'PRAGMA table_info("{name}")')] for name in TEXTS}
    done = 0
    clinic.raw("PRAGMA ignore_check_constraints = 1")  # longer than any form lets it be
    for table, columns in TEXTS.items():
        for column in columns:
            if column not in tables[table]:
                continue
            clinic.drop_triggers(table)
            clinic.raw(
                f'UPDATE "{table}" SET "{column}" = "{column}" || ? WHERE "{column}" <> \'\'', (MARKUP + "{{7*7}}",)
            )
            done += 1
    return done


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield browser
        browser.close()


def screens(target: Target, report: Report, browser: Any, shown: tuple[Screen, ...] = SCREENS) -> None:
    """Look at each screen as its user; whatever ran, was put into the page or was stopped by the policy is found."""
    contexts: dict[str, Any] = {}
    for screen in shown:
        who = STAFF_OF.get(screen.role, screen.role)
        if who not in contexts:
            contexts[who] = browser.new_context(locale="zh-CN")
            contexts[who].add_init_script(PROBE)
            if who:
                contexts[who].add_cookies(
                    [{"name": "session", "value": target.tokens[who][0], "url": target.server.url}]
                )
        page = contexts[who].new_page()
        ran: list[str] = []
        page.on("dialog", lambda dialog, ran=ran: (ran.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda sent, ran=ran: _elsewhere(target, sent.url, ran))
        got = page.goto(target.server.url + screen.path.format(**target.made), wait_until="load")
        report.tried("36 scripts on every screen", screen.name, Answer(got.status if got else 0))
        ran += page.evaluate(LOOK)
        report.note("36 scripts on every screen", screen.name, "; ".join(ran[:3]), tries=0)
        page.close()
    for one in contexts.values():
        one.close()


def _elsewhere(target: Target, url: str, ran: list[str]) -> None:
    if not url.startswith((target.server.url, "data:", "blob:")) or url.endswith("/x"):
        ran.append(f"asks for {url[:80]}")
