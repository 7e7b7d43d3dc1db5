"""Behaviour of `laboratory`."""
