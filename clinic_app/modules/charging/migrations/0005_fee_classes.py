"""The second and third mapping of the invoice categories (FE-01): to the home page's fee classes and to statistics.

Dated, so that a bill keeps the class of its own day; a row nobody reviewed says so.
"""

SOURCE = "'common professional knowledge, to be confirmed by the clinic'"
FIRST = (
    ("registration", "service", "registration"),
    ("consultation", "service", "consultation"),
    ("general_fee", "service", "general_fee"),
    ("examination", "imaging", "examination"),
    ("laboratory", "laboratory", "laboratory"),
    ("treatment", "treatment", "treatment"),
    ("surgery", "operation", "surgery"),
    ("material", "materials", "material"),
    ("western_drug", "western_drug", "drug"),
    ("patent_drug", "patent_drug", "drug"),
    ("herbal_drug", "herbal_drug", "drug"),
    ("other", "other", "other"),
    ("bed", "service", "bed"),
    ("nursing", "nursing", "nursing"),
)
SQL = """
CREATE TABLE fee_mapping(
    category TEXT NOT NULL CHECK (category <> ''),
    home_page_class TEXT NOT NULL CHECK (home_page_class <> ''),
    statistics_class TEXT NOT NULL CHECK (statistics_class <> ''),
    valid_from TEXT NOT NULL,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    PRIMARY KEY (category, valid_from)
) WITHOUT ROWID;
CREATE TRIGGER fee_mapping_no_update BEFORE UPDATE ON fee_mapping
BEGIN SELECT RAISE(ABORT, 'a class is replaced from a day on, never changed'); END;
CREATE TRIGGER fee_mapping_no_delete BEFORE DELETE ON fee_mapping
BEGIN SELECT RAISE(ABORT, 'classes are never removed'); END;
INSERT INTO fee_mapping(category, home_page_class, statistics_class, valid_from, source, is_reviewed) VALUES
"""
SQL += ",\n".join(f"('{one}', '{home}', '{statistics}', '1970-01-01', {SOURCE}, 0)" for one, home, statistics in FIRST)
SQL += ";\n"
