"""A whole visit through the forms while the server dies: open, note, diagnosis, drugs, sign, charge, dispense.

A draft has no command key. So a doctor without an answer looks at the page first, and writes again what is not there.
"""

import re
import time
from collections.abc import Callable
from urllib.parse import quote

from tests.faults.form_client import NoAnswer, field_of
from tests.faults.kill_clients import PAUSE, PHARMACIST, Clerk, Sent

DOCTOR = "0002"
COMPLAINT = "咽痛、发热 2 天"
NOTE = (
    ("chief_complaint", COMPLAINT), ("present_illness", "2 天前起病"), ("past_history", "否认慢性病"),
    ("examination", "咽部充血"), ("plan", "多饮水"), ("temperature", "37.9"),
)  # fmt: skip
REVS = {"note": ("note_rev",), "line": ("sheet_rev",)}


class VisitClerk(Clerk):
    """Takes new people through the whole day: desk, doctor, till, pharmacy."""

    def work(self) -> None:
        visit_id = self._register()
        if visit_id and (sheets := self._consult(visit_id)) is not None and self._charge(visit_id):
            self._dispense(visit_id, sheets)

    def _consult(self, visit_id: str) -> int | None:
        """How many sheets were signed; None when the doctor was refused."""
        page = f"/doctor/visits/{visit_id}"
        opened = Sent("open", visit_id)
        self._post(DOCTOR, f"{page}/open", [], opened, fragment=False)
        if not opened.is_answered:
            return None
        self._draft("note", visit_id, "note", NOTE, lambda text: COMPLAINT in text)
        self._draft(
            "diagnosis", visit_id, "diagnoses", (("diagnosis_id", self.facts.diagnosis),),
            lambda text: bool(re.search(r"/diagnoses/\d+/remove", text)),
        )  # fmt: skip
        for count, drug in enumerate((self.facts.drug, self.facts.other_drug), 1):
            line = {"drug_id": drug, "drug": "", "dose": "1片", "frequency": "qd", "days": "3", "route": "po"}
            self._draft(
                "line", visit_id, "lines", tuple(line.items()),
                lambda text, count=count: len(set(re.findall(r"/lines/([0-9a-f]{32})", text))) >= count,
                mark=f"{visit_id}:{drug}",
            )  # fmt: skip
        shown = self._read(DOCTOR, page).text
        signed = Sent("sign", visit_id)
        revs = [(name, field_of(shown, name)) for name in ("note_rev", "sheet_rev", "dx_seen")]
        self._post(DOCTOR, f"{page}/submit", revs, signed, fragment=False)
        return 1 if signed.is_answered else None

    def _draft(
        self, kind: str, visit_id: str, where: str, fields: tuple[tuple[str, str], ...],
        is_there: Callable[[str], bool], mark: str = "",
    ) -> None:  # fmt: skip
        """Write until it is answered or seen on the page; drawn anew for every try, so that the rev is the page's."""
        page, sent = f"/doctor/visits/{visit_id}", Sent(kind, mark or visit_id)
        self.sent.append(sent)
        while not sent.is_answered:
            shown = self._read(DOCTOR, page).text
            if sent.tries and is_there(shown):
                sent.is_answered = True  # the page says so, which is an answer too
                return
            revs = [(name, field_of(shown, name)) for name in REVS.get(kind, ())]
            sent.tries += 1
            try:
                answer = self._client(DOCTOR).post(f"{page}/{where}", [*revs, *fields], fragment=True)
            except NoAnswer:
                time.sleep(PAUSE)
                continue
            if answer.status in (401, 403) and "/sign-in" in answer.text:
                del self.clients[DOCTOR]
                continue
            sent.is_answered = answer.status == 200
            self.answers += 1
            if not sent.is_answered:
                sent.refused = f"{answer.status} {answer.text[-200:]}"
                return

    def _dispense(self, visit_id: str, sheets: int) -> None:
        name = next(one.mark for one in reversed(self.sent) if one.kind == "register")
        found = self._read(PHARMACIST, f"/pharmacy/find?q={quote(name)}").text
        ids = sorted(set(re.findall(r"/pharmacy/sheets/([0-9a-f]{32})", found)))
        assert len(ids) == sheets, f"{name}: {len(ids)} sheets at the pharmacy, {sheets} signed"
        for sheet in ids:
            path = f"/pharmacy/sheets/{sheet}"
            page = self._read(PHARMACIST, path).text
            fields = [("batches", field_of(page, "batches"))]
            fields += [("line", value) for value in re.findall(r'name="line" id="[^"]*" value="([^"]*)"', page)]
            sent = Sent("dispense", sheet)
            self._post(PHARMACIST, f"{path}/dispense", fields, sent, fragment=False)
