"""Canonical JSON: one value has exactly one spelling in bytes, so that hashes made years apart can be compared.

Shape: UTF-8 without BOM, object keys sorted by code point, no whitespace, non-ASCII written as itself, whole numbers
of 64 bits only. `bytes` are written `{"$hex":"0a0b"}`; keys that begin with `$` are reserved for that, so a string can
never be mistaken for bytes. Floats are refused: two machines may print one differently.
"""

import json
from typing import Any

MAX_DEPTH = 32
_INT64 = range(-(2**63), 2**63)
_HEX = "$hex"


class NotCanonical(ValueError):
    """A value or byte string that has no canonical form; the message names the place, never the content."""


def canonical(value: Any) -> bytes:
    """The one byte form of None, bool, int, str, bytes, list, tuple and dict with text keys; else NotCanonical."""
    text = json.dumps(_plain(value, "$", 0), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half of a surrogate pair") from None


def parse(data: bytes) -> Any:
    """The value whose canonical form is exactly these bytes (tuples come back as lists); else NotCanonical.

    Comparing the bytes again is what refuses duplicate keys, spaces, other key orders, `1.0`, `-0` and escapes that
    were not needed: whatever could make two spellings of one row.
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_float=_no_float)
    except NotCanonical:
        raise
    except (ValueError, RecursionError):
        raise NotCanonical("not readable as UTF-8 JSON") from None
    if canonical(value) != data:
        raise NotCanonical("readable, but spelt in another way than the canonical one")
    return value


def _plain(value: Any, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise NotCanonical(f"more than {MAX_DEPTH} levels deep")
    # Exact types: an enum or a lazily translated text may print differently from day to day.
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        if value not in _INT64:
            raise NotCanonical(f"{where}: the number does not fit 64 bits")
        return value
    if kind is bytes:
        return {_HEX: value.hex()}
    if kind is list or kind is tuple:
        return [_plain(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
    if kind is dict:
        return {_key(key, where): _plain(item, f"{where}.{key}", depth + 1) for key, item in value.items()}
    raise NotCanonical(f"{where}: {kind.__name__} has no canonical form")


def _key(key: Any, where: str) -> str:
    if type(key) is not str:
        raise NotCanonical(f"{where}: a key is {type(key).__name__}, not text")
    if key.startswith("$"):
        raise NotCanonical(f"{where}: keys that begin with $ are reserved")
    return key


def _object(pairs: list[tuple[str, Any]]) -> Any:
    if len(pairs) == 1 and pairs[0][0] == _HEX:
        return bytes.fromhex(pairs[0][1]) if isinstance(pairs[0][1], str) else _refuse_hex()
    return dict(pairs)


def _refuse_hex() -> Any:
    raise NotCanonical(f"{_HEX} holds something else than text")


def _no_float(_text: str) -> Any:
    raise NotCanonical("a number with a fraction or an exponent")
