"""Where a charge line comes from (费用来源)."""

SOURCE_KINDS = frozenset({
    "visit", "prescription", "request", "skin_test", "course", "treatment", "execution", "laboratory", "examination",
})  # fmt: skip
"""The kinds a later subject may open lines for; another one is added here, not in the database."""
