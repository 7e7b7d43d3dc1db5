"""Lists behind the safety of a sheet: substances and classes, rules, limits of controlled drugs, facts of a drug."""

KEPT = ("controlled_limit", "prescribing_fact", "safety_rule", "substance", "substance_class")
SQL = """
CREATE TABLE substance_class(
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    substances TEXT NOT NULL,
    is_duplicate INTEGER NOT NULL CHECK (is_duplicate IN (0, 1)),
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE substance(
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    most_daily TEXT NOT NULL,
    may_repeat INTEGER NOT NULL CHECK (may_repeat IN (0, 1)),
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
CREATE TABLE safety_rule(
    code TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('pair', 'diagnosis', 'pregnancy', 'lactation', 'renal', 'age', 'cross_allergy',
        'herbal')),
    subject TEXT NOT NULL,
    object TEXT NOT NULL CHECK ((object <> '') = (kind IN ('pair', 'diagnosis', 'cross_allergy', 'herbal'))),
    age_from_months INTEGER,
    age_to_months INTEGER,
    tier TEXT NOT NULL CHECK (tier IN ('stop', 'look', 'quiet')),
    tier_village TEXT CHECK (tier_village IN ('stop', 'look', 'quiet')),
    text TEXT NOT NULL,
    text_en TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    CHECK (kind <> 'age' OR age_from_months IS NOT NULL OR age_to_months IS NOT NULL)
) WITHOUT ROWID;
CREATE TABLE controlled_limit(
    code TEXT PRIMARY KEY,
    controlled_class TEXT NOT NULL CHECK (controlled_class IN ('narcotic', 'psychotropic_1', 'psychotropic_2',
        'toxic')),
    substance TEXT NOT NULL,
    patient TEXT NOT NULL CHECK (patient IN ('ordinary', 'pain', 'adhd')),
    form TEXT NOT NULL CHECK (form IN ('injection', 'slow', 'other')),
    most_days INTEGER CHECK (most_days >= 0),
    most_doses INTEGER CHECK (most_doses >= 0),
    may_be_longer INTEGER NOT NULL CHECK (may_be_longer IN (0, 1)),
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    CHECK (most_days IS NOT NULL OR most_doses IS NOT NULL)
) WITHOUT ROWID;
CREATE TABLE prescribing_fact(
    code TEXT PRIMARY KEY REFERENCES drug(code),
    is_slow_release INTEGER NOT NULL CHECK (is_slow_release IN (0, 1)),
    is_village_listed INTEGER NOT NULL CHECK (is_village_listed IN (0, 1)),
    daily_per_kg TEXT,
    opened_days INTEGER CHECK (opened_days >= 1),
    contents TEXT NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1))
) WITHOUT ROWID;
"""
SQL += "".join(
    f"CREATE TRIGGER {table}_kept_{verb.lower()} AFTER {verb} ON {table}"
    " BEGIN UPDATE list_version SET n = n + 1; END;\n"
    for table in KEPT
    for verb in ("INSERT", "UPDATE", "DELETE")
)
