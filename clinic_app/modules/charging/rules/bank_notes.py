"""What a patient is likely to hand over for an amount (整钞)."""

STEPS_FEN = (1_000, 5_000, 10_000)
"""Ten, fifty and a hundred yuan: the notes that are carried."""


def round_sums(due_fen: int) -> tuple[int, ...]:
    """The next sums in whole notes above what is due, smallest first, at most one for each kind of note."""
    if due_fen <= 0:
        return ()
    return tuple(sorted({(due_fen // step + 1) * step for step in STEPS_FEN}))
