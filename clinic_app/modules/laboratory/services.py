"""Commands of `laboratory`; the only writers of its tables."""
