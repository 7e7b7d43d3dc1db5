"""Why something was undone or done for somebody else (原因), in the words of the one who did it."""

from clinic_app.kernel.errors import Refused

SHORTEST_REASON, LONGEST_REASON = 2, 100


def reason_line(text: str) -> str:
    """One line of 2 to 100 characters; controls and invisible marks are no reason. Refused `charging.reason_length`."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if not SHORTEST_REASON <= len(line) <= LONGEST_REASON:
        raise Refused(
            "charging.reason_length", field="reason", have=len(line), least=SHORTEST_REASON, most=LONGEST_REASON
        )
    return line
