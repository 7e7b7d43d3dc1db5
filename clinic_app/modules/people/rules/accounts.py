"""What makes a good password (密码), PIN and staff record, and how guessing is slowed down."""

import re
import unicodedata
from collections.abc import Collection

from clinic_app.kernel.errors import Refused

PRACTICE_PASSWORD = "qingxi-2026"
"""The one fixed password: for the accounts of a practice clinic, refused everywhere else."""
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
PIN_DIGITS = 6
PIN_TRIES = 5
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: read from paper, typed once
CODE_LETTERS = 8
SHORTEST_CHECKED_WORD = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON = _words(
    """
    password passw0rd password1 password123 p@ssw0rd p@ssword qwertyui qwertyuiop qwer1234 qwerty123 asdfghjk
    asdfghjkl zxcvbnm1 1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx qazwsxedc abcd1234 abc12345 abcdefgh abcdefg1 a1234567
    a12345678 aa123456 aa12345678 admin123 admin1234 admin888 administrator root1234 iloveyou 5201314a woaini1314
    woaini520 woaini123 letmein1 welcome1 welcome123 sunshine computer internet yisheng123 yiyuan123 weishengyuan
    weisheng123 zhongguo hospital hospital123 clinic123 doctor123 nurse123 huanying123 changeme test1234 demo1234
    nihao123 88888888 66668888 88886666 13145200 52013145 11223344 12341234 12121212 10101010 20202020 00112233
    """
) | {PRACTICE_PASSWORD}
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_STAFF_NO = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")


def typed_secret(text: str) -> str:
    """A password as it is compared: half width, because an input method may have been left on."""
    return unicodedata.normalize("NFKC", text)


def check_password(
    password: str, *, staff_no: str, clinic_name: str, words: Collection[str] = (), shortest: int = SHORTEST_PASSWORD
) -> None:
    """Refuse a new password that is short, common, a run of keys, or contains the clinic, the staff number or `words`.

    Long and simple is welcome, no kind of character is asked for and none expires. Source: ASVS 5.0 section 6.2.
    """
    plain = typed_secret(password)
    folded = plain.casefold()
    if len(plain) < shortest:
        raise Refused("people.password_short", field="password", need=shortest, have=len(plain))
    if len(plain) > LONGEST_PASSWORD:
        raise Refused("people.password_long", field="password", most=LONGEST_PASSWORD)
    if folded == PRACTICE_PASSWORD:
        raise Refused("people.password_practice", field="password")
    if folded in COMMON or len(set(folded)) < 4 or any(folded in run for run in _RUNS):
        raise Refused("people.password_common", field="password")
    for word in (staff_no, clinic_name, *words):
        wanted = word.casefold()
        if len(wanted) >= SHORTEST_CHECKED_WORD and wanted in folded:
            raise Refused("people.password_has_word", field="password", word=word)


def refuse_short_password(password: str, shortest: int) -> None:
    """The only demand on the fixed passwords of a practice clinic."""
    if len(typed_secret(password)) < shortest:
        raise Refused("people.password_short", field="password", need=shortest, have=len(password))


def refuse_weak_pin(pin: str) -> None:
    """Refuse a PIN (换人用的六位数字) that is not six digits, or is one digit repeated or a run."""
    plain = typed_secret(pin)
    if len(plain) != PIN_DIGITS or not (plain.isascii() and plain.isdigit()):
        raise Refused("people.pin_not_six_digits", field="pin", have=len(plain))
    if len(set(plain)) < 3 or any(plain in run for run in _RUNS):
        raise Refused("people.pin_simple", field="pin")


def pause_seconds(failures: int, free: int, longest: int) -> int:
    """How long the next try must wait after so many failures: nothing at first, then 1, 2, 4 .. `longest` seconds."""
    if failures < free:
        return 0
    return min(longest, 1 << min(failures - free, 30))


def code_text(code: str) -> str:
    """A one-time code as it stands on the slip: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def typed_code(text: str) -> str:
    """A one-time code as typed: any case, with or without the dash."""
    return re.sub(r"[\s-]", "", typed_secret(text)[:64]).upper()


def staff_no(text: str) -> str:
    """The stored form of a staff number (工号). Refuses what is not letters, digits and dashes, at most 16."""
    plain = typed_secret(text[:64]).strip().upper()
    if not plain:
        raise Refused("people.staff_no_missing", field="staff_no")
    if not _STAFF_NO.fullmatch(plain):
        raise Refused("people.staff_no_form", field="staff_no", value=plain[:20])
    return plain


def person_name(text: str) -> str:
    """A name (姓名) as entered, trimmed. Refuses an empty one, control characters and more than 40 characters."""
    plain = _line(text, "name")
    if not plain:
        raise Refused("people.name_missing", field="name")
    if len(plain) > 40:
        raise Refused("people.text_long", field="name", most=40, have=len(plain))
    return plain


def title(text: str) -> str:
    """A title (职称或岗位), may be empty, at most 20 characters."""
    plain = _line(text, "title")
    if len(plain) > 20:
        raise Refused("people.text_long", field="title", most=20, have=len(plain))
    return plain


def roles(chosen: Collection[str], known: Collection[str]) -> frozenset[str]:
    """The roles of a person. Refuses none at all and unknown ones."""
    if not chosen:
        raise Refused("people.role_missing", field="roles")
    for role in chosen:
        if role not in known:
            raise Refused("people.role_unknown", field="roles", role=role[:20])
    return frozenset(chosen)


def badge_no(text: str) -> str:
    """The number on a badge (胸牌). Refuses fewer than 8 characters.

    Shorter ones could not be told from typing when they come from a scanner.
    """
    plain = typed_secret(text[:80]).strip().upper()
    if not re.fullmatch(r"[!-~]{8,64}", plain):
        raise Refused("people.badge_form", field="badge_no", have=len(plain))
    return plain


def _line(text: str, field: str) -> str:
    plain = unicodedata.normalize("NFC", text[:400]).strip()
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in plain):
        raise Refused("people.text_control", field=field)
    return plain
