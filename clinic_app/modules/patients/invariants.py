"""What must always hold for the records of persons."""

from clinic_app.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        "O4", "一个证件号只在一个人名下",
        "SELECT group_concat(DISTINCT p.person_no), 'the same number of a card-like kind' FROM patient_identifier i"
        " JOIN patient p ON p.id = i.patient_id"
        " WHERE i.ended_at IS NULL AND i.has_one_holder"
        " GROUP BY i.kind, i.value HAVING count(*) > 1",
    ),
    Invariant(
        "O4-links", "合并的档案能一直找到一份在用的",
        "WITH RECURSIVE up(start, id, step) AS ("
        " SELECT from_id, to_id, 1 FROM patient_link WHERE undone_at IS NULL AND approved_at IS NOT NULL"
        " UNION ALL SELECT up.start, l.to_id, up.step + 1 FROM up JOIN patient_link l ON l.from_id = up.id"
        "  WHERE l.undone_at IS NULL AND l.approved_at IS NOT NULL AND up.step < 50"
        ") SELECT p.person_no, 'its links go in a circle' FROM up JOIN patient p ON p.id = up.start WHERE up.step = 50",
    ),
    Invariant(
        "O4-keys", "每份档案按姓名都找得到",
        "SELECT p.person_no, 'no search key of its name' FROM patient p WHERE NOT EXISTS"
        " (SELECT 1 FROM name_key k WHERE k.key = p.name_form AND k.patient_id = p.id)",
    ),
    Invariant(
        "O4-aliases", "每个别名也都找得到",
        "SELECT p.person_no, 'no search key of another name' FROM patient_other_name a"
        " JOIN patient p ON p.id = a.patient_id"
        " WHERE a.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM name_key k WHERE k.patient_id = a.patient_id"
        "  AND k.key = a.name_form)",
    ),
    Invariant(
        "O4-health-records", "健康档案号不重发，流水号只增不减",
        "SELECT i.value, 'above the last serial of its village' FROM patient_identifier i"
        " LEFT JOIN village v ON substr(v.code, 1, 9) = substr(i.value, 1, 9)"
        "  AND v.record_part = substr(i.value, 10, 3)"
        " WHERE i.kind = 'health_record' AND (v.code IS NULL OR CAST(substr(i.value, 13) AS INTEGER) > v.last_serial)",
    ),
    Invariant(
        "O4-consents", "替孩子同意的是监护人或父母",
        "SELECT p.person_no, 'consent ' || c.purpose || ' by one who may not consent' FROM patient_consent c"
        " JOIN patient p ON p.id = c.patient_id LEFT JOIN patient_relation r ON r.id = c.relation_id"
        " WHERE c.relation_id IS NOT NULL AND (r.patient_id <> c.patient_id"
        "  OR r.kind NOT IN ('guardian', 'mother', 'father'))",
    ),
    Invariant(
        "O4-allergies", "过敏史的三种状态和条目一致",
        "SELECT p.person_no, 'allergy state ' || p.allergy_state FROM patient p WHERE (p.allergy_state = 'known')"
        " <> EXISTS (SELECT 1 FROM allergy a WHERE a.patient_id = p.id AND a.ended_at IS NULL)",
    ),
)  # fmt: skip
