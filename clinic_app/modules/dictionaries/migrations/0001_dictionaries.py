"""Tables of the dictionaries: lists with their search words and uses, dated prices, divisions and import runs."""

KEPT = ("allergy_group", "diagnosis", "dose_limit", "drug", "drug_allergy_group", "frequency", "invoice_category",
        "price", "route", "service_item")  # fmt: skip
SQL = """
CREATE TABLE invoice_category(
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE allergy_group(
    code TEXT PRIMARY KEY,
    parent TEXT REFERENCES allergy_group(code) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE frequency(
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    times INTEGER NOT NULL CHECK (times >= 0),
    cycle_days INTEGER NOT NULL CHECK (cycle_days >= 0),
    is_single INTEGER NOT NULL CHECK (is_single IN (0, 1)),
    needs_quantity INTEGER NOT NULL CHECK (needs_quantity IN (0, 1)),
    position INTEGER NOT NULL,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE route(
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    slip TEXT NOT NULL CHECK (slip IN ('oral', 'injection', 'infusion', 'treatment')),
    fee_item TEXT NOT NULL DEFAULT '',
    next_fee_item TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE drug(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    form TEXT NOT NULL,
    form_en TEXT NOT NULL,
    strength_text TEXT NOT NULL,
    strength_dose TEXT NOT NULL,
    dose_unit TEXT NOT NULL,
    min_unit TEXT NOT NULL,
    min_unit_en TEXT NOT NULL,
    pack_unit TEXT NOT NULL,
    pack_unit_en TEXT NOT NULL,
    pack_size INTEGER NOT NULL CHECK (pack_size >= 1),
    is_splittable INTEGER NOT NULL CHECK (is_splittable IN (0, 1)),
    rounding TEXT NOT NULL CHECK (rounding IN ('total', 'per_dose', 'per_day')),
    route TEXT NOT NULL REFERENCES route(code),
    frequency TEXT NOT NULL REFERENCES frequency(code),
    usual_dose TEXT NOT NULL,
    usual_days INTEGER CHECK (usual_days >= 1),
    invoice_category TEXT REFERENCES invoice_category(code),
    maker TEXT NOT NULL,
    shelf TEXT NOT NULL,
    minimum_age_years INTEGER CHECK (minimum_age_years >= 1),
    substances TEXT NOT NULL,
    antimicrobial_grade TEXT CHECK (antimicrobial_grade IN ('non_restricted', 'restricted', 'special')),
    controlled_class TEXT CHECK (controlled_class IN ('narcotic', 'psychotropic_1', 'psychotropic_2', 'toxic')),
    needs_skin_test INTEGER NOT NULL DEFAULT 0 CHECK (needs_skin_test IN (0, 1)),
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE drug_allergy_group(
    drug_id BLOB NOT NULL REFERENCES drug(id),
    group_code TEXT NOT NULL REFERENCES allergy_group(code),
    PRIMARY KEY (drug_id, group_code)
) WITHOUT ROWID;
CREATE TABLE dose_limit(
    id INTEGER PRIMARY KEY,
    drug_id BLOB NOT NULL REFERENCES drug(id),
    most_single_dose TEXT,
    most_daily_dose TEXT,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    recorded_at INTEGER NOT NULL,
    CHECK (most_single_dose IS NOT NULL OR most_daily_dose IS NOT NULL)
);
CREATE INDEX dose_limit_drug ON dose_limit(drug_id, valid_from);
CREATE TRIGGER dose_limit_no_delete BEFORE DELETE ON dose_limit
BEGIN SELECT RAISE(ABORT, 'dose limits are never removed'); END;
CREATE TRIGGER dose_limit_no_update BEFORE UPDATE ON dose_limit
WHEN OLD.valid_to IS NOT NULL OR NEW.valid_to IS NULL OR NEW.id <> OLD.id OR NEW.drug_id <> OLD.drug_id
    OR NEW.most_single_dose IS NOT OLD.most_single_dose OR NEW.most_daily_dose IS NOT OLD.most_daily_dose
    OR NEW.valid_from <> OLD.valid_from OR NEW.source <> OLD.source OR NEW.is_reviewed <> OLD.is_reviewed
    OR NEW.recorded_at <> OLD.recorded_at
BEGIN SELECT RAISE(ABORT, 'a dose limit is only ever closed'); END;
CREATE TABLE service_item(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_en TEXT NOT NULL,
    invoice_category TEXT REFERENCES invoice_category(code),
    kind TEXT NOT NULL DEFAULT 'other'
        CHECK (kind IN ('treatment', 'examination', 'laboratory', 'fee', 'material', 'other')),
    executing_room TEXT NOT NULL DEFAULT ''
        CHECK (executing_room IN ('', 'treatment', 'laboratory', 'ecg', 'ultrasound', 'radiology')),
    panel TEXT NOT NULL DEFAULT '',
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE diagnosis(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE search_entry(
    no INTEGER PRIMARY KEY,
    item_id BLOB NOT NULL UNIQUE
);
CREATE VIRTUAL TABLE search_word USING fts5(
    whole, inside, content = '', contentless_delete = 1, detail = column, prefix = '2 3 4', tokenize = 'ascii'
);
CREATE TABLE item_use(
    item_id BLOB NOT NULL REFERENCES search_entry(item_id),
    person_id BLOB NOT NULL,
    times INTEGER NOT NULL CHECK (times >= 1),
    last_on TEXT NOT NULL,
    PRIMARY KEY (item_id, person_id)
) WITHOUT ROWID;
CREATE TABLE price(
    id INTEGER PRIMARY KEY,
    item_kind TEXT NOT NULL CHECK (item_kind IN ('drug', 'service')),
    item_id BLOB NOT NULL,
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    replaces_id INTEGER REFERENCES price(id),
    recorded_at INTEGER NOT NULL
);
CREATE INDEX price_item ON price(item_id, valid_from);
CREATE TRIGGER price_no_delete BEFORE DELETE ON price
BEGIN SELECT RAISE(ABORT, 'prices are never removed'); END;
CREATE TRIGGER price_no_update BEFORE UPDATE ON price
WHEN OLD.valid_to IS NOT NULL OR NEW.valid_to IS NULL OR NEW.id <> OLD.id OR NEW.item_kind <> OLD.item_kind
    OR NEW.item_id <> OLD.item_id OR NEW.price_e4 <> OLD.price_e4 OR NEW.valid_from <> OLD.valid_from
    OR NEW.source <> OLD.source OR NEW.is_reviewed <> OLD.is_reviewed
    OR NEW.replaces_id IS NOT OLD.replaces_id OR NEW.recorded_at <> OLD.recorded_at
BEGIN SELECT RAISE(ABORT, 'a price is only ever closed'); END;
CREATE TABLE division(
    code TEXT PRIMARY KEY,
    parent TEXT REFERENCES division(code) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 4)
) WITHOUT ROWID;
CREATE INDEX division_parent ON division(parent);
CREATE TABLE division_key(
    key TEXT NOT NULL, code TEXT NOT NULL REFERENCES division(code), PRIMARY KEY (key, code)
) WITHOUT ROWID;
CREATE INDEX division_key_code ON division_key(code);
CREATE TABLE import_run(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    new_rows INTEGER NOT NULL CHECK (new_rows >= 0),
    changed_rows INTEGER NOT NULL CHECK (changed_rows >= 0),
    unchanged_rows INTEGER NOT NULL CHECK (unchanged_rows >= 0),
    person_id BLOB NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER import_run_no_update BEFORE UPDATE ON import_run
BEGIN SELECT RAISE(ABORT, 'import runs are never changed'); END;
CREATE TRIGGER import_run_no_delete BEFORE DELETE ON import_run
BEGIN SELECT RAISE(ABORT, 'import runs are never removed'); END;
"""
SQL += "".join(
    f"CREATE TRIGGER {table}_kept_{verb.lower()} AFTER {verb} ON {table}"
    " BEGIN UPDATE list_version SET n = n + 1; END;\n"
    for table in KEPT
    for verb in ("INSERT", "UPDATE", "DELETE")
)
