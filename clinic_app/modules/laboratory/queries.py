"""Reads of `laboratory`."""
