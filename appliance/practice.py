"""The practice clinic (练习机构): 青溪镇中心卫生院 with invented people and goods, for learning and for tests."""

from collections.abc import Callable
from datetime import date, timedelta

from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import keys, opening
from clinic_app.kernel.unit_of_work import UnitOfWork

FACTS = opening.Facts(name="青溪镇中心卫生院", code="QX01", division_code="990499101", is_practice=True)
PASSWORD = "qingxi-2026"
PIN = "135246"
STAFF = (
    ("0001", "王慧", "挂号员", ("registrar",)),
    ("0002", "李志远", "全科医师", ("doctor",)),
    ("0003", "孙玉兰", "护师", ("nurse",)),
    ("0004", "周敏", "药师", ("pharmacist",)),
    ("0005", "赵晓梅", "收费员", ("cashier",)),
    ("0006", "郑国强", "院长", ("manager",)),
    ("0007", "何静", "信息员", ("administrator",)),
    ("0008", "钱文", "审计员", ("auditor",)),
    ("0009", "罗强", "设备员", ("technician",)),
    ("0010", "陈静", "全科儿科医师", ("doctor",)),
    ("0011", "马有福", "乡村医生", ("village_doctor",)),
    ("0012", "吴刚", "安全员", ("security_officer",)),
    ("0013", "丁小兰", "药士", ("pharmacist",)),
    ("0014", "许文清", "见习医师", ("doctor",)),
    ("0015", "刘芳", "收费员", ("cashier",)),
)
QUALIFIED = (
    ("0002", "doctor", "physician"),
    ("0002", "narcotic", "granted"),
    ("0002", "antimicrobial", "restricted"),
    ("0003", "nurse", "registered"),
    ("0004", "pharmacist", "pharmacist"),
    ("0010", "doctor", "physician"),
    ("0010", "antimicrobial", "non_restricted"),
    ("0011", "doctor", "village"),
    ("0011", "antimicrobial", "non_restricted"),
    ("0013", "pharmacist", "assistant"),
    ("0014", "doctor", "trainee"),
)
"""(staff number, kind, level) of the practice people, from the first day of the year before."""
ROOMS = (("1", "一诊室", "全科儿科"), ("2", "二诊室", "全科"))
VILLAGES = (
    ("001", "新街居委会", "001", 3), ("201", "柳树村", "101", 27), ("202", "桥头村", "102", 5),
    ("203", "石坝村", "103", 16),
)  # fmt: skip
DESKS = (
    ("挂号 1号窗", None),
    ("收费 1号窗", None),
    ("一诊室", "1"),
    ("二诊室", "2"),
    ("西药房", None),
    ("护士站", None),
    ("办公室", None),
)


def create(config: Config, *, announce: Callable[[str], None] = print) -> None:
    """Make the practice clinic in the data folder and say its key sheet once."""
    seed = keys.new_seed()
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    registry.wire(config)
    opening.create_clinic(config.data, seed, FACTS, registry.migration_steps(), fill)
    announce(key_sheet(seed))


def key_sheet(seed: bytes) -> str:
    """The recovery sheet as text: four numbers a line."""
    words = keys.sheet_words(seed)
    rows = [
        "   ".join(f"{at + 1:2d}: {words[at]}" for at in range(row, min(row + 4, len(words))))
        for row in range(0, 17, 4)
    ]
    return "\n".join(
        [
            f"恢复单 / recovery sheet   {FACTS.name}   {keys.derive(seed).mark}",
            *rows,
            "只显示这一次。 / Shown only this once.",
            "",
        ]
    )


def accounts_notice() -> str:
    """One account per role, for the console; these passwords are refused outside practice."""
    lines = [f"练习账号 / practice accounts: 密码 password {PASSWORD}   PIN {PIN}"]
    lines += [f"  {number}  {name}  {title}  ({', '.join(roles)})" for number, name, title, roles in STAFF]
    return "\n".join(lines)


def fill(uow: UnitOfWork) -> None:
    """Everything a learner needs, through the subjects' own services."""
    add_people(uow)
    add_desks(uow)
    add_dictionaries(uow)
    add_goods(uow)
    add_patients(uow)
    add_villages(uow)


def add_people(uow: UnitOfWork) -> None:
    from clinic_app.modules.people import services

    made = {}
    for staff_no, name, title, roles in STAFF:
        made[staff_no] = services.add_person(
            uow, staff_no=staff_no, name=name, title=title, roles=roles, password=PASSWORD, pin=PIN
        )["person_id"]
    qualify(uow, made)


def qualify(uow: UnitOfWork, made: dict[str, str]) -> None:
    """The certificates of the people that were made: staff number to person id."""
    from clinic_app.modules.people import services

    since = date(uow.on.year - 1, 1, 1)
    for staff_no, kind, level in QUALIFIED:
        if staff_no in made:
            services.add_qualification(uow, bytes.fromhex(made[staff_no]), kind=kind, level=level, valid_from=since)


def add_desks(uow: UnitOfWork) -> None:
    from clinic_app.modules.desks import services

    rooms = {
        code: bytes.fromhex(services.add_room(uow, code=code, name=name, speciality=speciality)["room_id"])
        for code, name, speciality in ROOMS
    }
    for name, room in DESKS:
        services.add_desk(
            uow,
            name=name,
            room_id=rooms.get(room or ""),
            printer_kind="virtual",
            printer_address="",
            reader_kind="virtual",
            reader_address="",
        )


def add_dictionaries(uow: UnitOfWork) -> None:
    from clinic_app.modules.dictionaries import starter

    starter.load_starter_lists(uow)


def add_goods(uow: UnitOfWork) -> None:
    """Goods-in of every drug; one batch near its expiry, one past it, one drug sold out."""
    from clinic_app.modules.dictionaries import queries as dictionaries
    from clinic_app.modules.stock import services

    place = bytes.fromhex(services.add_place(uow, code="P1", name="西药房")["place_id"])
    services.receive_goods(
        uow,
        place_id=place,
        supplier="样例医药公司",
        document_no="RK-0001",
        lines=_goods(uow.on, dictionaries.all_drugs()),
    )


NEAR_EXPIRY, EXPIRED, SOLD_OUT = "D0002", "D0003", "D0004"


def _goods(on: date, drugs: list) -> list:  # type: ignore[type-arg]
    from clinic_app.modules.stock.services import GoodsLine

    lines = []
    for place, drug in enumerate(drugs):
        if drug.code == SOLD_OUT:
            continue
        expires = {NEAR_EXPIRY: on + timedelta(days=40)}.get(drug.code, on + timedelta(days=500 + 7 * place))
        packs = 40 + place
        lines.append(GoodsLine(drug.id, f"26{place:04d}", expires, packs * drug.pack_size, 100_000))
        if drug.code == EXPIRED:
            lines.append(GoodsLine(drug.id, "230001", on - timedelta(days=20), 5 * drug.pack_size, 100_000))
    return lines


def add_patients(uow: UnitOfWork) -> None:
    from appliance.practice_patients import PATIENTS
    from clinic_app.modules.patients import services

    for data in PATIENTS:
        services.register_patient(uow, data)



def add_villages(uow: UnitOfWork) -> None:
    """The invented villages around the clinic, with the parts of their health-record numbers."""
    from clinic_app.modules.patients import services

    for village, name, part, last_serial in VILLAGES:
        services.add_village(
            uow, code=FACTS.division_code + village, name=name, record_part=part, last_serial=last_serial
        )