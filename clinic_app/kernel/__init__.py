"""What every subject stands on; no Flask here."""
