"""What the pharmacy's pages send: ticked lines, batches shown, amounts, scanned codes, reasons and answers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.quantity import half_width, parse_count
from clinic_app.modules.pharmacy.queries import GivenBatch, Line, Sheet
from clinic_app.modules.pharmacy.rules import trace_code
from clinic_app.modules.pharmacy.services import Brought

FIELDS = ("line", "batches", "parts", "short_reason", "trace")
LONGEST_CODE = 40
_GIVEN = re.compile(r"given-([0-9a-f]{32})")
_BACK = re.compile(r"(?:back|condition|accept)-[0-9a-f]{32}-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Ticks:
    """The lines ticked so far as hex ids, the mark of the batches and parts that the page showed, what is given of a
    line when less than is left, why, and scanned trace codes as `<hex line id>:<code>`."""

    lines: tuple[str, ...]
    batches: str
    parts: int | None
    quantities: Mapping[str, int]
    short_reason: str
    traces: tuple[str, ...]


def ticks(form: MultiDict[str, str]) -> Ticks:
    quantities = {
        match[1]: _count(form[name], name) for name in form if (match := _GIVEN.fullmatch(name))
    }
    parts = form.get("parts", "")
    return Ticks(
        tuple(form.getlist("line")), form.get("batches", ""),
        int(parts) if parts.isdecimal() and len(parts) < 4 else None, quantities,
        form.get("short_reason", "")[:40], tuple(form.getlist("trace")[:200]),
    )  # fmt: skip


def given_fields(form: MultiDict[str, str]) -> list[str]:
    """The names of the amount fields that this form carries."""
    return [name for name in form if _GIVEN.fullmatch(name)]


def back_fields(form: MultiDict[str, str]) -> list[str]:
    """The names of the fields of packs that came back."""
    return [name for name in form if _BACK.fullmatch(name)]


def brought(form: MultiDict[str, str], given: Iterable[GivenBatch]) -> list[Brought]:
    """What came back, row by row; rows left empty or 0 are not there."""
    found = []
    for one in given:
        key = f"{one.line_id.hex()}-{one.batch_id.hex()}"
        quantity = _count(form.get(f"back-{key}", ""), f"back-{key}")
        if quantity:
            found.append(Brought(
                one.line_id, one.batch_id, quantity, form.get(f"condition-{key}", ""),
                form.get(f"accept-{key}", "yes") == "yes",
            ))  # fmt: skip
    return found


def scanned(text: str) -> list[str]:
    """Scanned or pasted codes, one per line or parted by spaces."""
    return [part for part in half_width(text[:20_000]).split() if part]


def counts(form: MultiDict[str, str], prefix: str) -> dict[bytes, int]:
    """`<prefix>-<hex id>` fields with a number in them."""
    pattern = re.compile(re.escape(prefix) + r"-([0-9a-f]{32})")
    return {
        bytes.fromhex(match[1]): parse_count(form[name], field=name, minimum=0)
        for name in form
        if (match := pattern.fullmatch(name)) and form[name].strip()
    }


def count_fields(form: MultiDict[str, str], prefix: str) -> list[str]:
    return [name for name in form if re.fullmatch(re.escape(prefix) + r"-[0-9a-f]{32}", name)]


def typed_code(text: str) -> str:
    """A scanned code in the form codes are stored in: half width, upper case, no space."""
    return "".join(half_width(text[:LONGEST_CODE]).split()).upper()


def line_of_code(lines: Iterable[Line], code: str, ticked: set[str]) -> Line | None:
    """The line of a scanned drug code, an unticked one first when a drug stands on the sheet twice."""
    meant = [line for line in lines if line.drug.code.upper() == code]
    return next((line for line in meant if line.id.hex() not in ticked), meant[0] if meant else None)


def scanned_trace(text: str) -> str | None:
    """The digits of a scanned trace code, None for any other code."""
    return trace_code(text[:LONGEST_CODE])


def told(form: MultiDict[str, str]) -> str:
    """One's own words, else the ready sentence chosen."""
    return (form.get("text", "").strip() or form.get("ready", ""))[:200]


def answer(form: MultiDict[str, str]) -> tuple[str, str]:
    """Decision and words of an answer: a ready one carries both as `decision:words`."""
    decision, _sep, words = form.get("ready", "").partition(":")
    own = form.get("text", "").strip()
    return form.get("decision", "") or decision, (own or words)[:200]


def extension(form: MultiDict[str, str]) -> tuple[int, str]:
    days = form.get("valid_days", "")
    if not days.isdecimal() or len(days) > 2:
        raise Refused("pharmacy.no_days", field="valid_days")
    return int(days), form.get("text", "")[:200]


def ready_questions() -> list[str]:
    return [
        _("剂量和说明书不一样，请确认"), _("和过敏记录、现用药有冲突"), _("用法没写清楚"), _("两种药作用重复"),
        _("缺货，可以换同类药吗"),
    ]  # fmt: skip


def ready_rejections() -> list[str]:
    return [_("剂量超过上限"), _("有禁忌或过敏"), _("诊断和用药不符"), _("缺货，请换药"), _("处方写得不全")]


def ready_answers() -> list[tuple[str, str]]:
    return [
        ("keep", _("核对过，按处方发")), ("keep", _("问过患者，可以用")), ("change", _("我来改，先别发")),
    ]  # fmt: skip


def short_reasons() -> dict[str, str]:
    """Why something stays owed, by its code."""
    return {
        "out_of_stock": pgettext("reason", "缺货"), "patient_wish": _("患者先拿一部分"),
        "fetch_later": _("家属以后来取"),
    }  # fmt: skip


def conditions() -> dict[str, str]:
    """How a pack came back, by its code."""
    return {"sealed": _("没拆封"), "opened": _("拆封了"), "damaged": _("破损或变质")}


def return_reasons() -> list[str]:
    return [_("医生换药了"), _("用了不舒服"), _("质量有问题"), _("发错了"), _("患者去世或转院")]


def validity_choices(sheet: Sheet, on: date) -> list[int]:
    """To how many days a sheet can be extended, the day of issue being day 1."""
    most = parameters.value("pharmacy.longest_valid_days", on)
    return list(range(sheet.valid_days(on) + 1, most + 1))


def _count(text: str, field: str) -> int:
    return parse_count(text, field=field, minimum=0) if text.strip() else 0
