"""The main screens on a clinic in the middle of its day, for those who look at every one of them."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from appliance import practice
from appliance.practice_patients import PATIENTS
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.laboratory import services as laboratory
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.pharmacy import services as pharmacy
from clinic_app.modules.visits import queries as visits
from tests import visit
from tests.browser import office_screens
from tests.browser.conftest import ROOT, Server
from tests.browser.keyboard import Person
from tests.browser.office import Office
from tests.conftest import Clinic
from tests.modules.treatments.conftest import Case

NOTE = {
    "chief_complaint": "Sore throat, fever 2 days", "present_illness": "After a chill, no cough",
    "past_history": "None of note", "temperature": "37.9", "examination": "Red throat", "results": "None",
    "plan": "Rest",
}  # fmt: skip
TREATED = PatientData("李秋实", "1", date(1988, 2, 3), phone="19900001188", allergy_state="none")
ARRIVED = PatientData("欧阳海棠", "2", date(1971, 4, 9), phone="19900001177", allergy_state="none")


@dataclass(frozen=True)
class Screen:
    """One screen: who looks, where, after which key; whether a patient's banner and a primary action belong on it."""

    name: str
    role: str
    path: str
    is_of_patient: bool = False
    has_primary: bool = True
    key: str = ""


SCREENS = (
    Screen("sign-in", "", "/sign-in", has_primary=False),
    Screen("switch", "", "/switch", has_primary=False),
    Screen("home", "doctor", "/", has_primary=False),
    Screen("password", "doctor", "/password"),
    Screen("registration", "registrar", "/registration/"),
    Screen("registration-found", "registrar", "/registration/?patient={chen}"),
    Screen("line", "registrar", "/registration/line", has_primary=False),
    Screen("board", "manager", "/registration/board", has_primary=False),
    Screen("appointments", "registrar", "/registration/appointments"),
    Screen("missed", "registrar", "/registration/appointments/missed", has_primary=False),
    Screen("sessions", "manager", "/registration/sessions"),
    Screen("patients", "registrar", "/patients/", has_primary=False),
    Screen("patient", "registrar", "/patients/{chen}", is_of_patient=True),
    Screen("patient-to-read", "pharmacist", "/patients/{chen}", is_of_patient=True, has_primary=False),
    Screen("patient-visits", "registrar", "/registration/of/{chen}", is_of_patient=True, has_primary=False),
    Screen("patient-records", "doctor", "/doctor/of/{chen}", is_of_patient=True, has_primary=False),
    Screen("patient-changes", "registrar", "/patients/{chen}/changes", is_of_patient=True, has_primary=False),
    Screen("newborns", "registrar", "/patients/{chen}/newborns", is_of_patient=True),
    Screen("chart-closed", "doctor", "/patients/{chen}/closed?then=records"),
    Screen("access-reviews", "security_officer", "/patients/access-reviews", has_primary=False),
    Screen("duplicates", "registrar", "/patients/duplicates", has_primary=False),
    Screen("completeness", "registrar", "/patients/completeness", has_primary=False),
    Screen("villages", "registrar", "/patients/villages"),
    Screen("queue", "doctor", "/doctor"),
    Screen("doctor", "doctor", "/doctor/visits/{stopped}", is_of_patient=True),
    Screen("doctor-allergy-unasked", "doctor", "/doctor/visits/{unasked}", is_of_patient=True),
    Screen("doctor-signed", "doctor", "/doctor/visits/{signed}", is_of_patient=True, has_primary=False),
    Screen("doctor-herbs", "doctor", "/doctor/visits/{herbal}", is_of_patient=True),
    Screen("doctor-red", "doctor", "/doctor/visits/{red}", is_of_patient=True),
    Screen("doctor-requests", "doctor", "/doctor/visits/{grouped}", is_of_patient=True, key="Alt+j"),
    Screen("doctor-results", "doctor", "/doctor/visits/{resulted}", is_of_patient=True, has_primary=False, key="Alt+i"),
    Screen("doctor-past", "doctor", "/doctor/visits/{stopped}", is_of_patient=True, key="Alt+l"),
    Screen("doctor-trend", "doctor", "/doctor/visits/{stopped}", is_of_patient=True, key="Alt+v"),
    Screen("kept-stops", "manager", "/doctor/kept-stops", has_primary=False),
    Screen("pain-register", "manager", "/doctor/pain-patients", has_primary=False),
    Screen("old-paper", "manager", "/doctor/paper", has_primary=False),
    Screen("prescription-a5", "doctor", "/doctor/visits/{signed}/print"),
    Screen("certificate", "doctor", "/doctor/visits/{signed}/certificates?kind=sick_leave", is_of_patient=True),
    Screen("certificates", "doctor", "/doctor/certificates", has_primary=False),
    Screen("record-a5", "doctor", "/doctor/visits/{signed}/record/print"),
    Screen("templates", "doctor", "/doctor/templates", has_primary=False),
    Screen("waiting-cosign", "doctor", "/doctor/waiting", has_primary=False),
    Screen("doctor-infusion", "doctor", "/doctor/visits/{grouped}", is_of_patient=True),
    Screen("treatments", "nurse", "/treatments/patients/{treated}", is_of_patient=True),
    Screen("treatments-running", "nurse", "/treatments/patients/{treated}?at={running}", is_of_patient=True),
    Screen("treatments-labels", "nurse", "/treatments/patients/{treated}/papers/labels"),
    Screen("laboratory", "nurse", "/laboratory/?line={blood}", is_of_patient=True),
    Screen("laboratory-critical", "doctor", "/laboratory/?line={critical}", is_of_patient=True),
    Screen("laboratory-report", "nurse", "/laboratory/reports/{report}/print"),
    Screen("pending", "cashier", "/charging", has_primary=False),
    Screen("cashier", "cashier", "/charging/visits/{signed}", is_of_patient=True),
    Screen("bill", "cashier", "/charging/bills/{bill}", is_of_patient=True, has_primary=False),
    Screen("receipts", "cashier", "/charging/receipts", has_primary=False),
    Screen("shift", "cashier", "/charging/shift"),
    Screen("shifts", "manager", "/charging/shifts", has_primary=False),
    Screen("approvals", "manager", "/charging/approvals", has_primary=False),
    Screen("day-sum", "manager", "/charging/days", has_primary=False),
    Screen("months", "manager", "/charging/months", has_primary=False),
    Screen("invoice-books", "manager", "/charging/books"),
    Screen("arrears", "cashier", "/charging/arrears", has_primary=False),
    Screen("pharmacy", "pharmacist", "/pharmacy/sheets/{paid}", is_of_patient=True),
    Screen("pharmacy-done", "pharmacist", "/pharmacy/done", has_primary=False),
    Screen("pharmacy-part", "pharmacist", "/pharmacy/sheets/{paid}?part=1", is_of_patient=True),
    Screen("pharmacy-asked", "pharmacist", "/pharmacy/sheets/{asked}", is_of_patient=True),
    Screen("pharmacy-untested", "pharmacist", "/pharmacy/sheets/{untested}", is_of_patient=True),
    Screen("pharmacy-owed", "pharmacist", "/pharmacy/owed", has_primary=False),
    Screen("pharmacy-returns", "pharmacist", "/pharmacy/returns", has_primary=False),
    Screen("pharmacy-return", "pharmacist", "/pharmacy/sheets/{done}/return", is_of_patient=True),
    Screen("pharmacy-register", "pharmacist", "/pharmacy/register"),
    Screen("pharmacy-trace-codes", "pharmacist", "/pharmacy/trace-codes"),
    Screen("pharmacy-labels", "pharmacist", "/pharmacy/sheets/{paid}/labels"),
    Screen("pharmacy-pick-list", "pharmacist", "/pharmacy/pick-list"),
    Screen("pharmacy-questions", "doctor", "/pharmacy/questions"),
    Screen("stock-alarms", "pharmacist", "/stock/alarms", has_primary=False),
    Screen("stock-drug", "pharmacist", "/stock/drugs/D0002"),
    Screen("stock-damages", "pharmacist", "/stock/damages"),
    Screen("stock-months", "manager", "/stock/months", has_primary=False),
    Screen("stock", "pharmacist", "/stock", has_primary=False),
    Screen("goods-in", "pharmacist", "/stock/goods-in"),
    Screen("papers", "cashier", "/printing/jobs"),
    Screen("virtual-printer", "cashier", "/virtual-printer", has_primary=False),
    Screen("virtual-card", "registrar", "/virtual-card"),
    Screen("desks", "administrator", "/desks"),
    Screen("people", "administrator", "/people"),
    Screen("person", "administrator", "/people/{doctor}", has_primary=False),
    Screen("drugs", "administrator", "/dictionaries", has_primary=False),
    Screen("drug", "administrator", "/dictionaries/drug/{drug}"),
    Screen("import", "administrator", "/dictionaries/import"),
    Screen("dashboard", "manager", "/reports", has_primary=False),
    Screen("report-rows", "manager", "/reports/rows/income"),
    Screen("suppliers", "administrator", "/dictionaries/lists/suppliers", has_primary=False),
    Screen("drug-entry", "administrator", "/dictionaries/lists/drugs/D0076"),
    Screen("supplier-new", "administrator", "/dictionaries/lists/suppliers/new"),
    Screen("prices-to-approve", "administrator", "/dictionaries/prices"),
    Screen("invoice-lines", "administrator", "/dictionaries/invoice-lines"),
    Screen("invoice-line", "administrator", "/dictionaries/invoice-lines?category=examination", has_primary=False),
    Screen("parameters", "manager", "/parameters", has_primary=False),
    Screen("parameter", "manager", "/parameters/consultation.days_limit"),
    Screen("checks", "manager", "/checks/", has_primary=False),
    Screen("audit", "auditor", "/checks/audit", has_primary=False),
    Screen("self-check", "administrator", "/self-check/"),
    Screen("runbook", "administrator", "/self-check/runbook/disk", has_primary=False),
    Screen("security-reports", "administrator", "/self-check/reports"),
    Screen("backups", "administrator", "/backups/"),
    *(Screen(*one) for one in office_screens.SCREENS),
)


def prepare(clinic: Clinic) -> dict[str, str]:
    """A day with one patient in every place."""
    chen, wang = (patients.search(name)[0].id for name in ("陈桂英", "王大山"))
    stopped, unasked = (visit.arrive(clinic, one)["visit_id"] for one in (chen, wang))
    for one in (stopped, unasked):
        visit.run(clinic, "doctor", lambda uow, one=one: consultation.start(uow, one))
    visit.draft(clinic, "doctor", lambda uow: consultation.save_note(uow, stopped, NOTE, 1))
    visit.prescribe(clinic, stopped, visit.typed("D0011"), 0)
    visit.prescribe(clinic, stopped, visit.typed("D0001"), 1)
    made = {"chen": chen, "stopped": stopped, "unasked": unasked, **_special(clinic)}
    liu, zhang = (patients.search(name)[0].id for name in ("刘建国", "张兰英"))
    for use, patient in (("signed", ARRIVED), ("paid", liu), ("done", zhang), ("asked", visit.ADULT)):
        made[use] = visit.arrive(clinic, patient)["visit_id"]
        sheets = visit.consult(clinic, made[use], note=NOTE)
        if use != "signed":
            made["bill"] = visit.pay(clinic, made[use])["bill_id"]
            made[use] = sheets[0]
    visit.dispense(clinic, made["done"])
    asked = made["asked"]
    visit.run(clinic, "pharmacist", lambda uow: pharmacy.ask_doctor(uow, asked, "Is this dose meant?"))
    visit.arrive(clinic, patients.search("古丽·阿不都")[0].id)
    waits = visit.arrive(clinic, patients.search("古丽·阿不都")[0].id)["visit_id"]
    made |= _treated(clinic, patients.search("吴小宝")[0].id)
    made |= office_screens.prepare(clinic, waits, chen, wang)
    made["drug"] = visit.typed("D0076").drug_id
    clinic.raw("UPDATE service_item SET invoice_category = NULL WHERE code IN ('S0018', 'S0052', 'S0099')")
    made["doctor"] = clinic.actor("doctor").person_id
    return {use: one.hex() for use, one in made.items()}


def _treated(clinic: Clinic, patient: bytes) -> dict[str, bytes]:
    """A bottle that runs, an injection that waits for its skin test, tests in each state, a sheet being grouped."""
    one = Case(clinic, visit.arrive(clinic, TREATED)["visit_id"], b"")
    one.run("doctor", consultation.start, one.visit_id)
    one.patient_id = visits.row(one.visit_id).patient_id
    one.add("D0034", "250ml", "qd", 3, "ivgtt")
    one.join(one.add("D0047", "1g", "qd", 3, "ivgtt"))
    one.add("D0042", "80万单位", "bid", 1, "im")
    for code in ("S0015", "S0105", "S0103"):
        one.ask(code)
    one.sign()
    one.pay()
    running = one.entries[0]
    one.begin(running)
    lines = [line for asked in requests.requests_of_visit(one.visit_id) for line in requests.request_lines(asked.id)]
    reports = [bytes.fromhex(one.run("nurse", laboratory.collect, line.id, specimen="")["report_id"]) for line in lines]
    one.run("nurse", laboratory.enter, reports[1], 1, {"k": "6.8", "na": "140", "cl": "101", "ca": "2.3"})
    one.run("nurse", laboratory.enter, reports[2], 1, {"glu": "7.2"})
    one.run("doctor", laboratory.verify, reports[2], 2)
    other = Case(clinic, visit.arrive(clinic, patient)["visit_id"], patient)
    other.run("doctor", consultation.start, other.visit_id)
    other.add("D0034", "100ml", "qd", 1, "ivgtt")
    other.join(other.add("D0047", "0.5g", "qd", 1, "ivgtt"))
    other.add("D0042", "40万单位", "bid", 1, "im")
    return {
        "treated": one.patient_id, "running": running.id, "blood": lines[0].id, "critical": lines[1].id,
        "report": reports[2], "grouped": other.visit_id,
        "resulted": one.visit_id, "untested": one.sheet_id,
    }  # fmt: skip


SPECIAL = {"herbal": "古月芳", "red": "白兰香"}


def _special(clinic: Clinic) -> dict[str, bytes]:
    """A visit with herbs that do not go together, and one with a red sheet and drugs that speak against each other."""
    made = {}
    for use, codes in (("herbal", ("H0003", "H0026", "H0001")), ("red", ("D0075", "D0024", "D0052", "D0082"))):
        who = PatientData(SPECIAL[use], "2", date(1961, 4, 9), phone="19900001178", allergy_state="none")
        made[use] = visit.arrive(clinic, who)["visit_id"]
        visit.run(clinic, "doctor", lambda uow, use=use: consultation.start(uow, made[use]))
        for rev, code in enumerate(codes):
            visit.prescribe(clinic, made[use], visit.typed(code), rev)
    return made


def data_words() -> list[str]:
    """Chinese that is data in any language: names of people, places, desks and goods, and what was recorded so."""
    words = {practice.FACTS.name, ARRIVED.name, visit.ADULT.name, TREATED.name, "样例医药公司", "单晓月"}
    words |= {*office_screens.NAMES}
    words |= {"石坝村 2 组 16 号", "青霉素类"}
    words |= {text for row in practice.STAFF for text in row[1:3]} | {row[1] for row in practice.VILLAGES}
    words |= {"样例省样北市青溪县青溪镇", "无名氏", "未做", "慢病长期用药", *SPECIAL.values(), *visit.NOTE.values()}
    words |= {text for row in practice.ROOMS for text in row[1:]} | {name for name, _room in practice.DESKS}
    for one in PATIENTS:
        words |= {one.name, one.address, *(entry.note for entry in one.allergies)}
    words |= {one[0] + "*" * (len(one) - 1) for one in (*SPECIAL.values(), *words) if one}
    columns = {"drugs": ("strength_text", "maker"), "herbs": ("maker",), "suppliers": ("licence_no",)}
    for name, wanted in columns.items():
        with (ROOT / f"clinic_app/modules/dictionaries/data/{name}.csv").open(encoding="utf-8", newline="") as file:
            words |= {row[column] for row in csv.DictReader(file) for column in wanted}
    return sorted((word for word in words if re.search(CHINESE, word)), key=len, reverse=True)


CHINESE = r"[\u3400-\u9fff]"
AT_WORK = (1366, 625)  # what a 1366x768 PC leaves for the page
SMALL = (1280, 720)
ZOOMED = (911, 417)  # 150 % of the first

SAID = """() => {
  const said = [document.title], apart = 'script,style,.av,.paper,#lines td,[lang]:not(html)';
  const names = ['placeholder', 'title', 'aria-label', 'alt', 'data-key-label', 'data-reason'];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode;
    if (!one.parentElement.closest(apart)) said.push(one.data);
  }
  for (const e of document.querySelectorAll('body *')) if (!e.closest(apart)) {
    for (const name of names) if (e.hasAttribute(name)) said.push(e.getAttribute(name));
  }
  return said.map((text) => text.trim()).filter(Boolean);
}"""  # papers and the lines of a bill keep the words they were printed with; a language's button is named in it

MISFITS = """([isWork, hasPrimary, isOfPatient, isStrict]) => {
  const found = [], wide = innerWidth + 1, high = innerHeight + 1, root = document.documentElement;
  const shown = (e) => e.getClientRects().length > 0 && !e.closest('.vh,dialog');
  const named = (what, e) => found.push(what + ': ' + (e.id || e.className || e.tagName));
  const inside = (e) => {
    const box = e.getBoundingClientRect();
    return box.left > -1 && box.top > -1 && box.right < wide && box.bottom < high;
  };
  const app = document.querySelector('.app') || document.body;
  if (app.scrollWidth > app.clientWidth || root.scrollWidth >= wide) {
    const goesOver = (e) => shown(e) && e.getBoundingClientRect().right > wide;
    const over = [...document.querySelectorAll('body *')].find(goesOver);
    named('the page is wider than the window', over || app);
  }
  if (isWork && root.scrollHeight >= high) found.push('the page scrolls');
  const work = document.querySelector('.work');
  if (work && isStrict && work.scrollWidth > work.clientWidth + 1) found.push('the work is wider than its place');
  if (isWork && !inside(document.querySelector('#actions'))) found.push('the action bar is outside');
  const primary = [...document.querySelectorAll('[data-key=F9]')].find(shown);
  if (hasPrimary && (!primary || !inside(primary))) found.push('the primary action is outside');
  const banner = document.querySelector('#patient-banner');
  if (isOfPatient && (!banner || !shown(banner) || !inside(banner))) found.push('the banner is outside');
  const uncut = '#patient-banner .pt-name, #patient-banner .allergy';
  const whole = isStrict ? uncut + ', .pane-b, .pane-h, .pane-f, .topbar, .actionbar' : uncut;
  const seen = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  seen(whole).filter((e) => e.scrollWidth > e.clientWidth + 1).forEach((e) => named('cut', e));
  seen('.topbar > *, .actionbar > *').filter((e) => !inside(e)).forEach((e) => named('outside', e));
  return found;
}"""

CLASHES = """() => {
  const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden' && !e.disabled;
  const row = (e) => e.closest('tr, li, .pick');
  const act = (e) => (e.getAttribute('hx-post') || e.getAttribute('hx-get') || (e.form || e).action || e.href || '')
    .replace(/[0-9a-f]{32}/g, '') + ' ' + (e.name || '') + (e.value || '');
  const root = [...document.querySelectorAll('dialog[open]')].pop() || document, held = {};
  for (const e of root.querySelectorAll('[data-key]')) {
    if (shown(e) && e.dataset.key !== 'Esc') (held[e.dataset.key] = held[e.dataset.key] || []).push(e);
  }
  const isEachRows = (many) => many.every(row) && new Set(many.map(row)).size === many.length
    && new Set(many.map(act)).size === 1;
  return Object.entries(held).filter(([, many]) => many.length > 1 && !isEachRows(many))
    .map(([key, many]) => key + ': ' + many.map((e) => e.dataset.keyLabel || e.textContent.trim()).join(' | '));
}"""  # each row of a list may own the key of the same act; Esc goes one step back from where the focus is


class Visitors:
    """One browser for each role and language, kept from screen to screen."""

    def __init__(self, chromium: Any, server: Server):
        self.office, self.server = Office(chromium, server.url, server.tokens), server
        self.sitting: dict[tuple[str, str], Person] = {}

    def at(self, screen: Screen, language: str) -> Person:
        """Somebody who looks at that screen, with all that it asks for by itself."""
        who = (screen.role, language)
        if who not in self.sitting:
            self.sitting[who] = self.office.open(*who)
        one = self.sitting[who]
        self.office.complaints.clear()
        one.page.goto(self.server.url + screen.path.format(**self.server.made))
        one.settles()
        return one.press(screen.key).settles() if screen.key else one


def visitors(chromium: Any, server: Server) -> Iterator[Visitors]:
    made = Visitors(chromium, server)
    yield made
    made.office.close()


def shows(one: Person, screen: Screen, size: tuple[int, int] = AT_WORK) -> list[str]:
    """What of the open screen does not fit into a window of that size; at 150 % a wide table may scroll in its pane."""
    one.page.set_viewport_size({"width": size[0], "height": size[1]})
    is_work = one.page.locator("body.app").count() == 1
    found: list[str] = one.page.evaluate(
        MISFITS, [is_work, is_work and screen.has_primary, screen.is_of_patient, size != ZOOMED]
    )
    return found


def key_clashes(one: Person) -> list[str]:
    """Keys that two visible elements of the open screen carry: which of them is meant nobody can tell."""
    found: list[str] = one.page.evaluate(CLASHES)
    return found
