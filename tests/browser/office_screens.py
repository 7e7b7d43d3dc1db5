"""What the office sees: the registrar's lists, the manager's money and reviews, the lists of the clinic."""

from datetime import date, timedelta

from appliance import practice
from appliance.lan import authority, files, settings
from appliance.lan.addresses import own_addresses
from appliance.lan.settings import LanSettings
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import services as charging
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.desks import services as desk_services
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as lists
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.visits import services as visits
from clinic_app.modules.visits.rules.sessions import Hours
from clinic_app.modules.visits.rules.triage import Answers
from tests import visit
from tests.browser.conftest import free_port
from tests.conftest import Clinic
from tests.modules.charging.conftest import Window

BOOKED, OWING, ASKING = NAMES = ("冉春梅", "唐小满", "丁立夏")
SCREENS = (  # name, role, path, is_of_patient, has_primary, key
    ("home-manager", "manager", "/", False, False),
    ("home-cashier", "cashier", "/", False, False),
    ("home-registrar", "registrar", "/", False, False),
    ("home-administrator", "administrator", "/", False, False),
    ("home-auditor", "auditor", "/", False, False),
    ("registration-cancel", "registrar", "/registration/", False, True, "Alt+x"),
    ("registration-move", "registrar", "/registration/", False, True, "Alt+t"),
    ("registration-payer", "registrar", "/registration/", False, True, "Alt+p"),
    ("line-one", "nurse", "/registration/line", False, False, "Enter"),
    ("patient-in-full", "registrar", "/patients/{chen}", True, True, "Alt+w"),
    ("patient-merge", "registrar", "/patients/duplicates", False, False, "Alt+y"),
    ("merges", "manager", "/patients/links", False, False),
    ("shift-close", "cashier", "/charging/shift", False, True, "F9"),
    ("approval", "manager", "/charging/approvals", False, False, "Enter"),
    ("people-import", "administrator", "/people/import", False, False),
    ("services", "administrator", "/dictionaries/services", False, False),
    ("diagnoses", "administrator", "/dictionaries/diagnoses", False, False),
    ("allergy-groups", "administrator", "/dictionaries/allergy-groups", False, False),
    ("frequencies", "administrator", "/dictionaries/lists/frequencies", False, False),
    ("safety-rules", "administrator", "/dictionaries/lists/safety_rules", False, False),
    ("desk", "administrator", "/desks/{desk}"),
    ("room", "administrator", "/desks/rooms/{room}"),
    ("lan", "administrator", "/desks/lan"),
    *((("lan-card", "administrator", "/desks/lan/card", False, False),) if own_addresses() else ()),  # of a LAN only
    ("report-visits", "manager", "/reports/rows/visits"),
    ("report-sheets", "manager", "/reports/rows/sheets"),
    ("dashboard-month", "manager", "/reports?period=month", False, False),
    ("doctor-all-rooms", "doctor", "/doctor?room=all"),
    ("triage-questions", "manager", "/registration/questions"),
    ("ranges", "manager", "/laboratory/ranges?analyte=wbc"),
    ("analytes", "manager", "/laboratory/analytes"),
    ("analyte", "manager", "/laboratory/analytes?code=u_glu"),
    ("readings", "auditor", "/checks/readings", False, False),
    ("clock", "manager", "/clock", False, False),
)


def prepare(clinic: Clinic, waits: bytes, chen: bytes, wang: bytes) -> dict[str, bytes]:
    """Something in every list of the office."""
    practice_sessions(clinic, waits)
    untidy(clinic, chen, wang)
    visit.run(clinic, "manager", _ask_for_a_price)
    money(clinic)
    switch_lan_on(clinic)
    return {"desk": desks.desks()[0].id, "room": desks.rooms()[0].id}


def money(clinic: Clinic) -> None:
    """A closed shift that lacks 2.00, arrears, a relief that waits for the manager, a book of paper invoices."""
    window, cashier = Window(clinic), clinic.actor("cashier", 1)
    owing, asking = (
        visit.arrive(clinic, PatientData(name, "2", date(1964, 6, 1), allergy_state="none"))["visit_id"]
        for name in (OWING, ASKING)
    )
    window.parameter("charging.arrears_allowed", True)
    made = clinic.run(cashier, lambda uow: charging.ask_for_visit(uow, owing, "arrears", 600, "Pays on market day"))
    window.approve(made["approval_id"])
    window.pay(owing, 400, actor=cashier)
    window.close(200, actor=cashier, why="Gave too much change")
    clinic.run(window.cashier, lambda uow: charging.ask_for_visit(uow, asking, "relief", 500, "Low income"))
    clinic.run(
        clinic.actor("manager"),
        lambda uow: charging.issue_book(
            uow, prefix="A", first=12301, last=12350, width=5, cashier_id=cashier.person_id
        ),
    )


def switch_lan_on(clinic: Clinic) -> None:
    """As it is after a restart, with one browser paired."""
    names = ("xiangyi.local",)
    made = authority.make(practice.FACTS.name, practice.FACTS.code, names, own_addresses(), clock.read().at)
    files.store(clinic.folder / "lan", files.AUTHORITY, authority.pem_of(made))
    settings.save(clinic.folder / "lan", LanSettings(True, False, free_port(), names))
    code = desk_services.new_pairing_code()
    cashier = clinic.desk_of("cashier")
    assert cashier is not None
    clinic.run(clinic.actor("administrator"), lambda uow: desk_services.make_pairing_code(uow, cashier, code))
    desk_services.pair_by_code(code, "a-random-cookie-of-a-browser", "192.168.1.77")


def practice_sessions(clinic: Clinic, waits: bytes) -> None:
    """A session for the rest of the day, an appointment of it, and a triage."""
    plan = visits.Plan(
        clinic.actor("doctor", 1).person_id, desks.rooms()[0].id, None, today() + timedelta(days=1), Hours(480, 720, 24)
    )
    made = visit.run(clinic, "manager", lambda uow: visits.add_session(uow, plan))
    wanted = visits.Booking(
        bytes.fromhex(made["session_id"]), today() + timedelta(days=1), name=BOOKED, phone="19900001188", by_phone=True
    )
    visit.run(clinic, "registrar", lambda uow: visits.book(uow, wanted))
    visit.run(clinic, "nurse", lambda uow: visits.triage_visit(uow, waits, Answers(3, 385)))


def untidy(clinic: Clinic, chen: bytes, wang: bytes) -> None:
    """What the lists of the records and of the reviews show."""
    doctor, registrar = clinic.actor("doctor", 1), clinic.actor("registrar")
    clinic.run(doctor, lambda uow: patients.open_closed_chart(uow, wang, "Emergency, drugs needed"))
    again = PatientData("王大山", "1", date(1952, 9, 24), phone="19900003131", allergy_state="none")
    made = clinic.run(registrar, lambda uow: patients.register_patient(uow, again))
    unknown = PatientData("", "1", is_temporary=True)
    clinic.run(registrar, lambda uow: patients.register_patient(uow, unknown))
    clinic.run(registrar, lambda uow: patients.add_relation(uow, chen, "spouse", relative_id=wang))
    clinic.run(registrar, lambda uow: patients.give_consent(uow, chen, "sharing"))
    clinic.run(registrar, lambda uow: patients.add_alias(uow, chen, "latin", "Chen Guiying"))
    phone = patients.Identifier("phone", "19900006622", note="Son")
    clinic.run(registrar, lambda uow: patients.add_identifier(uow, chen, phone))
    third = PatientData("王大山", "1", date(1952, 9, 24), phone="19900003132", allergy_state="none")
    other = clinic.run(registrar, lambda uow: patients.register_patient(uow, third))
    links = [bytes.fromhex(one["patient_id"]) for one in (made, other)]
    clinic.run(registrar, lambda uow: patients.propose_link(uow, links[1], links[0]))


def _ask_for_a_price(uow: UnitOfWork) -> object:
    item = dictionaries.service_by_code("S0018")
    assert item is not None
    return lists.propose_price(uow, "service", item.id, 180_000, uow.on, "Price list 7")
