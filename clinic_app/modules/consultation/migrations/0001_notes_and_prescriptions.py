"""Tables of the consultation: note, signed versions, diagnoses, sheets with lines, kept stops."""

SQL = """
CREATE TABLE note(
    visit_id BLOB PRIMARY KEY REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    doctor_id BLOB NOT NULL REFERENCES person(id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'amending', 'awaiting')),
    amend_reason TEXT NOT NULL DEFAULT '' CHECK (state <> 'amending' OR trim(amend_reason) <> ''),
    rev INTEGER NOT NULL CHECK (rev >= 1),
    opened_at INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    attended TEXT NOT NULL DEFAULT '',
    chief_complaint TEXT NOT NULL DEFAULT '',
    onset TEXT NOT NULL DEFAULT '',
    present_illness TEXT NOT NULL DEFAULT '',
    past_history TEXT NOT NULL DEFAULT '',
    personal_history TEXT NOT NULL DEFAULT '',
    family_history TEXT NOT NULL DEFAULT '',
    menstrual_history TEXT NOT NULL DEFAULT '',
    examination TEXT NOT NULL DEFAULT '',
    results TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL DEFAULT '',
    temperature TEXT NOT NULL DEFAULT '',
    pulse TEXT NOT NULL DEFAULT '',
    respiration TEXT NOT NULL DEFAULT '',
    blood_pressure TEXT NOT NULL DEFAULT '',
    spo2 TEXT NOT NULL DEFAULT '',
    weight TEXT NOT NULL DEFAULT '',
    glucose TEXT NOT NULL DEFAULT '',
    template_name TEXT NOT NULL DEFAULT '',
    required TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX note_patient ON note(patient_id, opened_at);
CREATE INDEX note_awaiting ON note(saved_at) WHERE state = 'awaiting';
CREATE TRIGGER note_no_delete BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'notes are never removed'); END;

CREATE TABLE note_version(
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    version INTEGER NOT NULL CHECK (version >= 1),
    content TEXT NOT NULL,
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
    reason TEXT NOT NULL CHECK (version = 1 OR trim(reason) <> ''),
    signed_by BLOB NOT NULL REFERENCES person(id),
    signed_at INTEGER NOT NULL,
    needs_cosign INTEGER NOT NULL DEFAULT 0 CHECK (needs_cosign IN (0, 1)),
    PRIMARY KEY (visit_id, version)
) WITHOUT ROWID;
CREATE TRIGGER note_version_no_update BEFORE UPDATE ON note_version
BEGIN SELECT RAISE(ABORT, 'a signed note is never changed'); END;
CREATE TRIGGER note_version_no_delete BEFORE DELETE ON note_version
BEGIN SELECT RAISE(ABORT, 'a signed note is never removed'); END;

CREATE TABLE visit_diagnosis(
    id INTEGER PRIMARY KEY,
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    position INTEGER NOT NULL CHECK (position >= 1),
    diagnosis_id BLOB REFERENCES diagnosis(id),
    code TEXT NOT NULL CHECK (kind <> 'western' OR (diagnosis_id IS NULL) = (code = '')),
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    kind TEXT NOT NULL DEFAULT 'western' CHECK (kind IN ('western', 'tcm_disease', 'tcm_syndrome')),
    is_suspected INTEGER NOT NULL DEFAULT 0 CHECK (is_suspected IN (0, 1)),
    removed_at INTEGER
);
CREATE INDEX visit_diagnosis_visit ON visit_diagnosis(visit_id);

CREATE TABLE prescription(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    doctor_id BLOB NOT NULL REFERENCES person(id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'voided')),
    rev INTEGER NOT NULL CHECK (rev >= 1),
    kind TEXT NOT NULL DEFAULT 'ordinary' CHECK (kind <> ''),
    prescription_no TEXT UNIQUE,
    allergies TEXT NOT NULL DEFAULT '[]',
    signed_at INTEGER,
    signed_on TEXT,
    voided_at INTEGER,
    voided_by BLOB REFERENCES person(id),
    void_reason TEXT NOT NULL DEFAULT '',
    valid_days INTEGER NOT NULL DEFAULT 1 CHECK (valid_days >= 1),
    is_long_term INTEGER NOT NULL DEFAULT 0 CHECK (is_long_term IN (0, 1)),
    patient_number TEXT NOT NULL DEFAULT '',
    agent_name TEXT NOT NULL DEFAULT '',
    agent_number TEXT NOT NULL DEFAULT '',
    herb_doses INTEGER NOT NULL DEFAULT 7 CHECK (herb_doses BETWEEN 1 AND 90),
    herb_form TEXT NOT NULL DEFAULT 'decoction' CHECK (herb_form IN ('decoction', 'powder', 'granules')),
    herb_boiled TEXT NOT NULL DEFAULT 'own' CHECK (herb_boiled IN ('own', 'clinic')),
    herb_use TEXT NOT NULL DEFAULT '',
    patient_state TEXT NOT NULL DEFAULT '{}',
    signed_twice_at INTEGER,
    CHECK (state = 'draft' OR (prescription_no IS NOT NULL AND signed_at IS NOT NULL AND signed_on IS NOT NULL)),
    CHECK ((state = 'voided') = (voided_at IS NOT NULL AND voided_by IS NOT NULL AND trim(void_reason) <> ''))
) WITHOUT ROWID;
CREATE INDEX prescription_visit ON prescription(visit_id);
CREATE INDEX prescription_signed_on ON prescription(signed_on, doctor_id) WHERE signed_on IS NOT NULL;
CREATE TRIGGER prescription_fixed BEFORE UPDATE ON prescription
WHEN OLD.state = 'voided' OR (OLD.state = 'signed' AND (NEW.state <> 'voided' OR NEW.id IS NOT OLD.id
    OR NEW.visit_id IS NOT OLD.visit_id OR NEW.patient_id IS NOT OLD.patient_id OR NEW.doctor_id IS NOT OLD.doctor_id
    OR NEW.kind IS NOT OLD.kind OR NEW.prescription_no IS NOT OLD.prescription_no OR NEW.allergies IS NOT OLD.allergies
    OR NEW.signed_at IS NOT OLD.signed_at OR NEW.signed_on IS NOT OLD.signed_on
    OR NEW.valid_days IS NOT OLD.valid_days OR NEW.is_long_term IS NOT OLD.is_long_term
    OR NEW.patient_number IS NOT OLD.patient_number OR NEW.agent_name IS NOT OLD.agent_name
    OR NEW.agent_number IS NOT OLD.agent_number OR NEW.herb_doses IS NOT OLD.herb_doses
    OR NEW.herb_form IS NOT OLD.herb_form OR NEW.herb_boiled IS NOT OLD.herb_boiled
    OR NEW.herb_use IS NOT OLD.herb_use OR NEW.patient_state IS NOT OLD.patient_state
    OR NEW.signed_twice_at IS NOT OLD.signed_twice_at))
BEGIN SELECT RAISE(ABORT, 'a signed sheet is voided, never changed'); END;
CREATE TRIGGER prescription_no_delete BEFORE DELETE ON prescription
BEGIN SELECT RAISE(ABORT, 'sheets are voided, never removed'); END;

CREATE TABLE prescription_line(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    prescription_id BLOB NOT NULL REFERENCES prescription(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    dose_text TEXT NOT NULL,
    frequency TEXT NOT NULL REFERENCES frequency(code),
    days INTEGER NOT NULL CHECK (days >= 1),
    route TEXT NOT NULL REFERENCES route(code),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    is_quantity_typed INTEGER NOT NULL CHECK (is_quantity_typed IN (0, 1)),
    most_per_day INTEGER CHECK (most_per_day >= 1),
    note TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    weekdays TEXT NOT NULL DEFAULT '',
    drug_groups TEXT NOT NULL DEFAULT '[]',
    drug_substances TEXT NOT NULL DEFAULT '[]',
    dose_stops TEXT NOT NULL DEFAULT '[]',
    rule_stops TEXT NOT NULL DEFAULT '[]',
    is_long_term INTEGER NOT NULL DEFAULT 0 CHECK (is_long_term IN (0, 1)),
    drug_name TEXT NOT NULL DEFAULT '',
    drug_name_en TEXT NOT NULL DEFAULT '',
    strength_text TEXT NOT NULL DEFAULT '',
    strength_dose TEXT NOT NULL DEFAULT '',
    dose_unit TEXT NOT NULL DEFAULT '',
    min_unit TEXT NOT NULL DEFAULT '',
    min_unit_en TEXT NOT NULL DEFAULT '',
    pack_unit TEXT NOT NULL DEFAULT '',
    pack_unit_en TEXT NOT NULL DEFAULT '',
    pack_size INTEGER CHECK (pack_size >= 1),
    deleted_at INTEGER
) WITHOUT ROWID;
CREATE INDEX prescription_line_sheet ON prescription_line(prescription_id, line_no);
CREATE TRIGGER prescription_line_insert BEFORE INSERT ON prescription_line
WHEN (SELECT state FROM prescription WHERE id = NEW.prescription_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a signed sheet takes no more lines'); END;
CREATE TRIGGER prescription_line_update BEFORE UPDATE ON prescription_line
WHEN (SELECT state FROM prescription WHERE id = OLD.prescription_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'lines of a signed sheet are never changed'); END;
CREATE TRIGGER prescription_line_delete BEFORE DELETE ON prescription_line
WHEN (SELECT state FROM prescription WHERE id = OLD.prescription_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'lines of a signed sheet are never removed'); END;

CREATE TABLE kept_stop(
    id INTEGER PRIMARY KEY,
    line_id BLOB NOT NULL REFERENCES prescription_line(id),
    kind TEXT NOT NULL CHECK (kind IN ('group', 'drug', 'dose', 'rule')),
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    kept_by BLOB NOT NULL REFERENCES person(id),
    kept_at INTEGER NOT NULL,
    UNIQUE (line_id, kind, code)
);
CREATE TRIGGER kept_stop_insert BEFORE INSERT ON kept_stop
WHEN (SELECT p.state FROM prescription_line l JOIN prescription p ON p.id = l.prescription_id
    WHERE l.id = NEW.line_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'the sheet is signed'); END;
CREATE TRIGGER kept_stop_update BEFORE UPDATE ON kept_stop
BEGIN SELECT RAISE(ABORT, 'a kept stop is written once'); END;
CREATE TRIGGER kept_stop_delete BEFORE DELETE ON kept_stop
WHEN (SELECT p.state FROM prescription_line l JOIN prescription p ON p.id = l.prescription_id
    WHERE l.id = OLD.line_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a kept stop of a signed sheet is never removed'); END;
"""
