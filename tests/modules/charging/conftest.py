"""A cashier's window over the practice clinic: visits, signed sheets and payments in a few words."""

from dataclasses import dataclass
from typing import Any

import pytest

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.rights import Actor
from clinic_app.modules.charging import queries, services
from clinic_app.modules.consultation.events import PRESCRIPTION_SIGNED
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as dictionary_services
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import services as people
from clinic_app.modules.visits import services as visits


@dataclass
class Window:
    clinic: Any

    @property
    def cashier(self) -> Actor:
        return self.clinic.actor("cashier")

    def visit(self, name: str = "刘建国", payer: str = "self") -> bytes:
        """Register somebody; the general fee of 10.00 is open then."""
        patient = patients.search(name)[0].id
        made = self.clinic.run(
            self.clinic.actor("registrar"),
            lambda uow: visits.register_visit(
                uow, patient_id=patient, room_id=desks.rooms()[1].id, kind="general", payer=payer
            ),
        )
        return bytes.fromhex(made["visit_id"])

    def seen_by_doctor(self, visit_id: bytes) -> None:
        """The doctor is through with the patient."""
        for step in (visits.start_consultation, visits.finish_consultation):
            self.clinic.run(self.clinic.actor("doctor"), lambda uow, step=step: step(uow, visit_id))

    def sheet(self, visit_id: bytes, *lines: tuple[str, int]) -> bytes:
        """A signed prescription: drug codes and minimum units."""
        sheet_id = new_id()
        visit = db.row("SELECT patient_id FROM visit WHERE id = ?", (visit_id,))
        body = {
            "prescription_id": sheet_id, "prescription_no": "XQX01C26000001", "visit_id": visit_id,
            "patient_id": visit[0], "doctor_id": self.clinic.actor("doctor").person_id,
            "lines": [
                {"line_id": new_id(), "drug_id": dictionaries.drug_by_code(code).id, "quantity": quantity}
                for code, quantity in lines
            ],
        }  # fmt: skip

        def sign(uow: Any) -> None:
            uow.audit("test.sign", sheet_id)
            uow.emit(PRESCRIPTION_SIGNED, sheet_id, body)

        self.clinic.run(self.clinic.actor("doctor"), sign)
        return sheet_id

    def examination(self, visit_id: bytes, code: str) -> None:
        """An open line for a service beside the fee, as a later subject will request it."""
        patient = db.value("SELECT patient_id FROM visit WHERE id = ?", (visit_id,))
        item, source = dictionaries.service_by_code(code), new_id()
        self.clinic.raw(
            "INSERT INTO charge_line(id, visit_id, patient_id, source_kind, source_id, source_line_id, line_no,"
            " item_kind, item_id, quantity, state, opened_at, opened_on, changed_at)"
            " VALUES(?, ?, ?, 'prescription', ?, 1, 1, 'service', ?, 1, 'open', 1, ?, 1)",
            (new_id(), visit_id, patient, source, item.id, today().isoformat()),
        )

    def parameter(self, name: str, value: Any) -> None:
        self.clinic.run(
            self.clinic.actor("administrator"), lambda uow: parameters.change(uow, name, value, today(), "test"),
            quiet=True,
        )  # fmt: skip

    def services(self, visit_id: bytes, *items: tuple[str, int]) -> list[str]:
        """Open lines of items that cost just so many fen each, by their names."""
        made = []
        for place, (name, fen) in enumerate(items):
            item = dictionaries.service_by_code(f"S00{11 + place:02d}")
            self.clinic.raw("UPDATE service_item SET name = ? WHERE id = ?", (name, item.id))
            self.price("service", item.code, fen * 100)
            made.append((place, "service", item.id, 1))
        patient = db.value("SELECT patient_id FROM visit WHERE id = ?", (visit_id,))

        def act(uow: Any) -> None:
            uow.audit("test.open")
            services.open_lines(uow, visit_id, patient, "treatment", new_id(), made)

        self.clinic.run(self.clinic.actor("nurse"), act)
        return [name for name, _ in items]

    def approve(self, approval_id: str, *, yes: bool = True, actor: Actor | None = None) -> Any:
        return self.clinic.run(
            actor or self.clinic.actor("manager"),
            lambda uow: services.decide(uow, bytes.fromhex(approval_id), approve=yes, answer="" if yes else "不行"),
        )

    def second_cashier(self) -> Actor:
        """The registrar takes money today too."""
        registrar = self.clinic.actor("registrar")
        self.clinic.run(
            self.clinic.actor("administrator"),
            lambda uow: people.change_roles(uow, registrar.person_id, ["registrar", "cashier"]),
        )
        return self.clinic.actor("registrar")

    def price(self, kind: str, code: str, price_e4: int) -> None:
        item = dictionaries.drug_by_code(code) if kind == "drug" else dictionaries.service_by_code(code)
        self.clinic.run(
            self.clinic.actor("manager"),
            lambda uow: dictionary_services.set_price(uow, kind, item.id, price_e4, uow.on, "test"),
        )

    def without_price(self, code: str) -> None:
        """As if nobody had ever priced the item."""
        item = dictionaries.drug_by_code(code) or dictionaries.service_by_code(code)
        self.clinic.drop_triggers("price")
        self.clinic.raw("DELETE FROM price WHERE item_id = ?", (item.id,))

    def open(self, visit_id: bytes) -> list[queries.OpenLine]:
        return queries.open_lines(visit_id, today())

    def seen(self, visit_id: bytes) -> dict[str, Any]:
        """What the screen of this visit shows now."""
        lines = self.open(visit_id)
        return {"lines_seen": [one.id.hex() for one in lines], "total_seen_fen": sum(one.amount_fen for one in lines)}

    def pay(
        self, visit_id: bytes, cash: int | None = None, scan: tuple[int, str] | None = None, *,
        method: tuple[str, int, str] | None = None, actor: Actor | None = None, **seen: Any,
    ) -> dict[str, Any]:
        """Charge what is open, by default with exact cash."""
        shown = {**self.seen(visit_id), **seen}
        tenders = [services.Tender("scan", *scan)] if scan else []
        tenders += [services.Tender(*method)] if method else []
        if cash is not None or not tenders:
            tenders.append(services.Tender("cash", shown["total_seen_fen"] if cash is None else cash))
        return self.clinic.run(
            actor or self.cashier, lambda uow: services.charge_visit(uow, visit_id, tenders=tenders, **shown)
        )

    def void(self, bill: dict[str, Any], reason: str = "收错项目", actor: Actor | None = None) -> dict[str, Any]:
        return self.clinic.run(
            actor or self.cashier, lambda uow: services.void_bill(uow, bytes.fromhex(bill["bill_id"]), reason)
        )

    def close(self, counted_fen: int | None = None, *, actor: Actor | None = None, **given: Any) -> dict[str, Any]:
        """Close the shift of the cashier, by default with the right cash in the drawer."""
        who = actor or self.cashier
        shift = queries.open_shift(who.person_id)
        if counted_fen is None:
            counted_fen = queries.shift_sums(shift.id).drawer_fen if shift else 0
        return self.clinic.run(
            who, lambda uow: services.close_shift(uow, count=services.Count(counted_fen), **given)
        )

    def refund(
        self, bill: dict[str, Any], *taken: tuple[str, int], reason: str = "患者不要了", actor: Actor | None = None,
        **given: Any,
    ) -> dict[str, Any]:
        """Give back lines of a bill by item name and minimum units; everything without any."""
        bill_id = bytes.fromhex(bill["bill_id"])
        by_name = {line.item_name: line for line in queries.bill_lines(bill_id)}
        lines = [(by_name[name].charge_line_id, quantity) for name, quantity in taken]
        whole = [(line.charge_line_id, line.quantity) for line in by_name.values()]
        return self.clinic.run(
            actor or self.cashier,
            lambda uow: services.refund_bill(uow, bill_id, lines or whole, reason=reason, **given),
        )


@pytest.fixture
def window(clinic: Any) -> Window:
    return Window(clinic)
