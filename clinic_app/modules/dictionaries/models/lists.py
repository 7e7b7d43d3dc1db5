"""The lists that are chosen from: drugs, services, diagnoses, words (字典)."""

from peewee import BlobField, IntegerField, TextField

from clinic_app.modules.dictionaries.models.base import Table


class InvoiceCategory(Table):
    """A line of the printed invoice (发票归类, FE-01)."""

    code = TextField(primary_key=True)
    name = TextField()
    name_en = TextField()
    position = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()
    is_disabled = IntegerField()

    class Meta:
        table_name = "invoice_category"


class AllergyGroup(Table):
    """A group of substances that one allergy covers (过敏类别)."""

    code = TextField(primary_key=True)
    parent = TextField(null=True)
    name = TextField()
    name_en = TextField()
    source = TextField()
    is_reviewed = IntegerField()
    is_disabled = IntegerField()

    class Meta:
        table_name = "allergy_group"


class Frequency(Table):
    """How often a drug is taken (频次): `times` in `cycle_days`."""

    code = TextField(primary_key=True)
    name = TextField()
    name_en = TextField()
    times = IntegerField()
    cycle_days = IntegerField()
    is_single = IntegerField()
    needs_quantity = IntegerField()
    slots = TextField()
    position = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()
    is_disabled = IntegerField()


class Route(Table):
    """How a drug is given (给药途径) and the slip that it prints."""

    code = TextField(primary_key=True)
    name = TextField()
    name_en = TextField()
    slip = TextField()
    fee_item = TextField()
    next_fee_item = TextField()
    position = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()
    is_disabled = IntegerField()


class TcmTerm(Table):
    """A disease or a syndrome of traditional medicine (中医病名、证候)."""

    code = TextField(primary_key=True)
    kind = TextField()
    name = TextField()
    name_en = TextField()
    is_disabled = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()

    class Meta:
        table_name = "tcm_term"


class Drug(Table):
    """A drug of one strength and pack (药品); amounts are decimal texts, never floats."""

    id = BlobField(primary_key=True)
    code = TextField()
    name = TextField()
    name_en = TextField()
    form = TextField()
    form_en = TextField()
    strength_text = TextField()
    strength_dose = TextField()
    dose_unit = TextField()
    min_unit = TextField()
    min_unit_en = TextField()
    pack_unit = TextField()
    pack_unit_en = TextField()
    pack_size = IntegerField()
    is_splittable = IntegerField()
    rounding = TextField()
    route = TextField()
    frequency = TextField()
    usual_dose = TextField()
    usual_days = IntegerField(null=True)
    invoice_category = TextField(null=True)
    maker = TextField()
    shelf = TextField()
    minimum_age_years = IntegerField(null=True)
    substances = TextField()
    antimicrobial_grade = TextField(null=True)
    controlled_class = TextField(null=True)
    needs_skin_test = IntegerField(default=0)
    is_disabled = IntegerField(default=0)
    source = TextField()
    is_reviewed = IntegerField()


class ServiceItem(Table):
    """A chargeable service (诊疗项目)."""

    id = BlobField(primary_key=True)
    code = TextField()
    name = TextField()
    name_en = TextField()
    unit = TextField()
    unit_en = TextField()
    invoice_category = TextField(null=True)
    kind = TextField()
    executing_room = TextField()
    panel = TextField()
    is_disabled = IntegerField(default=0)
    source = TextField()
    is_reviewed = IntegerField()

    class Meta:
        table_name = "service_item"


class Diagnosis(Table):
    """A diagnosis with its code (诊断)."""

    id = BlobField(primary_key=True)
    code = TextField()
    name = TextField()
    name_en = TextField()
    is_disabled = IntegerField(default=0)
    source = TextField()
    is_reviewed = IntegerField()


class Supplier(Table):
    """Whom the clinic buys from (供应商, CFG-09); `licence_until` is the last day of the licence."""

    code = TextField(primary_key=True)
    name = TextField()
    name_en = TextField()
    licence_no = TextField()
    licence_until = TextField(null=True)
    phone = TextField()
    is_disabled = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()


class ImportRun(Table):
    """One import that changed something (导入记录)."""

    id = BlobField(primary_key=True)
    kind = TextField()
    source = TextField()
    new_rows = IntegerField()
    changed_rows = IntegerField()
    unchanged_rows = IntegerField()
    person_id = BlobField()
    at = IntegerField()

    class Meta:
        table_name = "import_run"
