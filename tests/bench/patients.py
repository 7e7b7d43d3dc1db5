"""Invented patients by number: the same n is the same person in every run, so nothing has to be remembered."""

from dataclasses import dataclass
from datetime import date, timedelta

import apsw

from clinic_app.kernel import search

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志海燕春梅文清山林凤生树花福田宝金龙云雪松柏青竹荷菊秋冬晨阳月星"
    "雨露霜川河江湖波峰岩石坤宁安康健乐欢喜庆丰收禾麦苗根发达荣贵富全成功业盛兴旺昌隆义礼智信忠孝仁和"
)
FIRST_NUMBER = 1_000
REGISTERED_MS = 1_600_000_000_000
OLDEST = date(1941, 1, 1)
BIRTHS = 26_000
AT_ONCE = 20_000
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_STEP = 611_953  # coprime to the number of names: neighbours in number are strangers in name


@dataclass(frozen=True, slots=True)
class Patient:
    """One invented person with card and phone."""

    id: bytes
    name: str
    sex: str
    born_on: date
    number: str
    phone: str
    address: str

    @property
    def initials(self) -> str:
        """How a desk types the name."""
        return min(search.name_keys(self.name))


def patient(n: int) -> Patient:
    """The n-th invented person."""
    names = len(SURNAMES) * len(GIVEN) ** 2
    surname, given = divmod(n * _STEP % names, len(GIVEN) ** 2)
    name = SURNAMES[surname] + GIVEN[given // len(GIVEN)] + GIVEN[given % len(GIVEN)]
    born_on = OLDEST + timedelta(n * 7919 % BIRTHS)
    serial = n // BIRTHS + 1
    stem = f"990498{born_on:%Y%m%d}{serial:03d}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True)) % 11]
    return Patient(
        patient_id(n), name, "1" if serial % 2 else "2", born_on, stem + check,
        f"1990{n + 1_000_000:07d}", f"青溪镇样例村 {n % 40 + 1} 组 {n % 97 + 1} 号",
    )  # fmt: skip


def patient_id(n: int) -> bytes:
    """In order of registration, as the product's own ids are."""
    return bytes.fromhex(f"{REGISTERED_MS + n:012x}70008000{n:012x}")


def write_patients(conn: apsw.Connection, count: int, *, prefix: str, by: bytes) -> None:
    """Put `count` patients into an open transaction by raw SQL, in the forms that the product stores."""
    for start in range(0, count, AT_ONCE):
        some = [(n, patient(n)) for n in range(start, min(start + AT_ONCE, count))]
        conn.executemany(
            "INSERT INTO patient(id, person_no, name, name_form, sex, born_on, is_birth_estimated, phone, address,"
            " allergy_state, is_temporary, last_visit_on, rev, registered_at, changed_at, changed_by)"
            " VALUES(?, ?, ?, ?, ?, ?, 0, ?, ?, 'none', 0, ?, 1, ?, ?, ?)",
            [
                (one.id, f"{prefix}P{FIRST_NUMBER + n:07d}", one.name, search.normal(one.name), one.sex,
                 one.born_on.isoformat(), one.phone, one.address, f"20{20 + n % 6}-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
                 REGISTERED_MS + n, REGISTERED_MS + n, by)
                for n, one in some
            ],
        )  # fmt: skip
        conn.executemany(
            "INSERT INTO name_key(key, patient_id) VALUES(?, ?)",
            [
                (key, one.id)
                for _, one in some
                for key in {search.normal(one.name), *search.name_keys(one.name), *search.spelled_name(one.name)}
            ],
        )
        conn.executemany(
            "INSERT INTO patient_identifier(patient_id, kind, value, tail, original, source, recorded_at, recorded_by)"
            " VALUES(?, '01', ?, ?, ?, 'card', ?, ?)",
            [(one.id, one.number, one.number[::-1], one.number, REGISTERED_MS, by) for _, one in some],
        )
