"""One entry of a list: added, changed, disabled, with versions and without overwriting a colleague."""

import apsw
import pytest

from clinic_app.kernel import clock, db
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.modules.dictionaries import queries, services
from clinic_app.modules.dictionaries.queries import versions
from clinic_app.modules.dictionaries.rules.lists import LISTS
from tests.modules.dictionaries.test_importing import table


def row(kind: str, place: int = 0, **changed) -> dict:
    """A row of the starter list, parsed, without its price."""
    parsed = LISTS[kind].parse({**table(kind)[place], **changed})
    return parsed if "code" in changed else {name: cell for name, cell in parsed.items() if name != "price_e4"}


@pytest.fixture
def act(clinic):
    def run(command, *given, who="manager", **more):
        return clinic.run(clinic.actor(who), lambda uow: command(uow, *given, **more))

    return run


@pytest.mark.rule("CFG-07")
def test_a_drug_is_added_changed_disabled_and_stays_readable(clinic, act):
    act(services.add_entry, "drugs", row("drugs", code="D9001", name="样例新药片", name_en="Sample tablets"))
    drug = queries.drug_by_code("D9001")
    assert queries.price_on(drug.id, clock.today()) == 187_000 and queries.groups_of_drug(drug.id) == {"penicillins"}
    changed = {**row("drugs", code="D9001", name="样例旧药片", name_en="Sample tablets"), "shelf": "Z-09-9"}
    del changed["price_e4"]
    assert act(services.change_entry, "drugs", changed, rev=1)["rev"] == 2
    assert [hit.code for hit in queries.drugs_matching("ylj", clock.today())] == ["D9001"]
    act(services.set_disabled, "drugs", "D9001", True, rev=2)
    assert queries.drug(drug.id).is_disabled and queries.drug(drug.id).shelf == "Z-09-9"
    act(services.set_disabled, "drugs", "D9001", False, rev=3)
    assert not queries.drug(drug.id).is_disabled


@pytest.mark.rule("CFG-11")
def test_a_version_says_who_when_and_what_before_and_after(clinic, act):
    act(services.change_entry, "drugs", row("drugs", shelf="B-07-7"), rev=0)
    (version,) = versions.versions_of("drugs", "D0001")
    assert version.changes == [("shelf", "A-01-1", "B-07-7")] and (version.rev, version.act) == (1, "changed")
    assert version.person_id == clinic.actor("manager").person_id
    assert clock.today().isoformat() == clock.business_day(version.at).isoformat()


@pytest.mark.parametrize("sql", ["DELETE FROM entry_version", "UPDATE entry_version SET changes = '{}'"])
def test_a_version_is_never_edited_or_removed(clinic, act, sql):
    act(services.change_entry, "drugs", row("drugs", shelf="B-07-7"), rev=0)
    with pytest.raises(apsw.ConstraintError):
        clinic.raw(sql)


@pytest.mark.rule("CFG-08")
def test_a_service_has_unit_price_and_invoice_line(clinic, act):
    given = row("services", code="S9001", name="样例检查", name_en="Sample check", price="3.5")
    act(services.add_entry, "services", given)
    service = queries.service_by_code("S9001")
    assert (service.unit, service.invoice_category) == ("次", "registration")
    assert queries.price_on(service.id, clock.today()) == 35_000


@pytest.mark.rule("CFG-09")
def test_a_supplier_has_a_licence_whose_last_day_still_counts(clinic, act):
    from datetime import date

    given = row("suppliers", code="G900", name="样例供应站", licence_until="2026-11-21")
    act(services.add_entry, "suppliers", given)
    supplier = queries.supplier_named("样例供应站")
    assert not supplier.is_expired(date(2026, 11, 21)) and supplier.is_expired(date(2026, 11, 22))
    assert queries.supplier_named("没有这家") is None


def test_a_form_seen_before_a_colleague_changed_the_entry_is_refused(act):
    act(services.change_entry, "routes", row("routes", name="口服给药"), rev=0)
    with pytest.raises(Stale) as stale:
        act(services.change_entry, "routes", row("routes", name="嘴里吃"), rev=0, who="administrator")
    assert stale.value.code == "dictionaries.entry_changed"
    with pytest.raises(Stale):
        act(services.set_disabled, "routes", "po", True, rev=0)
    assert queries.routes()[0].name == "口服给药"


def test_the_same_form_again_changes_nothing(act):
    assert act(services.change_entry, "routes", row("routes"), rev=0)["rev"] == 0
    assert versions.versions_of("routes", "po") == []


@pytest.mark.parametrize(
    ("kind", "changed", "field", "code"),
    [
        ("drugs", {"pack_size": "12"}, "pack_size", "dictionaries.frozen_column"),
        ("drugs", {"route": "nowhere"}, "route", "dictionaries.unknown_code"),
        ("drugs", {"allergy_groups": "penicillins;nothing"}, "allergy_groups", "dictionaries.unknown_code"),
        ("allergy_groups", {"parent": "penicillins"}, "parent", "dictionaries.group_in_itself"),
    ],
)
def test_what_may_not_be_is_named_at_its_field_and_nothing_is_written(clinic, act, kind, changed, field, code):
    before = db.value("SELECT count(*) FROM audit")
    with pytest.raises(Invalid) as invalid:
        act(services.change_entry, kind, row(kind, **changed), rev=0)
    assert {name: one.code for name, one in invalid.value.refusals.items()} == {field: code}
    assert db.value("SELECT count(*) FROM audit") == before


def test_a_code_is_given_once(act):
    with pytest.raises(Invalid) as invalid:
        act(services.add_entry, "routes", row("routes", code="po"))
    assert invalid.value.refusals["code"].code == "dictionaries.code_taken"
    with pytest.raises(Missing):
        act(services.change_entry, "routes", row("routes", code="nowhere"), rev=0)


def test_a_disabled_entry_of_a_short_list_is_not_offered_and_stays_readable(act):
    act(services.set_disabled, "allergy_groups", "penicillins", True, rev=0)
    assert not [one for one in queries.allergens_matching("青霉素类") if one.kind == "group"]
    assert "penicillins" in queries.group_names()


@pytest.mark.rule("CFG-06")
def test_an_item_is_classified_anew_and_says_so(act):
    assert act(services.classify, {("services", "S0015"): "examination", ("drugs", "D0001"): "western_drug"}) == {
        "changed": 1,
    }  # fmt: skip
    assert queries.service_by_code("S0015").invoice_category == "examination"
    (version,) = versions.versions_of("services", "S0015")
    assert version.changes == [("invoice_category", "laboratory", "examination")]
    with pytest.raises(Refused):
        act(services.classify, {("services", "S0015"): "nothing"})
    with pytest.raises(Missing):
        act(services.classify, {("services", "S9999"): "other"})
    with pytest.raises(Missing):
        act(services.classify, {("routes", "po"): "other"})
