"""Short JSON texts packed for the database: event bodies, papers, results of commands.

A clinic keeps them for ever and they are mostly the same field names, so they are deflated from a list of words known
beforehand. Hashes are over the text, never over the packed bytes.
"""

import zlib

PLAIN, WORDS_1 = 0, 1
WINDOW = 12  # 4 KiB: more than the words and a usual text together, and quick to set up
# The most frequent last: the nearer to the text, the shorter. Rows are packed with it: never changed, another list
# would get another mark.
_WORDS_1 = (
    '{"clinic":"","desk_cashier":"","sex_age":"男 岁","visit_no":"","place":"","items":[{"item":"","quantity":"1盒",'
    '"amount":""},{"item":"","quantity":"1次"}],"categories":[{"category":"西药费","sum":""},{"category":"中成药费"},'
    '{"category":"一般诊疗费"}],"count":1,"total":"","waiver":"","rounding":"","scan":"","scan_references":"",'
    '"cash":"","tendered":"","change":"0.00","fetch_drugs":true}{"clinic":"","queue_no":1,"room":"","doctor":"",'
    '"name":"","sex_age":"女 岁","person_no":"","kind":"普通","payer":"自费","registered":"","waiting_before":0}'
    '{"content":{"blood_pressure":"","chief_complaint":"","diagnoses":[{"code":"","name":""}],"examination":"",'
    '"plan":"","present_illness":"","pulse":"","respiration":"","spo2":"","temperature":"","weight":""},'
    '"content_hash":{"$hex":""},"reason":"","version":1,"kind":"general","payer":"self","room_id":{"$hex":""},'
    '"with_number":1,"due_fen":,"change_fen":0,"print_job":"","sheets":["","dispense_id":{"$hex":""},'
    '"lines":[{"batch_id":{"$hex":""},"drug_id":{"$hex":""},"line_id":{"$hex":""},"quantity":1},'
    '{"bill_id":{"$hex":""},"lines":[{"amount_fen":,"charge_line_id":{"$hex":""},"item_id":{"$hex":""},'
    '"item_kind":"service","quantity":1,"source_id":{"$hex":""},"source_kind":"visit","source_line_id":{"$hex":""}},'
    '{"amount_fen":,"charge_line_id":{"$hex":""},"item_id":{"$hex":""},"item_kind":"drug","quantity":1,"source_id":'
    '{"$hex":""},"source_kind":"prescription","source_line_id":{"$hex":""}}],"receipt_no":"","total_fen":,'
    '"doctor_id":{"$hex":""},"patient_id":{"$hex":""},"prescription_id":{"$hex":""},"prescription_no":"",'
    '"visit_id":{"$hex":""},"visit_no":""}'
).encode()


def pack(text: str) -> bytes:
    """The stored form of a text: a mark, then its bytes, packed where that is shorter."""
    plain = text.encode("utf-8")
    packer = zlib.compressobj(6, zlib.DEFLATED, -WINDOW, 3, zlib.Z_DEFAULT_STRATEGY, _WORDS_1)
    packed = packer.compress(plain) + packer.flush()
    return bytes((WORDS_1,)) + packed if len(packed) < len(plain) else bytes((PLAIN,)) + plain


def unpack(stored: bytes) -> str:
    """The text of `pack`. Raises ValueError for bytes that it never made: a changed row, or a newer program's."""
    if not isinstance(stored, bytes) or stored[:1] not in (b"\x00", b"\x01"):
        raise ValueError("not a packed text")
    if stored[0] == PLAIN:
        return stored[1:].decode("utf-8")
    unpacker = zlib.decompressobj(-WINDOW, _WORDS_1)
    try:
        plain = unpacker.decompress(stored[1:]) + unpacker.flush()
    except zlib.error as err:
        raise ValueError("a packed text is damaged") from err
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("a packed text has another length")
    return plain.decode("utf-8")
