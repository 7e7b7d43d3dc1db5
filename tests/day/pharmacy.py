"""What the pharmacist of the scripted day does; the shelf is counted along."""

import re
from urllib.parse import quote

from tests.day.case import Case, Notes
from tests.day.desk import Desk, NotAsExpected
from tests.faults.form_client import field_of


class Pharmacy:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def sheets(self, desk: Desk, case: Case) -> list[str]:
        found = desk.page(f"/pharmacy/find?q={quote(case.name)}")
        return list(dict.fromkeys(re.findall(r"/pharmacy/sheets/([0-9a-f]{32})", found)))

    def handing(self, desk: Desk, sheet: str, *, part: bool = False) -> tuple[list[tuple[str, str]], dict[str, int]]:
        """The form that hands out all (or one unit of each line), and the units by drug code."""
        page = desk.page(f"/pharmacy/sheets/{sheet}?part=1")
        fields = [("batches", field_of(page, "batches")), ("parts", field_of(page, "parts"))]
        units: dict[str, int] = {}
        for row in re.findall(r'(?s)<tr id="line-[0-9a-f]{32}".*?</tr>', page):
            code, box = re.search(r"<bdi>(D\d+)</bdi>", row), re.search(r'name="(given-([0-9a-f]{32}))"[^>]*', row)
            if code is None or box is None:
                continue
            left = int(re.search(r'value="(\d+)"', box[0])[1])  # type: ignore[index]
            given = 1 if part else left
            fields.append(("line", box[2]))
            if part:
                fields.append((box[1], str(given)))
            units[code[1]] = units.get(code[1], 0) + given
        return [*fields, ("short_reason", "fetch_later")] if part else fields, units

    def dispense(self, desk: Desk, case: Case) -> None:
        self._hand_out(desk, case, part=False)

    def dispense_part(self, desk: Desk, case: Case) -> None:
        self._hand_out(desk, case, part=True)

    def _hand_out(self, desk: Desk, case: Case, *, part: bool) -> None:
        for sheet in self.sheets(desk, case):
            fields, units = self.handing(desk, sheet, part=part)
            case.kept["handed"] = f"/pharmacy/sheets/{sheet}/dispense", fields
            desk.do(*case.kept["handed"])
            self.notes.goods(units, -1)
            case.kept["sheet"], case.kept["units"] = sheet, units

    def take_back(self, desk: Desk, case: Case) -> None:
        """One unopened pack part of the first drug comes back and is sold again."""
        path = f"/pharmacy/sheets/{case.kept['sheet']}/return"
        page = desk.page(path)
        found = re.search(r'name="back-([0-9a-f]{32}-[0-9a-f]{32})"', page)
        if found is None:
            raise NotAsExpected("nothing may come back")
        code, quantity = next(iter(case.kept["units"].items()))
        fields = [
            ("seen", field_of(page, "seen")), ("reason", "没吃，没拆封"), (f"back-{found[1]}", str(quantity)),
            (f"condition-{found[1]}", "sealed"), (f"accept-{found[1]}", "yes"),
        ]  # fmt: skip
        desk.do(path, fields)
        self.notes.goods({code: quantity}, 1)
        case.kept["back"] = quantity
