"""Paper invoice books (发票本): issuing, handing back, passing on; a jammed paper at the window."""

from flask import Response, request, url_for

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.ids import read_id
from clinic_app.modules.charging import forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

PAPER_SPOILT = "纸卡了或打坏了"


@blueprint.get("/books")
@access("charging.books")
def books() -> Response:
    """Who has which numbers, and the form that issues a range."""
    return pages.page(
        "charging/books.html", books=queries.books(), since=words.since,
        staff=[(one.id.hex(), one.name) for one in people.who_may_sign_in() if "cashier" in one.roles],
    )  # fmt: skip


@blueprint.post("/books")
@access("charging.books", writes=ONCE)
def issue_book() -> Response:
    known_fields("prefix", "first", "last", "cashier")
    form = request.form
    first, last = forms.whole_number(form, "first"), forms.whole_number(form, "last")
    cashier = read_id(form.get("cashier", "")) or bytes(16)
    result = command(
        lambda uow: services.issue_book(
            uow, prefix=form.get("prefix", ""), first=first, last=last, width=len(form.get("last", "").strip()),
            cashier_id=cashier,
        )
    ).result
    return pages_of.go(url_for("charging.books"), _("发出去了，从 %(first)s 开始") % {"first": result["first"]})


@blueprint.post("/books/<id:book_id>/hand-back")
@access("charging.books", writes=ONCE)
def hand_back_book(book_id: bytes) -> Response:
    known_fields()
    result = command(lambda uow: services.hand_back_book(uow, book_id)).result
    return pages_of.go(url_for("charging.books"), _("交回了，剩 %(count)d 张") % {"count": result["left"]})


@blueprint.post("/books/<id:book_id>/transfer")
@access("charging.books", writes=ONCE)
def transfer_book(book_id: bytes) -> Response:
    known_fields("cashier")
    cashier = read_id(request.form.get("cashier", "")) or bytes(16)
    result = command(lambda uow: services.transfer_book(uow, book_id, cashier)).result
    return pages_of.go(url_for("charging.books"), _("转交了，从 %(first)s 开始") % {"first": result["first"]})


@blueprint.post("/bills/<id:bill_id>/next-invoice")
@access("charging.charge", writes=ONCE)
def next_invoice(bill_id: bytes) -> Response:
    """The paper jammed: its number is void, the bill goes on the next one."""
    known_fields("reason")
    reason = request.form.get("reason", "") or PAPER_SPOILT
    result = command(lambda uow: services.reprint_on_next(uow, bill_id, reason)).result
    told = _("%(voided)s 作废，重打在 %(next)s 上") % {"voided": result["voided"], "next": result["invoice_no"]}
    return pages_of.go(url_for("charging.bill", bill_id=bill_id), told)


@blueprint.get("/books/void-next")
@access("charging.charge")
def ask_void_next() -> Response:
    """Which number would be void: it can never be used again, so F9 and not one stray Enter says so."""
    book = queries.book_of(actor().person_id)
    if book is None:
        raise Refused("charging.no_book")
    return pages.page("charging/_spoilt.html", book=book)


@blueprint.post("/books/void-next")
@access("charging.charge", writes=ONCE)
def void_next_invoice() -> Response:
    """The next paper is torn or missing."""
    known_fields("reason", "visit")
    result = command(lambda uow: services.void_next(uow, request.form.get("reason", "") or PAPER_SPOILT)).result
    told = _("%(voided)s 作废，下一张接着用") % {"voided": result["voided"]}
    return pages_of.go(pages_of.came_from(url_for("charging.shift")), told)
