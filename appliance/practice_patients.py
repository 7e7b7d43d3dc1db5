"""Six invented patients of the practice clinic; numbers use the invented county 990499, phones an unused range."""

from datetime import date

from clinic_app.modules.patients.services import AllergyEntry, PatientData

PATIENTS = (
    PatientData(
        "陈桂英", "2", date(1958, 5, 2), identity_number="990499195805020021", phone="19900006621",
        address="青溪镇柳树村 3 组 27 号", allergy_state="known",
        allergies=(AllergyEntry("group", "penicillins", note="皮疹，2019-03"),),
    ),
    PatientData(
        "刘建国", "1", date(1969, 3, 11), identity_number="990499196903114413", phone="19900004417",
        address="青溪镇桥头村 1 组 5 号", allergy_state="none",
    ),
    PatientData(
        "吴小宝", "1", date(2020, 6, 17), identity_number="990499202006170034", phone="19900002233",
        address="青溪镇新街 12 号", allergy_state="none",
    ),
    PatientData(
        "王大山", "1", date(1952, 9, 24), identity_number="990499195209240052", address="青溪镇石坝村 6 组",
    ),
    PatientData(
        "张兰英", "2", date(1980, 11, 8), identity_number="990499198011080229", phone="19900005566",
        address="青溪镇柳树村 2 组 9 号", allergy_state="none",
    ),
    PatientData(
        "古丽·阿不都", "2", date(1990, 3, 15), identity_number="990499199003150068", phone="19900007788",
        address="青溪镇新街 31 号", allergy_state="known",
        allergies=(AllergyEntry("group", "sulfonamides", note="药疹"),),
    ),
)  # fmt: skip
