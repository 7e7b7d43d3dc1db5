"""What the safety checks of a sheet read (用药安全)."""

from peewee import IntegerField, TextField

from clinic_app.modules.dictionaries.models.base import Table


class SubstanceClass(Table):
    """Substances that act alike (成分分类); two of an `is_duplicate` class are duplicate therapy."""

    code = TextField(primary_key=True)
    name = TextField()
    name_en = TextField()
    substances = TextField()
    is_duplicate = IntegerField()
    is_disabled = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()

    class Meta:
        table_name = "substance_class"


class Substance(Table):
    """A substance (成分): the most of a day over all drugs that hold it, and whether it may stand twice."""

    code = TextField(primary_key=True)
    name = TextField()
    name_en = TextField()
    most_daily = TextField()
    may_repeat = IntegerField()
    valid_from = TextField()
    valid_to = TextField(null=True)
    is_disabled = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()


class SafetyRule(Table):
    """What speaks against a drug beside another, a diagnosis, a state or an age (用药安全规则)."""

    code = TextField(primary_key=True)
    kind = TextField()
    subject = TextField()
    object = TextField()
    age_from_months = IntegerField(null=True)
    age_to_months = IntegerField(null=True)
    tier = TextField()
    tier_village = TextField(null=True)
    text = TextField()
    text_en = TextField()
    valid_from = TextField()
    valid_to = TextField(null=True)
    is_disabled = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()

    class Meta:
        table_name = "safety_rule"


class ControlledLimit(Table):
    """How much of a controlled drug one sheet may hold (特殊管理药品限量, RX-07)."""

    code = TextField(primary_key=True)
    controlled_class = TextField()
    substance = TextField()
    patient = TextField()
    form = TextField()
    most_days = IntegerField(null=True)
    most_doses = IntegerField(null=True)
    may_be_longer = IntegerField()
    valid_from = TextField()
    valid_to = TextField(null=True)
    is_disabled = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()

    class Meta:
        table_name = "controlled_limit"


class PrescribingFact(Table):
    """What a prescriber must know of one drug (开方要点); `code` is the drug's."""

    code = TextField(primary_key=True)
    is_slow_release = IntegerField()
    is_village_listed = IntegerField()
    daily_per_kg = TextField(null=True)
    opened_days = IntegerField(null=True)
    contents = TextField()
    is_disabled = IntegerField()
    source = TextField()
    is_reviewed = IntegerField()

    class Meta:
        table_name = "prescribing_fact"
